// One entry a page in the browser's history: what only changes the parameters of a page replaces its entry.
//
// Streamlit tells a page's parameters before it has moved to the page's path: the entry of the page before, which they
// replace for a moment, gets its own back when the browser moves on.
{
  const SOON = 300; // ms; Streamlit moves as soon as it has drawn
  const push = history.pushState.bind(history);
  let before = null;
  let timer;
  const forget = () => (before = null);
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    if (to.pathname !== location.pathname) {
      if (before !== null) history.replaceState(history.state, "", before);
      forget();
      return push(state, title, url);
    }
    before ??= location.href;
    clearTimeout(timer);
    timer = setTimeout(forget, SOON);
    history.replaceState(history.state, "", to);
  };
  addEventListener("popstate", forget, true);
}
