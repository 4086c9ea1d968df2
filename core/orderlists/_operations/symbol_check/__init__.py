"""The check of a placement against the rules of its symbol, before anything is sent."""
