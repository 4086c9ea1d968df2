"""How bodies and frames are written: one module for each format.

Knows no protocol and no operation.
"""
