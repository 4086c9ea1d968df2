"""How requests and results travel: pure codecs, one module for each protocol and each format."""
