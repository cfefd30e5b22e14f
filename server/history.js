// One entry a page in the browser's history: what only changes the parameters of a page replaces its entry.
//
// Streamlit tells the parameters of the page that a click leads to before it has moved to that page's path: the entry
// of the page that was clicked on, which they replace for a moment, gets its own back when the browser moves on.
{
  const push = history.pushState.bind(history);
  let left = null; // where the last click was made
  const forget = () => (left = null);
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    if (to.pathname !== location.pathname) {
      if (left !== null) history.replaceState(history.state, "", left);
      forget();
      return push(state, title, url);
    }
    history.replaceState(history.state, "", to);
  };
  addEventListener("click", () => (left = location.href), true);
  addEventListener("popstate", forget, true);
}
