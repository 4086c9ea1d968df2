"""The engine: runs a request to its result; all decisions are made here."""
