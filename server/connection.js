// Says how wide the window is, and where the server is, so that Streamlit's client opens its socket at once. On any page but the first it would ask
// below that page's path, then above, and wait for both answers: a seventh of a second in which nothing happens.
// The width goes with the socket as a cookie: tables on a phone are drawn for it from the first.
{
  const root = new URL(".", location.href); // every page is one name below it, also behind a proxy's own path
  const width = Math.min(innerWidth, screen.width); // the first may be that of a desktop before the head has been read
  document.cookie = `headlight_width=${width}; path=${root.pathname}; SameSite=Strict`;
  window.__streamlit = {
    BACKEND_BASE_URL: root.href,
    HOST_CONFIG: { allowedOrigins: [root.origin], useExternalAuthToken: false },
  };
}
