"""The servers that clauses run on loopback."""
