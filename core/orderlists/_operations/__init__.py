"""What can be asked of the exchange, and the rules for it."""
