// A button that copies the page's address; where the clipboard is closed to it, the address is shown, selected.
export default function ({ parentElement }) {
  if (parentElement.querySelector("button")) return;
  parentElement.innerHTML = `<span class="hl-copy"><button type="button">Copy link</button>
    <input hidden readonly aria-label="Link to this page"><span role="status"></span></span>`;
  const [button, shown, said] = ["button", "input", "[role=status]"].map((part) => parentElement.querySelector(part));
  button.addEventListener("click", async () => {
    shown.value = location.href;
    try {
      await navigator.clipboard.writeText(location.href);
      shown.hidden = true;
      said.textContent = "Copied";
    } catch {
      shown.hidden = false;
      shown.select();
      said.textContent = "Copy it from here";
    }
    setTimeout(() => (said.textContent = ""), 3000);
  });
}
