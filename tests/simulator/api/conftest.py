"""Listeners to user data events, and requests over both protocols."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import (
    Plan,
    RestServerProtocol,
    Venue,
    VirtualClock,
    WebSocketServerProtocol,
)
from orderlists_simulator._api.registry import WEBSOCKET
from venue_clients import Listener

Signed = Callable[..., str]


@pytest.fixture
def listen(signed: Signed, virtual: VirtualClock) -> Callable[..., Listener]:
    def listen(venue: Venue, query: str = "", plan: Plan | None = None) -> Listener:
        return Listener(venue, signed, virtual, query, plan)

    return listen


@pytest.fixture
def listener(listen: Callable[..., Listener], venue: Venue) -> Listener:
    return listen(venue)


class Answer(NamedTuple):
    """The reply to a request: its body or result, or its error, and what it weighed."""

    status: int
    body: Any
    weight: int


Ask = Callable[..., Answer]


@pytest.fixture(params=["REST", "WebSocket"])
def ask(
    request: pytest.FixtureRequest,
    venue: Venue,
    virtual: VirtualClock,
    written: Callable[..., HttpRequest],
    signed: Signed,
) -> Ask:
    """Send a request, named by its method of the WebSocket API, over each of the protocols."""
    now = virtual.now()
    websocket = WebSocketServerProtocol(venue)
    session = websocket.open("/ws-api/v3", now=now)

    def over_rest(name: str, parameters: dict[str, object]) -> tuple[int, Any]:
        method, path = WEBSOCKET[name].rest or ("", "")
        sent = written(method, path, **parameters)
        if WEBSOCKET[name].security == "NONE":
            sent = HttpRequest(method, f"{path}?{urlencode(parameters)}", ())
        response = RestServerProtocol(venue).respond(sent, now=now)
        return response.status, json.loads(response.body)

    def over_websocket(name: str, parameters: dict[str, object]) -> tuple[int, Any]:
        frame = signed(name, **parameters)
        if WEBSOCKET[name].security == "NONE":
            frame = json.dumps({"id": 1, "method": name, "params": parameters})
        reply = json.loads(websocket.respond(session, frame, now=now))
        return reply["status"], reply.get("result", reply.get("error"))

    def ask(name: str, **parameters: object) -> Answer:
        before = venue.request_weight.refund(0, now=now)
        way = over_rest if request.param == "REST" else over_websocket
        status, body = way(name, parameters)
        return Answer(status, body, venue.request_weight.refund(0, now=now) - before)

    return ask
