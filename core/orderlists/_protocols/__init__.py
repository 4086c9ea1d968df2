"""Protocols: encoding of requests and decoding of replies, one module each, without I/O."""
