"""The operations of the exchange: requests, validation and recovery."""
