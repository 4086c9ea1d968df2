"""The registry of endpoints."""

from collections import Counter

import pytest

from orderlists.extending import HttpRequest
from orderlists_simulator import RestServerProtocol, Venue, WebSocketServerProtocol
from orderlists_simulator._api import order_lists
from orderlists_simulator._api.endpoint import Endpoint
from orderlists_simulator._api.registry import ENDPOINTS, REST, WEBSOCKET


def test_no_two_endpoints_share_a_name() -> None:
    assert max(Counter(each.rest for each in ENDPOINTS if each.rest is not None).values()) == 1
    assert max(Counter(each.websocket for each in ENDPOINTS).values()) == 1


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.websocket)
def test_every_endpoint_is_served_under_its_names(endpoint: Endpoint) -> None:
    assert endpoint.websocket is not None
    assert WEBSOCKET[endpoint.websocket] is endpoint
    assert endpoint.rest is None or REST[endpoint.rest] is endpoint


def test_one_declaration_is_served_by_both_protocols_and_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    declared = Endpoint(
        rest=("DELETE", "/api/v3/order"),
        websocket="order.cancel",
        security="NONE",
        weight=1,
        effect="cancel",
        handler=lambda call: {"protocol": call.protocol},
    )
    monkeypatch.setitem(REST, ("DELETE", "/api/v3/order"), declared)
    monkeypatch.setitem(WEBSOCKET, "order.cancel", declared)
    rest, websocket = RestServerProtocol(Venue()), WebSocketServerProtocol(Venue())
    session = websocket.open("/ws-api/v3?returnRateLimits=false", now=0)
    request = HttpRequest("DELETE", "/api/v3/order", ())

    assert rest.respond(request, now=0).body == b'{"protocol":"REST"}'
    assert websocket.respond(session, '{"id":1,"method":"order.cancel"}', now=0) == (
        '{"id":1,"status":200,"result":{"protocol":"WebSocket"}}'
    )
    assert rest.describe(request).effect == "cancel"


def test_the_endpoints_of_a_module_are_collected_without_a_list() -> None:
    declared = [each for each in vars(order_lists).values() if isinstance(each, Endpoint)]
    assert len(declared) == 4
    assert set(declared) <= set(ENDPOINTS)
