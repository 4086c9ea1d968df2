"""The servers and the in-process transport."""
