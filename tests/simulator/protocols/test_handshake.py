"""The options of a connection, and the limit of connections."""

import json
from collections.abc import Callable

import pytest

from orderlists import HandshakeRefused
from orderlists_simulator import (
    Behaviour,
    Venue,
    VenueTransport,
    VirtualClock,
    WebSocketServerProtocol,
)

Documented = Callable[[Behaviour], Venue]

NOW = 1_688_005_070_874_123_456
MINUTE = 60 * 10**9


def refused(server: WebSocketServerProtocol, target: str, *, now: int = NOW) -> tuple[int, int]:
    with pytest.raises(HandshakeRefused) as error:
        server.open(target, now=now)
    assert error.value.sent is False
    response = error.value.response
    assert response.header("Content-Type") == "application/json;charset=UTF-8"
    return response.status, json.loads(response.body)["code"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?returnRateLimits=true",
        "?returnRateLimits=false&timeUnit=MICROSECOND",
        "?timeUnit=microsecond",
        "?timeUnit=MILLISECOND&responseFormat=json",
        "?responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion=5&timeUnit=MILLISECOND",
    ],
)
def test_documented_options_are_accepted(venue: Venue, query: str) -> None:
    assert WebSocketServerProtocol(venue).open(f"/ws-api/v3{query}", now=NOW).since == NOW


@pytest.mark.parametrize(
    ("target", "status", "code"),
    [
        ("/", 404, -1020),
        ("/ws-api/v4", 404, -1020),
        ("/ws-api/v3?timeUnit=second", 400, -1194),
        ("/ws-api/v3?timeUnit=", 400, -1105),
        ("/ws-api/v3?returnRateLimits=yes", 400, -1100),
        ("/ws-api/v3?speed=high", 400, -1104),
        ("/ws-api/v3?timeUnit=MICROSECOND&timeUnit=MICROSECOND", 400, -1101),
        ("/ws-api/v3?responseFormat=sbe", 400, -1152),
        ("/ws-api/v3?responseFormat=xml", 400, -1100),
        ("/ws-api/v3?responseFormat=json&responseFormat=sbe", 400, -1101),
    ],
)
def test_other_paths_and_options_are_refused(
    venue: Venue, target: str, status: int, code: int
) -> None:
    assert refused(WebSocketServerProtocol(venue), target) == (status, code)


def test_connections_in_five_minutes_are_limited(documented: Documented) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(connection_limit=2)))
    window = 5 * MINUTE
    begin = NOW // window * window

    server.open("/ws-api/v3", now=begin)
    assert refused(server, "/ws-api/v3?speed=high", now=begin + 1) == (400, -1104)
    assert refused(server, "/ws-api/v3", now=begin + window - 1) == (429, -1034)
    server.open("/ws-api/v3", now=begin + window)


def test_a_refused_connection_has_retry_after(documented: Documented) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(connection_limit=1)))
    begin = NOW // (5 * MINUTE) * (5 * MINUTE)
    server.open("/ws-api/v3", now=begin)

    with pytest.raises(HandshakeRefused) as error:
        server.open("/ws-api/v3", now=begin + 1)

    assert error.value.response.header("Retry-After") == "300"


def test_without_a_connection_limit_none_is_refused(documented: Documented) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(connection_limit=None)))

    for _ in range(301):
        server.open("/ws-api/v3", now=NOW)


def test_a_connection_has_weight(documented: Documented) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(weight_limit=5)))

    server.open("/ws-api/v3", now=NOW)
    server.open("/ws-api/v3", now=NOW)

    assert refused(server, "/ws-api/v3") == (429, -1003)


def test_the_in_process_transport_raises_handshake_refused(documented: Documented) -> None:
    transport = VenueTransport(documented(Behaviour(connection_limit=1)), clock=VirtualClock(NOW))
    transport.connect("/ws-api/v3", timeout=1.0)

    with pytest.raises(HandshakeRefused) as error:
        transport.connect("/ws-api/v3", timeout=1.0)

    assert error.value.response.status == 429
