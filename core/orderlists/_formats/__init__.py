"""How a body is written: one module for each format.  Knows no protocol and no operation."""
