// One entry a page in the browser's history: what only changes the parameters of a page replaces its entry.
//
// Streamlit tells a page's parameters before it has moved to the page's path: the entry of the page before, which they
// replace for a moment, gets back what it was when the person clicked.
{
  const push = history.pushState.bind(history);
  let clicked = location.href;
  const remember = () => (clicked = location.href);
  history.pushState = (state, title, url) => {
    const to = new URL(url ?? location.href, location.href);
    if (to.pathname === location.pathname) {
      history.replaceState(history.state, "", to);
      return;
    }
    if (new URL(clicked).pathname === location.pathname) history.replaceState(history.state, "", clicked);
    push(state, title, url);
    remember();
  };
  addEventListener("click", remember, true); // a link or a button, by mouse or by keyboard
  addEventListener("popstate", remember, true);
}
