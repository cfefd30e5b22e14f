// Marks the app with an attribute while a text area holds another text than the one that was answered.
// data: { box: class of the text area's element, mark: the attribute, shown: null | { start: first characters, length },
//         opener: null | class of the button behind which the area is, which is not on the page while that is shut }
const normal = (text) => text.replace(/\r\n?/g, "\n");
// Puts a text in as a person would: the form, which keeps what is typed for itself, hears of it.
const write = (area, value) => {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, value);
  area.dispatchEvent(new Event("input", { bubbles: true }));
};
// By text area. left: what was typed when it was shut or its page was left, { shown, value }; end: ends the comparison
// with what was shown before, since Streamlit calls again with new data, and clears only at the very end; last: the area
// at the last look, null where there was none, since one that was shut and opened is another; fresh: it has not yet got
// back what was left, since nothing was shown so far or Streamlit has not filled it yet.
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
  const isShown = (value) => !data.shown
    || (value.length === data.shown.length && normal(value).startsWith(normal(data.shown.start)));
  const compare = (event) => {
    const area = document.querySelector(`.${data.box} textarea`);
    if (area !== state.last) state.fresh = true;
    follow(area);
    if (data.shown && state.left && state.left.shown !== key) state.left = null;
    const fresh = area && state.fresh && event?.type !== "input";
    if (area && (!fresh || (data.shown && area.value))) {
      state.fresh = false;
      if (fresh && state.left && isShown(area.value) && !isShown(state.left.value)) write(area, state.left.value);
      state.left = { shown: key, value: area.value };
    }
    app.toggleAttribute(data.mark, Boolean(state.left) && !isShown(state.left.value));
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
