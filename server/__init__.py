"""The web server around the app: what it sends, what it prepares, where it listens."""
