"""Any frame gets a valid reply."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from orderlists_simulator import (
    EXAMPLE_KEY,
    Plan,
    Venue,
    VenueTransport,
    VirtualClock,
    WebSocketServerProtocol,
)
from orderlists_simulator.faults import executed, truncated

NOW = 1_700_000_000_000_000_000
METHODS = [
    "orderList.cancel",
    "orderList.status",
    "order.status",
    "time",
    "ping",
    "session.logon",
    "session.status",
    "session.logout",
    "session.subscriptions",
    "userDataStream.subscribe",
    "userDataStream.subscribe.signature",
    "userDataStream.unsubscribe",
]
NAMES = [
    *("symbol", "orderListId", "listClientOrderId", "newClientOrderId", "origClientOrderId"),
    *("orderId", "timestamp", "recvWindow", "apiKey", "signature", "returnRateLimits"),
    "subscriptionId",
]
CODES = {
    *(-1020, -1021, -1022, -1100, -1101, -1102, -1103, -1104, -1105, -1111, -1121, -1128, -1131),
    *(-1135, -2011, -2013, -2014, -2015, -2018, -2035, -2036, -2039),
}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
likely = st.sampled_from(
    ["LTCBTC", 0, "0", "C3wyj4", EXAMPLE_KEY.api_key, "x", NOW // 10**6, True, "false", 60000]
)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(METHODS).map(str) | values,
        "params": st.dictionaries(st.sampled_from(NAMES) | st.text(), likely | values) | values,
    },
    optional={"id": values, "speed": values},
)


def reply_to(frame: str | bytes) -> Any:
    venue = Venue()
    venue.order_entry.place_oco(
        symbol="LTCBTC", side="SELL", quantity=1, price=3, stop_price=1, now=NOW
    )
    server = WebSocketServerProtocol(venue)
    session = server.open("/ws-api/v3", now=NOW)
    return json.loads(server.respond(session, frame, now=NOW))


def check(reply: Any) -> None:
    assert reply["status"] in {200, 400, 401}
    said = "result" if reply["status"] == 200 else "error"
    # The request may have returnRateLimits.
    assert list(reply) in (["id", "status", said, "rateLimits"], ["id", "status", said])
    if said == "result":
        return
    assert list(reply["error"]) == ["code", "msg"]
    assert reply["error"]["code"] in CODES


@given(st.text() | st.binary())
def test_any_text_or_bytes_get_a_valid_reply(frame: str | bytes) -> None:
    check(reply_to(frame))


@given(values.map(json.dumps))
def test_any_json_gets_a_valid_reply(frame: str) -> None:
    check(reply_to(frame))


@given(requests)
def test_any_request_gets_a_valid_reply(request: dict[str, Any]) -> None:
    reply = reply_to(json.dumps(request))

    check(reply)
    number = request.get("id")
    echoed = isinstance(number, (int, str)) and not isinstance(number, bool)
    assert reply["id"] in ({number, None} if echoed else {None})


@given(kept=st.floats(0, 1, exclude_max=True))
def test_a_reply_may_be_truncated_at_any_byte(kept: float) -> None:
    venue = Venue()
    transport = VenueTransport(
        venue, clock=VirtualClock(NOW), plan=Plan([executed(answer=truncated(kept=kept))])
    )
    transport.connect("/ws-api/v3", timeout=1.0).send('{"id":1,"method":"time"}', timeout=1.0)

    assert venue.log.entries[0].answered == "cut short"
