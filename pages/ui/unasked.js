// Marks the app with `data-unasked` while a text area holds another text than the one that was answered.
// data: { box: class of the text area's element, shown: null | { start: first characters, length },
//         opener: null | class of the button behind which the area is, which is not on the page while that is shut }
const normal = (text) => text.replace(/\r\n?/g, "\n");
// What was typed when the area was shut: { path, shown, value }
let left = null;
// Ends the comparison with what was shown before: Streamlit calls again with new data, and clears only at the very end
let end = null;
// The area at the last look, null where there was none: one that was shut and opened since is another
let last;

export default function ({ data }) {
  const before = end;
  end = null;
  before?.();
  const app = document.querySelector(".stApp");
  const key = JSON.stringify(data.shown);

  const follow = (area) => {
    const opened = last !== undefined && area && area !== last;
    const shut = last && !area;
    last = area;
    if (!data.opener) return;
    if (opened) area.focus();
    if (shut && document.activeElement === document.body) document.querySelector(`.${data.opener} button`)?.focus();
  };
  const compare = () => {
    const area = document.querySelector(`.${data.box} textarea`);
    follow(area);
    if (area) left = { path: location.pathname, shown: key, value: area.value };
    if (left && (left.path !== location.pathname || left.shown !== key)) left = null;
    const value = left?.value;
    const same = value === undefined || !data.shown
      || (value.length === data.shown.length && normal(value).startsWith(normal(data.shown.start)));
    app.toggleAttribute("data-unasked", !same);
  };
  document.addEventListener("input", compare);
  const timer = setInterval(compare, 300); // Streamlit fills, shows and takes away the area without an event
  compare();
  const own = () => {
    document.removeEventListener("input", compare);
    clearInterval(timer);
    if (end !== own) return; // another has taken over
    end = null;
    last = undefined;
    app.removeAttribute("data-unasked");
  };
  end = own;
  return own;
}
