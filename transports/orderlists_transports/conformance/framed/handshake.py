"""Clauses about opening a connection."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from unittest.mock import patch

from orderlists import HandshakeRefused
from orderlists_transports.conformance._servers.http import (
    in_chunks,
    never_answer,
    reply,
    unmeasured,
)
from orderlists_transports.conformance._servers.websocket import (
    echo,
    frame,
    read_handshake,
    refusing,
    refusing_by,
    serving,
    upgrade,
)
from orderlists_transports.conformance.clause import framed_clauses
from orderlists_transports.conformance.fixture import expect, expect_not_sent, failure, within
from orderlists_transports.conformance.framed._exchange import connected, expect_frames

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpResponse
    from orderlists_transports.conformance._servers.http import Peer, Received
    from orderlists_transports.conformance._servers.websocket import ReceivedFrame, WebSocketPeer
    from orderlists_transports.conformance.adapter import FramedAdapter
    from orderlists_transports.conformance.fixture import FramedFixture

_TIMEOUT = 0.1
_PACE = 0.02
_TARGETS = (
    "/ws-api/v3",
    "/ws-api/v3?responseFormat=sbe&sbeSchemaId=3&sbeSchemaVersion=5&timeUnit=MICROSECOND",
    "/ws?note=a%2Fb%7Ec%2f%7e&empty=&symbol=%E4%BD%A0~.-_&a+b%20c;d,e",
    "/ws/a%2Fb;c=1?note=!*'()@:$/?|&note=[again]%25",
)
_MALFORMED = ("/ws?a=b c", "/ws\r\nX-Note: a", "/ws HTTP/1.1", "ws", "/ws?a#b", "/ws?\u20ac")
_STATUSES = (200, 400, 401, 403, 404, 410, 418, 426, 429, 500, 502, 503)
_REDIRECTS = (300, 301, 302, 303, 307, 308)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ws_proxy", "wss_proxy", "socks_proxy")
_KEY = re.compile("[A-Za-z0-9+/]{22}==")  # 16 bytes in base64: RFC 6455, section 4.1.
_CLOSED_PORT = "http://127.0.0.1:9"
_REFUSAL = b'{"code":-1003,"msg":"Too many requests."}'


def _close_at_once(_: Peer) -> None:
    pass


def _reset(peer: Peer) -> None:
    peer.receive()
    peer.reset()


_FAILING_HANDSHAKES: tuple[Callable[[Peer], None], ...] = (
    _close_at_once,
    _reset,
    refusing(b""),
    refusing(b"SSH-2.0-OpenSSH_9.6\r\n"),
    refusing(b"HTTP/1.1 fine\r\n\r\n"),
    refusing(unmeasured(b"", status=101)),
    refusing_by(lambda got: upgrade(got)[:-10]),
    refusing_by(lambda got: upgrade(got, accept="bm90IHlvdXIga2V5") + frame("{}")),
    refusing_by(lambda got: upgrade(got).replace(b"Upgrade: websocket\r\n", b"")),
    refusing(reply(b"{}", status=429, length=9)),
)


HANDSHAKE = framed_clauses()


@HANDSHAKE.clause()
def the_target_is_requested_byte_for_byte(fixture: FramedFixture) -> None:
    """The handshake requests the target byte for byte, once, as RFC 6455 says."""
    for target in _TARGETS:
        server = fixture.serve(serving(echo))
        connection = fixture.transport(server).connect(target)
        connection.send("{}")
        expect_frames(connection, "{}")
        expect(len(server.received) == 1, f"{len(server.received)} handshakes were sent")
        expect(server.received[0].target == target, f"it requested {server.received[0].target}")
        _expect_handshake(server.received[0], server.host)


@HANDSHAKE.clause()
def keys_and_masks_are_random(fixture: FramedFixture) -> None:
    """Each handshake has a key of its own, and each frame a mask of its own."""
    frames: list[ReceivedFrame] = []

    def script(websocket: WebSocketPeer) -> None:
        frames.extend(websocket.read() for _ in range(4))
        websocket.write(frame("end"))

    server = fixture.serve(serving(script))
    transport = fixture.transport(server)
    for _ in range(2):
        connection = transport.connect()
        connection.start_sending(*["{}"] * 4).result()
        expect_frames(connection, "end")
    keys = {value for each in server.received for value in each.values("sec-websocket-key")}
    expect(len(keys) == 2, f"both handshakes have the key {keys}")  # noqa: PLR2004 - as written
    masks = {each.mask for each in frames}
    expect(len(masks) > len(frames) / 2, f"{len(frames)} frames have the masks {masks}")


@HANDSHAKE.clause()
def a_malformed_target_is_not_requested(fixture: FramedFixture) -> None:
    """A target that HTTP cannot carry is an error, and nothing is sent."""
    server = fixture.serve(serving(echo))
    transport = fixture.transport(server)
    for target in _MALFORMED:
        expect_not_sent(transport.connect, target)
    transport.connect("/well-formed")
    expect([each.target for each in server.received] == ["/well-formed"], "it was requested")


@HANDSHAKE.clause()
def a_refusal_has_the_response(fixture: FramedFixture) -> None:
    """A status other than 101 is a HandshakeRefused with status, headers and body; sent once."""
    headers = ["Retry-After: 0", "X-Note: a", "x-note: b"]
    server = fixture.serve(
        refusing_by(lambda got: reply(_REFUSAL, status=int(got.target[1:]), headers=headers))
    )
    transport = fixture.transport(server)
    for count, status in enumerate(_STATUSES, 1):
        response = _refusal(transport, f"/{status}")
        expect(response.status == status, f"{status} became {response.status}")
        expect(response.header("retry-after") == "0", "a header is lost")
        notes = [value for name, value in response.headers if name.lower() == "x-note"]
        expect(notes == ["a", "b"], f"a repeated header became {notes}")
        expect(response.body == _REFUSAL, f"the body became {response.body!r}")
        expect(len(server.received) == count, f"the handshake was repeated on a {status}")


@HANDSHAKE.clause()
def the_body_of_a_refusal_is_whole(fixture: FramedFixture) -> None:
    """The body of a refusal is whole, with a length or in chunks."""
    body = _REFUSAL * 500
    for sent in (
        reply(body, status=429),
        in_chunks(body, 1000).replace(b"200", b"429", 1),
    ):
        transport = fixture.transport(fixture.serve(refusing(sent)))
        found = _refusal(transport, "/").body
        expect(found == body, f"{len(body)} bytes became {len(found)} others")


@HANDSHAKE.clause()
def redirects_are_not_followed(fixture: FramedFixture) -> None:
    """A redirect is a HandshakeRefused, to this server or another."""
    other = fixture.serve(serving(echo))
    for status in _REDIRECTS:
        for location in ("/elsewhere", f"{fixture.origin(other)}/elsewhere"):
            sent = reply(status=status, headers=[f"Location: {location}"])
            server = fixture.serve(refusing(sent))
            response = _refusal(fixture.transport(server), "/")
            expect(response.header("location") == location, "its Location is lost")
            expect(len(server.received) == 1, "it was followed")
    expect(not other.received, "it was followed to another server")


@HANDSHAKE.clause()
def a_failed_handshake_is_an_error(fixture: FramedFixture) -> None:
    """A handshake that fails, in whatever way, is an error with `sent` False."""
    for script in _FAILING_HANDSHAKES:
        expect_not_sent(fixture.transport(fixture.serve(script)).connect, "/")


@HANDSHAKE.clause()
def a_failed_handshake_is_not_repeated(fixture: FramedFixture) -> None:
    """A handshake that fails is sent once, on one connection."""
    for number, script in enumerate(_FAILING_HANDSHAKES):
        server = fixture.serve(script)
        failure(fixture.transport(server).connect, f"/{number}")
        counts = (server.connections, len(server.received))
        expect(max(counts) == 1, f"/{number}: {counts[0]} connections, {counts[1]} handshakes")


@HANDSHAKE.clause()
def the_handshake_ends_at_the_timeout(fixture: FramedFixture) -> None:
    """A server that sends nothing, or byte by byte, is an error at the timeout; sent once."""
    for script in (never_answer, _trickle):
        server = fixture.serve(script)
        transport = fixture.transport(server)
        with within(_TIMEOUT):
            expect_not_sent(transport.connect, "/", _TIMEOUT)
        expect(server.connections == 1, f"{server.connections} connections were opened")
        server.close()


@HANDSHAKE.clause()
def connecting_ends_at_the_timeout(fixture: FramedFixture) -> None:
    """A server that does not answer the connection attempt is an error at the timeout."""
    _expect_no_connection(fixture.transport_to_saturated_server())


@HANDSHAKE.clause(needs_tls=True)
def the_tls_handshake_ends_at_the_timeout(fixture: FramedFixture) -> None:
    """A server that does not answer the TLS handshake is an error at the timeout."""
    _expect_no_connection(fixture.transport_to_mute_server())


@HANDSHAKE.clause()
def an_unreachable_server_is_an_error(fixture: FramedFixture) -> None:
    """A refused connection, and an unknown host, are errors with `sent` False."""
    server = fixture.serve(serving(echo))
    transport = fixture.transport(server)
    server.close()
    expect_not_sent(transport.connect)
    expect_not_sent(fixture.transport_to(fixture.unknown_host()).connect)


@HANDSHAKE.clause(needs_tls=True)
def an_untrusted_certificate_is_refused(fixture: FramedFixture) -> None:
    """A certificate of an unknown authority, or for another host, is an error; nothing is sent."""
    server = fixture.serve(serving(echo))
    for transport in (
        fixture.transport_to(fixture.origin(server), is_trusted=False),
        fixture.transport_to(fixture.origin(server, "localhost")),
    ):
        expect_not_sent(transport.connect)
    expect(not server.received, "the handshake was sent")


@HANDSHAKE.clause()
def proxies_of_the_environment_are_ignored(fixture: FramedFixture) -> None:
    """No environment variable sends a connection through a proxy."""
    server = fixture.serve(serving(echo))
    with patch.dict(os.environ):
        for name in ("no_proxy", "NO_PROXY"):
            os.environ.pop(name, None)
        for name in _PROXIES:
            os.environ[name] = os.environ[name.upper()] = _CLOSED_PORT
        fixture.transport(server).connect()
    expect(server.connections == 1, f"{server.connections} connections were opened")


@HANDSHAKE.clause()
def frames_may_follow_the_handshake_at_once(fixture: FramedFixture) -> None:
    """Frames in one segment with the reply to the handshake are received."""
    expect_frames(connected(fixture, _greet), "first", b"second", "third")


def _expect_no_connection(transport: FramedAdapter) -> None:
    with within(_TIMEOUT):
        expect_not_sent(transport.connect, "/", _TIMEOUT)


def _expect_handshake(got: Received, host: str) -> None:
    expect((got.method, got.version) == ("GET", "HTTP/1.1"), f"{got.method} {got.version}")
    for name, wanted in (
        ("host", [host]),
        ("upgrade", ["websocket"]),
        ("connection", ["upgrade"]),
        ("sec-websocket-version", ["13"]),
    ):
        found = [value.lower() for value in got.values(name)]
        expect(found == wanted, f"the header {name} is {found}")
    keys = got.values("sec-websocket-key")
    expect(len(keys) == 1 and _KEY.fullmatch(keys[0]) is not None, f"the keys are {keys}")


def _refusal(transport: FramedAdapter, target: str) -> HttpResponse:
    error = failure(transport.connect, target)
    if not isinstance(error, HandshakeRefused):
        raise AssertionError(f"expected a HandshakeRefused, got {error!r}")  # noqa: TRY004 - a broken clause
    return error.response


def _trickle(peer: Peer) -> None:
    head = upgrade(read_handshake(peer), headers=["X-Long: "])
    peer.write(head.rstrip())
    while not peer.hold(_PACE):
        peer.write(b"x")


def _greet(peer: Peer) -> None:
    peer.write(upgrade(read_handshake(peer)) + frame("first") + frame(b"second") + frame("third"))
    peer.read(2)
