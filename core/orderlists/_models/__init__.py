"""What the exchange tells, as typed values."""
