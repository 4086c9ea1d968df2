"""Clauses about the end of a connection, whichever side brings it about."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from orderlists import TransportError
from orderlists_transports.conformance._servers.websocket import (
    CLOSE,
    TEXT,
    WebSocketPeer,
    close_frame,
    dropping,
    echo,
    fragments,
    frame,
    hold,
    sending,
    serving,
)
from orderlists_transports.conformance.adapter import LONG
from orderlists_transports.conformance.clause import framed_clauses
from orderlists_transports.conformance.fixture import (
    expect,
    expect_maybe_sent,
    expect_not_sent,
    failure,
    within,
)
from orderlists_transports.conformance.framed._exchange import (
    connected,
    expect_frames,
    send_until_failure,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from orderlists_transports.conformance.adapter import ConnectionAdapter
    from orderlists_transports.conformance.fixture import FramedFixture

_MOMENT = 0.05
_CLOSE_TIMEOUT = 1.0
_CODES = (1000, 1001, 1008, 1011, 1012, 3000, 4000, 4999, None)
_BEFORE = [str(number) for number in range(50)]
_LONG = "x" * 16 * 1024 * 1024  # More than the system's buffers between client and server.
_RESERVED = 0x80 | 0x40
_VIOLATIONS = {
    "text that is not UTF-8": frame(b"\xff\xfe", TEXT),
    "a surrogate in text": frame(b"\xed\xa0\x80", TEXT),
    "a reserved bit": frame("{}", first=_RESERVED),
    "an unknown opcode": frame(b"{}", 3),
    "a continuation of nothing": frame(b"{}", 0),
    "a message within a message": frame("a", first=0) + frame("b"),
    "a ping that is too long": frame(b"x" * 126, 9),
    "a ping in fragments": frame(b"x", 9, first=0),
}


CLOSING = framed_clauses()


@CLOSING.clause()
def a_close_frame_ends_receiving(fixture: FramedFixture) -> None:
    """A close frame, whatever its code, is an error with `sent` None, after all frames before."""
    for code in _CODES:
        script = serving(sending(*map(frame, _BEFORE), close_frame(code), frame("x")))
        _expect_end(connected(fixture, script), after=_BEFORE)


@CLOSING.clause()
def a_closed_connection_is_not_reopened(fixture: FramedFixture) -> None:
    """After the server closes, as for a restart, no connection is opened but by `connect`."""
    for code in (1001, 1012, 1013):
        server = fixture.serve(dropping(sending(frame("before"), close_frame(code))))
        connection = fixture.transport(server).connect()
        expect_frames(connection, "before")
        failure(connection.receive)
        failure(connection.receive)
        failure(send_until_failure, connection)
        expect(server.connections == 1, f"{server.connections} connections after a {code}")


@CLOSING.clause()
def a_close_frame_needs_no_end_of_the_socket(fixture: FramedFixture) -> None:
    """A close frame ends receiving also where the server keeps the socket open."""
    server = fixture.serve(serving(_close_and_stay))
    with within(_CLOSE_TIMEOUT):
        _expect_end(fixture.transport(server).connect(), after=_BEFORE)
    server.close()


@CLOSING.clause()
def a_lost_connection_ends_receiving(fixture: FramedFixture) -> None:
    """A connection that ends without a close frame is an error, after all frames before."""
    for rest in (b"", frame("x" * 300)[:99], frame("x" * 300)[:3], fragments("one ", "two")[0]):
        script = dropping(sending(*map(frame, _BEFORE), rest))
        _expect_end(connected(fixture, script), after=_BEFORE)


@CLOSING.clause()
def a_reset_ends_receiving(fixture: FramedFixture) -> None:
    """A connection that is reset, between frames or in one, is an error with `sent` None."""
    for rest in (b"", frame("x" * 300)[:99]):
        connection = connected(fixture, dropping(_send_and_reset(rest)))
        expect_frames(connection, *_BEFORE)
        connection.send("go on")
        _expect_end(connection)


@CLOSING.clause()
def a_protocol_violation_ends_the_connection(fixture: FramedFixture) -> None:
    """What RFC 6455 forbids is an error with `sent` None, after all frames before."""
    for name, sent in _VIOLATIONS.items():
        script = dropping(sending(frame("before"), sent, frame("after")))
        connection = connected(fixture, script)
        expect_frames(connection, "before")
        try:
            _expect_end(connection)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@CLOSING.clause()
def a_frame_cut_off_by_a_reset_may_have_been_sent(fixture: FramedFixture) -> None:
    """A connection that is lost in the middle of a frame never gives `sent` False."""
    connection = connected(fixture, dropping(_reset_while_reading))
    _expect_possibly_sent(connection.start_sending(_LONG))


@CLOSING.clause()
def closing_ends_a_receive(fixture: FramedFixture) -> None:
    """A receive during which connection or transport is closed is an error with `sent` None."""
    for closes_transport in (False, True):
        server = fixture.serve(serving(echo))
        transport = fixture.transport(server)
        connection = transport.connect()
        receiving = connection.start_receiving(timeout=None)
        sleep(_MOMENT)
        (transport if closes_transport else connection).close()
        expect_maybe_sent(receiving.result, LONG)
        expect(server.has_closed(1), "the connection is still open")


@CLOSING.clause()
def closing_does_not_wait_for_a_send(fixture: FramedFixture) -> None:
    """Closing returns, and a send in progress ends, where the server has stopped reading."""
    server = fixture.serve(serving(hold))
    connection = fixture.transport(server).connect()
    sent = connection.start_sending(_LONG)
    sleep(_MOMENT)
    with within(_CLOSE_TIMEOUT):
        connection.close()
        _expect_possibly_sent(sent)
    server.close()


@CLOSING.clause()
def closing_does_not_wait_for_the_server(fixture: FramedFixture) -> None:
    """Closing returns also where the server sends nothing any more."""
    server = fixture.serve(serving(hold))
    connection = fixture.transport(server).connect()
    receiving = connection.start_receiving(timeout=None)
    with within(_CLOSE_TIMEOUT):
        connection.close()
    expect_maybe_sent(receiving.result, LONG)
    server.close()


@CLOSING.clause()
def a_closed_connection_sends_nothing(fixture: FramedFixture) -> None:
    """Sending after closing is an error with `sent` False; closing twice is the same as once."""
    arrived: list[int] = []

    def script(websocket: WebSocketPeer) -> None:
        while (received := websocket.read()).opcode != CLOSE:
            arrived.append(received.opcode)
        websocket.write(close_frame(1000))

    server = fixture.serve(dropping(script))
    connection = fixture.transport(server).connect()
    connection.send("before")
    connection.close()
    connection.close()
    expect_not_sent(connection.send, "after")
    failure(connection.receive)
    expect(server.has_closed(1), "the connection is still open")
    expect(arrived == [TEXT], f"frames with the opcodes {arrived} arrived")


@CLOSING.clause()
def a_closed_transport_opens_nothing(fixture: FramedFixture) -> None:
    """Closing a transport, once or twice, ends its connections; connecting then is an error."""
    for used in (False, True):
        server = fixture.serve(serving(echo))
        transport = fixture.transport(server)
        connections = [transport.connect() for _ in range(2)] if used else []
        transport.close()
        transport.close()
        for each in connections:
            expect_not_sent(each.send, "{}")
            failure(each.receive)
        expect_not_sent(transport.connect)
        expect(server.connections == len(connections), "a connection was opened")
        expect(server.has_closed(len(connections)), "a connection is still open")


def _expect_possibly_sent(future: Future[list[None]]) -> None:
    # No error is right as well: some buffers take a whole frame.
    try:
        future.result(LONG)
    except TransportError as error:
        expect(error.sent is None, f"expected sent=None, got sent={error.sent} ({error})")


def _expect_end(connection: ConnectionAdapter, *, after: list[str] | None = None) -> None:
    expect_frames(connection, *(after or []))
    for timeout in (LONG, 0, None):
        receiving = connection.start_receiving(timeout=timeout)
        expect_maybe_sent(receiving.result, LONG)
    failure(send_until_failure, connection)


def _close_and_stay(websocket: WebSocketPeer) -> None:
    websocket.write(*map(frame, _BEFORE), close_frame(1001))
    websocket.peer.hold()


def _send_and_reset(rest: bytes) -> Callable[[WebSocketPeer], None]:
    def script(websocket: WebSocketPeer) -> None:
        websocket.write(*map(frame, _BEFORE))
        websocket.read()
        websocket.write(rest)
        websocket.peer.reset()

    return script


def _reset_while_reading(websocket: WebSocketPeer) -> None:
    websocket.peer.read(1000)
    websocket.peer.reset()
