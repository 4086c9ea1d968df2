"""What became of a request whose outcome is unknown: one strategy per kind of request."""
