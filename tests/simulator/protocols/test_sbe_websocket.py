"""SBE over the WebSocket API: the handshake, replies and events."""

import json
from collections.abc import Callable

import pytest

from orderlists import HandshakeRefused
from orderlists_simulator import (
    Behaviour,
    SbeSettings,
    Venue,
    WebSocketServerProtocol,
)
from sbe_frames import header_of, int64_at, read_reply, template_of

Documented = Callable[[Behaviour], Venue]
Signed = Callable[..., str]

NOW = 1_688_005_070_874_123_456
SBE = "/ws-api/v3?responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion="
ORDER = {"symbol": "LTCBTC", "side": "SELL", "type": "LIMIT_MAKER", "quantity": "1", "price": "9"}


@pytest.mark.parametrize(
    ("settings", "query", "code"),
    [
        (SbeSettings(enabled=False), "&sbeSchemaId=3&sbeSchemaVersion=5", -1155),
        (SbeSettings(enabled=False), "", -1155),
        (SbeSettings(), "", -1152),
        (SbeSettings(), "&sbeSchemaId=3", -1152),
        (SbeSettings(), "&sbeSchemaId=3&sbeSchemaVersion=new", -1152),
        (SbeSettings(), "&sbeSchemaId=3&sbeSchemaVersion=6", -1153),
        (SbeSettings(), "&sbeSchemaId=2&sbeSchemaVersion=1", -1153),
        (SbeSettings(oldest=3), "&sbeSchemaId=3&sbeSchemaVersion=2", -1153),
    ],
)
def test_a_handshake_is_refused_in_json(
    documented: Documented, settings: SbeSettings, query: str, code: int
) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(sbe=settings)))

    with pytest.raises(HandshakeRefused) as refused:
        server.open(f"/ws-api/v3?responseFormat=sbe{query}", now=NOW)

    response = refused.value.response
    assert (response.status, json.loads(response.body)["code"]) == (400, code)


@pytest.mark.parametrize(
    ("version", "asked", "answered"), [(5, 5, 5), (5, 4, 5), (3, 0, 3), (6, 5, 6)]
)
def test_a_deprecated_schema_is_answered_in_the_newest(
    documented: Documented, version: int, asked: int, answered: int
) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(sbe=SbeSettings(version=version))))
    session = server.open(f"{SBE}{asked}", now=NOW)

    frame = server.respond(session, '{"id": 1, "method": "time"}', now=NOW)

    assert header_of(frame).version == answered
    reply = read_reply(frame)
    assert header_of(reply.result).version == answered
    assert bool(reply.deprecated) == (asked < answered)
    assert int64_at(reply.result, 0) == NOW // 1000


@pytest.mark.parametrize(
    ("frame", "text", "template"),
    [
        ('{"id": 7, "method": "ping"}', "7", 101),
        ('{"id": "a-7", "method": "session.status"}', "a-7", 52),
        ('{"id": "a", "method": "session.logout"}', "a", 53),
        ('{"id": "a", "method": "session.subscriptions"}', "a", 54),
        ('{"id": null, "method": "time"}', "", 102),
        ('{"id": 7, "method": "userDataStream.subscribe"}', "7", 100),
        ('{"id": 7, "method": "unknown"}', "7", 100),
        ("no JSON", "", 100),
        (b"{}", "", 100),
    ],
)
def test_a_reply_wraps_a_message_and_has_the_id_as_text(
    venue: Venue, frame: str | bytes, text: str, template: int
) -> None:
    server = WebSocketServerProtocol(venue)
    session = server.open(f"{SBE}5&timeUnit=millisecond", now=NOW)

    reply = read_reply(server.respond(session, frame, now=NOW))

    assert (reply.id, template_of(reply.result), reply.limits) == (text, template, 1)
    assert reply.status == (200 if template != 100 else reply.status)


def test_rate_limits_may_be_left_out(venue: Venue) -> None:
    server = WebSocketServerProtocol(venue)
    session = server.open(f"{SBE}5&returnRateLimits=false", now=NOW)

    assert read_reply(server.respond(session, '{"id": 1, "method": "ping"}', now=NOW)).limits == 0


def test_the_times_of_a_rate_limit_are_microseconds(documented: Documented) -> None:
    server = WebSocketServerProtocol(documented(Behaviour(weight_limit=2)))
    session = server.open(f"{SBE}5", now=NOW)

    reply = read_reply(server.respond(session, '{"id": 1, "method": "ping"}', now=NOW))

    assert reply.status == 429
    assert int64_at(reply.result, 2) == NOW // 10**6 * 1000
    assert int64_at(reply.result, 10) % 1000 == 0


def test_a_result_without_a_message_is_text(venue: Venue, signed: Signed) -> None:
    server = WebSocketServerProtocol(venue)
    session = server.open(f"{SBE}5", now=NOW)

    reply = json.loads(server.respond(session, signed("order.place", **ORDER), now=NOW))

    assert reply["status"] == 200
    assert reply["result"]["transactTime"] == NOW // 1000


def test_a_revoked_key_is_an_error_without_an_id(venue: Venue) -> None:
    server = WebSocketServerProtocol(venue)
    session = server.open(f"{SBE}5", now=NOW)

    reply = read_reply(server.revocation(session, now=NOW))

    assert (reply.id, reply.status, template_of(reply.result)) == ("", 401, 100)
