"""Clocks and the event loop of virtual time."""
