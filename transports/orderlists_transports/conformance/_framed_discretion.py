"""The clause about what must not be told: secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderlists_transports.conformance._bench import API_KEY, QUERY, SIGNATURE, expect
from orderlists_transports.conformance._framed_bench import failure, keep_sending
from orderlists_transports.conformance._framed_clause import framed_clause
from orderlists_transports.conformance._overhearing import overheard, texts_of
from orderlists_transports.conformance._script import reply
from orderlists_transports.conformance._setup import FramedSetup
from orderlists_transports.conformance._talk import (
    Talk,
    answering,
    answering_with,
    closing,
    echo,
    frame,
    switching,
    talking,
    vanishing,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from orderlists_transports.conformance._framed_bench import FramedBench
    from orderlists_transports.conformance._server import Peer

_SOON = 0.1
_SECRETS = (API_KEY, SIGNATURE, QUERY)
_TARGET = f"/ws-api/v3?{QUERY}"
_FRAME = f'{{"id":7,"params":{{"apiKey":"{API_KEY}","signature":"{SIGNATURE}"}}}}'


@framed_clause
def nothing_secret_is_told(bench: FramedBench) -> None:
    """No target and no frame is in an error's text, cause or context, or in a log."""
    with overheard() as told:
        for error in (*_errors_of_connecting(bench), *_errors_of_connections(bench)):
            told.extend(texts_of(error))
    for secret in _SECRETS:
        leaks = [text.replace(secret, "[secret]") for text in told if secret in text]
        expect(not leaks, f"a secret is in: {leaks[:3]}")


def _errors_of_connecting(bench: FramedBench) -> Iterator[BaseException]:
    for script in (
        answering_with(b""),
        answering(lambda got: f"{got.target} {got.target}\r\n".encode()),
        answering(lambda got: switching(got, accept=SIGNATURE)),
        answering_with(reply(QUERY.encode(), status=400, headers=[f"X-Note: {SIGNATURE}"])),
        answering(lambda got: reply(status=302, headers=[f"Location: {got.target}&again=1"])),
    ):
        line = bench.line(bench.serve(script))
        yield failure(line.connect, _TARGET)
    server = bench.serve(_say_nothing)
    line = bench.line(server)
    yield failure(line.connect, _TARGET, _SOON)
    yield failure(line.connect, f"{_TARGET} ")
    yield failure(line.connect, f"/\n{QUERY}")
    server.close()
    yield failure(line.connect, _TARGET)
    line.close()
    yield failure(line.connect, _TARGET)
    nowhere = bench.line_to(FramedSetup(origin="wss://orderlists.invalid"))
    yield failure(nowhere.connect, _TARGET)


def _errors_of_connections(bench: FramedBench) -> Iterator[BaseException]:
    said = frame(f"{_FRAME}\udcff".encode(errors="surrogateescape"), 1)
    for sent in (closing(1008), closing(1011) + _FRAME.encode(), said, _FRAME.encode(), b""):
        held = bench.line(bench.serve(vanishing(_answering(sent)))).connect(_TARGET)
        held.send(_FRAME)
        yield failure(held.receive)
        yield failure(keep_sending, held, _FRAME)
    held = bench.line(bench.serve(talking(echo))).connect(_TARGET)
    yield failure(held.send, f"{_FRAME}\ud800")
    held.close()
    yield failure(held.send, _FRAME)
    yield failure(held.receive)


def _answering(sent: bytes) -> Callable[[Talk], None]:
    def script(talk: Talk) -> None:
        talk.read()
        talk.write(sent)

    return script


def _say_nothing(peer: Peer) -> None:
    peer.receive()
    peer.hold()


DISCREET = (nothing_secret_is_told,)
