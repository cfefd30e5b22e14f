// A link to a page of ours, opened in a tab of its own, takes along what it is about: model, text, dataset. Streamlit's
// links are bare: within the tab the session knows, another tab has a session of its own.
{
  const TAKEN = ["candidate", "adapter", "chat_template", "untrained_head", "text", "data", "texts", "labels"];
  const root = new URL(".", location.href).pathname;
  const complete = (event) => {
    const link = event.target instanceof Element && event.target.closest("a[href]");
    if (!link || link.origin !== location.origin) return;
    const name = link.pathname.slice(root.length);
    if (!link.pathname.startsWith(root) || name.includes("/") || name.includes(".")) return;
    const here = new URLSearchParams(location.search);
    const there = new URLSearchParams(link.search);
    for (const key of TAKEN) if (here.has(key)) there.set(key, here.get(key));
    link.search = there.toString();
  };
  for (const sign of ["pointerdown", "auxclick", "contextmenu", "focusin"]) addEventListener(sign, complete, true);
}
