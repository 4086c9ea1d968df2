"""Simple Binary Encoding, the exchange's binary format."""
