// Takes the skeleton away once the app has drawn a page or says that it cannot; tells when its scripts do not come.
{
  const skeleton = document.getElementById("headlight-skeleton");
  const DRAWN = "[data-testid=stMain] [data-testid=stHtml] h1, [data-testid=stException], [role=dialog]";
  const watch = new MutationObserver(() => {
    if (!document.querySelector(DRAWN)) return;
    watch.disconnect();
    skeleton.remove();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  const failed = (event) => {
    if (event.target instanceof HTMLScriptElement) skeleton.querySelector("p").textContent = "It could not be opened: reload the page.";
  };
  addEventListener("error", failed, true);
}
