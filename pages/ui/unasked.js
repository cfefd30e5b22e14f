// Marks the app with an attribute while a text area holds another text than the one that was answered.
// data: { box: class of the text area's element, mark: the attribute, shown: null | { start: first characters, length },
//         opener: null | class of the button behind which the area is, which is not on the page while that is shut }
const normal = (text) => text.replace(/\r\n?/g, "\n");
// By text area. left: what was typed when it was shut, { path, shown, value }; end: ends the comparison with what was
// shown before, since Streamlit calls again with new data, and clears only at the very end; last: the area at the last
// look, null where there was none, since one that was shut and opened is another.
const states = {};

export default function ({ data }) {
  const state = states[data.box] ??= { left: null, end: null, last: undefined };
  const before = state.end;
  state.end = null;
  before?.();
  const app = document.querySelector(".stApp");
  const key = JSON.stringify(data.shown);

  const follow = (area) => {
    const opened = state.last !== undefined && area && area !== state.last;
    const shut = state.last && !area;
    state.last = area;
    if (!data.opener) return;
    if (opened) area.focus();
    if (shut && document.activeElement === document.body) document.querySelector(`.${data.opener} button`)?.focus();
  };
  const compare = () => {
    const area = document.querySelector(`.${data.box} textarea`);
    follow(area);
    if (area) state.left = { path: location.pathname, shown: key, value: area.value };
    if (state.left && (state.left.path !== location.pathname || state.left.shown !== key)) state.left = null;
    const value = state.left?.value;
    const same = value === undefined || !data.shown
      || (value.length === data.shown.length && normal(value).startsWith(normal(data.shown.start)));
    app.toggleAttribute(data.mark, !same);
  };
  document.addEventListener("input", compare);
  const timer = setInterval(compare, 300); // Streamlit fills, shows and takes away the area without an event
  compare();
  const own = () => {
    document.removeEventListener("input", compare);
    clearInterval(timer);
    if (state.end !== own) return; // another has taken over
    state.end = null;
    state.last = undefined;
    app.removeAttribute(data.mark);
  };
  state.end = own;
  return own;
}
