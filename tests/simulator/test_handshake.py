"""Who may connect, and with what."""

import json
from collections.abc import Callable

import pytest

from orderlists import HandshakeRefused
from orderlists_simulator import Rules, Venue, VenueTransport, WebSocketFront

Documented = Callable[[Rules], Venue]

NOW = 1_688_005_070_874_123_456
MINUTE = 60 * 10**9


def refused(front: WebSocketFront, target: str, *, now: int = NOW) -> tuple[int, int]:
    with pytest.raises(HandshakeRefused) as error:
        front.open(target, now=now)
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
    ],
)
def test_what_is_documented_is_let_in(venue: Venue, query: str) -> None:
    assert WebSocketFront(venue).open(f"/ws-api/v3{query}", now=NOW).since == NOW


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
        ("/ws-api/v3?responseFormat=sbe", 400, -1155),
    ],
)
def test_anything_else_is_not(venue: Venue, target: str, status: int, code: int) -> None:
    assert refused(WebSocketFront(venue), target) == (status, code)


def test_there_are_only_so_many_connections_in_five_minutes(documented: Documented) -> None:
    front = WebSocketFront(documented(Rules(connection_limit=2)))
    window = 5 * MINUTE
    begin = NOW // window * window

    front.open("/ws-api/v3", now=begin)
    assert refused(front, "/ws-api/v3?speed=high", now=begin + 1) == (400, -1104)
    assert refused(front, "/ws-api/v3", now=begin + window - 1) == (429, -1034)
    front.open("/ws-api/v3", now=begin + window)


def test_it_is_said_when_to_come_back(documented: Documented) -> None:
    front = WebSocketFront(documented(Rules(connection_limit=1)))
    begin = NOW // (5 * MINUTE) * (5 * MINUTE)
    front.open("/ws-api/v3", now=begin)

    with pytest.raises(HandshakeRefused) as error:
        front.open("/ws-api/v3", now=begin + 1)

    assert error.value.response.header("Retry-After") == "300"


def test_there_may_be_any_number(documented: Documented) -> None:
    front = WebSocketFront(documented(Rules(connection_limit=None)))

    for _ in range(301):
        front.open("/ws-api/v3", now=NOW)


def test_connecting_costs_weight(documented: Documented) -> None:
    front = WebSocketFront(documented(Rules(weight_limit=5)))

    front.open("/ws-api/v3", now=NOW)
    front.open("/ws-api/v3", now=NOW)

    assert refused(front, "/ws-api/v3") == (429, -1003)


def test_a_transport_is_refused_alike(documented: Documented) -> None:
    transport = VenueTransport(documented(Rules(connection_limit=1)), now=lambda: NOW)
    transport.connect("/ws-api/v3", timeout=1.0)

    with pytest.raises(HandshakeRefused) as error:
        transport.connect("/ws-api/v3", timeout=1.0)

    assert error.value.response.status == 429
