// One entry a page in the browser's history: what only changes the parameters of a page replaces its entry.
//
// Streamlit tells a page's parameters before it has moved to the page's path, so they wait a moment, and go to the path
// that the browser is at by then: the entry of the page before keeps its own.
{
  const WAIT = 50; // ms; Streamlit moves as soon as it has drawn
  const push = history.pushState.bind(history);
  let search = null;
  let timer;
  const write = () => {
    if (search !== null) history.replaceState(history.state, "", location.pathname + search + location.hash);
    search = null;
  };
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    if (to.pathname !== location.pathname) return push(state, title, url);
    search = to.search;
    clearTimeout(timer);
    timer = setTimeout(write, WAIT);
  };
  addEventListener("popstate", () => (search = null), true);
}
