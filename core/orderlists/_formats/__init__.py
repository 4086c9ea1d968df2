"""Formats of bodies and frames, one module each.  Independent of protocols and operations."""
