"""A connection without a socket."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists_simulator import (
    Venue,
    WebSocketServerProtocol,
)

NOW = 1_688_005_070_874_123_456


@pytest.fixture
def send_request(venue: Venue) -> Callable[..., Any]:
    """Send a frame, and return the reply."""
    server = WebSocketServerProtocol(venue)

    def send_request(frame: str | bytes, query: str = "?returnRateLimits=false") -> Any:
        session = server.open(f"/ws-api/v3{query}", now=NOW)
        return json.loads(server.respond(session, frame, now=NOW))

    return send_request
