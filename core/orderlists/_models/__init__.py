"""Results and events as typed values, independent of the format."""
