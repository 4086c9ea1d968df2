"""How requests and results travel: one pure module for each protocol."""
