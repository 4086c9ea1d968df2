"""HTTP/1.1 without I/O: requests to bytes, and bytes to responses."""
