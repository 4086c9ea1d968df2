"""The clause about secrets, which must not leak."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from orderlists_transports.conformance._servers.http import never_answer, reply
from orderlists_transports.conformance._servers.websocket import (
    WebSocketPeer,
    close_frame,
    dropping,
    echo,
    frame,
    refusing,
    refusing_by,
    serving,
    upgrade,
)
from orderlists_transports.conformance.clause import framed_clauses
from orderlists_transports.conformance.fixture import API_KEY, QUERY, SIGNATURE
from orderlists_transports.conformance.framed._exchange import send_until_failure
from orderlists_transports.conformance.leaks import captured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance.fixture import FramedFixture

_SOON = 0.1
_TARGET = f"/ws-api/v3?{QUERY}"
_FRAME = f'{{"id":7,"params":{{"apiKey":"{API_KEY}","signature":"{SIGNATURE}"}}}}'


SECRETS = framed_clauses()


@SECRETS.clause()
def no_secret_leaks(fixture: FramedFixture) -> None:
    """No part of a target, a frame or a close reason is in an error, a log, or printed."""
    with captured() as leaks:
        for act in chain(_calls_without_connection(fixture), _calls_of_connections(fixture)):
            leaks.call(act)
    leaks.expect_none()


def _calls_without_connection(fixture: FramedFixture) -> Iterator[Callable[[], object]]:
    for script in (
        refusing(b""),
        refusing_by(lambda got: f"{got.target} {got.target}\r\n".encode()),
        refusing_by(lambda got: upgrade(got, accept=SIGNATURE)),
        refusing(reply(QUERY.encode(), status=400, headers=[f"X-Note: {SIGNATURE}"])),
        refusing_by(lambda got: reply(status=302, headers=[f"Location: {got.target}&again=1"])),
    ):
        yield partial(fixture.transport(fixture.serve(script)).connect, _TARGET)
    server = fixture.serve(never_answer)
    transport = fixture.transport(server)
    yield partial(transport.connect, _TARGET, _SOON)
    yield partial(transport.connect, f"{_TARGET} ")
    yield partial(transport.connect, f"/\n{QUERY}")
    yield server.close
    yield partial(transport.connect, _TARGET)
    yield transport.close
    yield partial(transport.connect, _TARGET)
    yield partial(fixture.transport_to(fixture.unknown_host()).connect, _TARGET)


def _calls_of_connections(fixture: FramedFixture) -> Iterator[Callable[[], object]]:
    invalid = frame(f"{_FRAME}\udcff".encode(errors="surrogateescape"), 1)
    for sent in (
        close_frame(1008, SIGNATURE),
        close_frame(1011) + _FRAME.encode(),
        invalid,
        _FRAME.encode(),
        b"",
    ):
        server = fixture.serve(dropping(_sending_after_a_frame(sent)))
        connection = fixture.transport(server).connect(_TARGET)
        yield partial(connection.send, _FRAME)
        yield connection.receive
        yield partial(send_until_failure, connection, _FRAME)
    connection = fixture.transport(fixture.serve(serving(echo))).connect(_TARGET)
    yield partial(connection.send, f"{_FRAME}\ud800")
    yield connection.close
    yield partial(connection.send, _FRAME)
    yield connection.receive


def _sending_after_a_frame(sent: bytes) -> Callable[[WebSocketPeer], None]:
    def script(websocket: WebSocketPeer) -> None:
        websocket.read()
        websocket.write(sent)

    return script
