// Marks the app with `data-unasked` while a text area holds another text than the one that was answered.
// data: { box: class of the text area's element, shown: null | { start: first characters, length } }
const normal = (text) => text.replace(/\r\n?/g, "\n");

export default function ({ data }) {
  const app = document.querySelector(".stApp");
  const compare = () => {
    const area = document.querySelector(`.${data.box} textarea`);
    const start = data.shown && normal(data.shown.start);
    const same = !area || !data.shown
      || (area.value.length === data.shown.length && normal(area.value).startsWith(start));
    app.toggleAttribute("data-unasked", !same);
  };
  document.addEventListener("input", compare);
  const timer = setInterval(compare, 300); // Streamlit fills the area without an event
  return () => {
    document.removeEventListener("input", compare);
    clearInterval(timer);
    app.removeAttribute("data-unasked");
  };
}
