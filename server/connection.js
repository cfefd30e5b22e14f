// Says where the server is, so that Streamlit's client opens its socket at once. On any page but the first it would ask
// below that page's path, then above, and wait for both answers: a seventh of a second in which nothing happens.
{
  const root = new URL(".", location.href); // every page is one name below it, also behind a proxy's own path
  window.__streamlit = {
    BACKEND_BASE_URL: root.href,
    HOST_CONFIG: { allowedOrigins: [root.origin], useExternalAuthToken: false },
  };
}
