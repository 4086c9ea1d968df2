"""Fault injection: what goes wrong between a client and a venue, by plan."""
