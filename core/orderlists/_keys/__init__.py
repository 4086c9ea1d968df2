"""Keys, which sign requests."""
