"""Connections that outlive a request: what is in flight on them, and when a new one is needed.

Without I/O: a driver brings what arrived and the time, and does what it is told.
"""
