"""Results and events, as typed values.  Knows no format: attributes carry their wire names."""
