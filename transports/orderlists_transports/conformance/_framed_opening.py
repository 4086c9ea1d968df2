"""Clauses about opening a connection."""

from __future__ import annotations

import os
import re
from time import monotonic
from typing import TYPE_CHECKING
from unittest.mock import patch

from orderlists import HandshakeRefused
from orderlists_transports.conformance._bench import expect
from orderlists_transports.conformance._framed_bench import (
    expect_frames,
    expect_not_sent,
    failure,
    origin_of,
)
from orderlists_transports.conformance._framed_clause import framed_clause
from orderlists_transports.conformance._script import chunked, reply, unmeasured
from orderlists_transports.conformance._setup import FramedSetup
from orderlists_transports.conformance._talk import (
    answering,
    answering_with,
    asked,
    echo,
    frame,
    switching,
    talking,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists.extending import HttpResponse
    from orderlists_transports.conformance._framed_bench import FramedBench
    from orderlists_transports.conformance._framed_line import FramedLine
    from orderlists_transports.conformance._server import Peer, Received

_SOON = 0.2
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
_NOBODY_LISTENS = "http://127.0.0.1:9"


@framed_clause
def the_target_is_asked_for_byte_for_byte(bench: FramedBench) -> None:
    """The handshake asks for the target byte for byte, once, as RFC 6455 says."""
    for target in _TARGETS:
        server = bench.serve(talking(echo))
        held = bench.line(server).connect(target)
        held.send("{}")
        expect_frames(held, "{}")
        expect(len(server.received) == 1, f"there were {len(server.received)} handshakes")
        expect(server.received[0].target == target, f"{server.received[0].target} was asked for")
        _expect_handshake(server.received[0], server.origin.partition("//")[2])


@framed_clause
def a_malformed_target_is_not_asked_for(bench: FramedBench) -> None:
    """A target that HTTP cannot carry is an error, and nothing is sent."""
    server = bench.serve(talking(echo))
    line = bench.line(server)
    for target in _MALFORMED:
        expect_not_sent(line.connect, target)
    line.connect("/well-formed")
    expect([each.target for each in server.received] == ["/well-formed"], "it was asked for")


@framed_clause
def a_refusal_is_told_as_it_was_answered(bench: FramedBench) -> None:
    """An HTTP answer other than 101 is a HandshakeRefused with status, headers and body."""
    said = b'{"code":-1003,"msg":"Too many requests."}'
    headers = ["Retry-After: 7", "X-Note: a", "x-note: b"]
    server = bench.serve(answering(lambda got: reply(said, status=_status(got), headers=headers)))
    line = bench.line(server)
    for status in _STATUSES:
        response = _refusal(line, f"/{status}")
        expect(response.status == status, f"{status} was told as {response.status}")
        expect(response.header("retry-after") == "7", "a header is lost")
        notes = [value for name, value in response.headers if name.lower() == "x-note"]
        expect(notes == ["a", "b"], f"a repeated header was told as {notes}")
        expect(response.body == said, f"the body was told as {response.body!r}")
    expect(len(server.received) == len(_STATUSES), "a handshake was tried again")


@framed_clause
def the_body_of_a_refusal_is_whole(bench: FramedBench) -> None:
    """The body of a refusal is whole, whether it has a length or comes in chunks."""
    said = b'{"code":-1003,"msg":"Too many requests."}' * 500
    for sent in (
        reply(said, status=429),
        unmeasured(chunked(said, 1000), status=429, headers=["Transfer-Encoding: chunked"]),
    ):
        line = bench.line(bench.serve(answering_with(sent)))
        body = _refusal(line, "/").body
        expect(body == said, f"{len(said)} bytes were told as {len(body)} others")


@framed_clause
def redirects_are_refusals(bench: FramedBench) -> None:
    """A redirect is a HandshakeRefused, and is not followed."""
    other = bench.serve(talking(echo))
    for status in _REDIRECTS:
        for place in ("/elsewhere", f"{origin_of(other)}/elsewhere"):
            answer = reply(status=status, headers=[f"Location: {place}"])
            server = bench.serve(answering_with(answer))
            response = _refusal(bench.line(server), "/")
            expect(response.header("location") == place, "its Location is lost")
            expect(len(server.received) == 1, "it was followed")
    expect(not other.received, "it was followed to another server")


@framed_clause
def a_handshake_that_fails_is_no_connection(bench: FramedBench) -> None:
    """Whatever else a server answers, or does not: an error with `sent` False."""
    for script in _BAD_HANDSHAKES:
        line = bench.line(bench.serve(script))
        expect_not_sent(line.connect, "/")


@framed_clause
def connecting_ends_at_the_timeout(bench: FramedBench) -> None:
    """A server that says nothing, or says it byte by byte, is given up at the timeout."""
    for script in (_say_nothing, _say_it_slowly):
        server = bench.serve(script)
        line = bench.line(server)
        began = monotonic()
        expect_not_sent(line.connect, "/", _SOON)
        took = monotonic() - began
        expect(took < _SOON + 1, f"a timeout of {_SOON} s took {took:.2f} s")
        server.close()


@framed_clause
def nobody_there_is_no_connection(bench: FramedBench) -> None:
    """Where nobody listens, or a name cannot be resolved, there is no connection."""
    server = bench.serve(talking(echo))
    line = bench.line(server)
    server.close()
    expect_not_sent(line.connect)
    nowhere = bench.line_to(FramedSetup(origin="wss://orderlists.invalid"))
    expect_not_sent(nowhere.connect)


@framed_clause
def an_untrusted_server_is_not_talked_to(bench: FramedBench) -> None:
    """A certificate that nobody vouches for, or for another host, is not accepted."""
    bench.needs_tls()
    server = bench.serve(talking(echo))
    port = server.origin.rpartition(":")[2]
    trusting = bench.setup(server).ssl_context
    for setup in (
        FramedSetup(origin=origin_of(server)),
        FramedSetup(origin=f"wss://localhost:{port}", ssl_context=trusting),
    ):
        expect_not_sent(bench.line_to(setup).connect)
    expect(not server.received, "the handshake was sent")


@framed_clause
def the_environment_leads_nowhere_else(bench: FramedBench) -> None:
    """No environment variable leads a connection through a proxy."""
    server = bench.serve(talking(echo))
    with patch.dict(os.environ):
        for name in ("no_proxy", "NO_PROXY"):
            os.environ.pop(name, None)
        for name in _PROXIES:
            os.environ[name] = os.environ[name.upper()] = _NOBODY_LISTENS
        bench.line(server).connect()
    expect(server.connections == 1, f"{server.connections} connections were opened")


@framed_clause
def frames_may_come_with_the_handshake(bench: FramedBench) -> None:
    """Frames that come in one segment with the answer to the handshake are received."""
    line = bench.line(bench.serve(_greet))
    expect_frames(line.connect(), "first", b"second", "third")


def _expect_handshake(got: Received, host: str) -> None:
    expect(got.method == "GET", f"the method is {got.method}")
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


def _refusal(line: FramedLine, target: str) -> HttpResponse:
    error = failure(line.connect, target)
    if not isinstance(error, HandshakeRefused):
        raise AssertionError(f"a HandshakeRefused was due, and {error!r} came")  # noqa: TRY004 - a promise that is not kept
    return error.response


def _status(got: Received) -> int:
    return int(got.target[1:])


def _reset(peer: Peer) -> None:
    peer.receive()
    peer.reset()


def _say_nothing(peer: Peer) -> None:
    peer.receive()
    peer.hold()


def _say_it_slowly(peer: Peer) -> None:
    head = switching(asked(peer), headers=["X-Long: "])
    peer.write(head.rstrip())
    while not peer.hold(_PACE):
        peer.write(b"x")


def _greet(peer: Peer) -> None:
    greeting = frame("first") + frame(b"second") + frame("third")
    peer.write(switching(asked(peer)) + greeting)
    peer.read(2)


_BAD_HANDSHAKES: tuple[Callable[[Peer], None], ...] = (
    lambda _: None,
    _reset,
    answering_with(b""),
    answering_with(b"SSH-2.0-OpenSSH_9.6\r\n"),
    answering_with(b"HTTP/1.1 fine\r\n\r\n"),
    answering_with(unmeasured(b"", status=101)),
    answering(lambda got: switching(got)[:-10]),
    answering(lambda got: switching(got, accept="bm90IHlvdXIga2V5") + frame("{}")),
    answering(lambda got: switching(got).replace(b"Upgrade: websocket\r\n", b"")),
    answering_with(reply(b"{}", status=429, length=9)),
)

OPENING = (
    the_target_is_asked_for_byte_for_byte,
    a_malformed_target_is_not_asked_for,
    a_refusal_is_told_as_it_was_answered,
    the_body_of_a_refusal_is_whole,
    redirects_are_refusals,
    a_handshake_that_fails_is_no_connection,
    connecting_ends_at_the_timeout,
    nobody_there_is_no_connection,
    an_untrusted_server_is_not_talked_to,
    the_environment_leads_nowhere_else,
    frames_may_come_with_the_handshake,
)
