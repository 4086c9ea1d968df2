"""Recovery of requests whose outcome is unknown: one strategy per operation."""
