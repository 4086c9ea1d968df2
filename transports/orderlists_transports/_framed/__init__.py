"""Connections that carry frames: one driver for both colours, and where it runs."""
