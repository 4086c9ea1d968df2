"""WebSocket connections of both colours."""
