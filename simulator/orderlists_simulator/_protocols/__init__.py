"""The protocols: how requests, responses and events are written."""
