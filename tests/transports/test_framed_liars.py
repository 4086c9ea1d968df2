"""Every clause for frames can fail: for each there is a transport, called a liar, that breaks it.

The liars wrap a transport that keeps the contract, and break one clause.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import suppress
from time import sleep
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.request import getproxies

import pytest
from attrs import evolve
from websockets.frames import Frame as Piece
from websockets.frames import Opcode

from orderlists import HandshakeRefused, TransportError
from orderlists.extending import Frame
from orderlists_transports import AsyncConnection, Connection
from orderlists_transports.conformance import FRAMED_CLAUSES, FramedSetup, fixture
from orderlists_transports.conformance._servers.http import Server
from orderlists_transports.websockets import AsyncWebsocketsTransport, WebsocketsTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


MADE: list[WebsocketsTransport] = []
"""Closed after each test, also those that a liar leaves open."""


class HonestConnection:
    """What every lying connection starts from."""

    def __init__(self, inner: Connection) -> None:
        self.inner = inner

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        self.inner.send(frame, timeout=timeout)

    def receive(self, *, timeout: float | None) -> Frame | None:
        return self.inner.receive(timeout=timeout)

    def close(self) -> None:
        self.inner.close()


class Honest:
    """What every liar starts from."""

    held: type[HonestConnection] = HonestConnection

    def __init__(self, setup: FramedSetup) -> None:
        self.setup = setup
        self.inner = WebsocketsTransport(
            setup.origin,
            ssl_context=setup.ssl_context,
            max_frame_size=setup.max_frame_size,
        )
        MADE.append(self.inner)

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return self.held(self.inner.connect(target, timeout=timeout))

    def close(self) -> None:
        self.inner.close()


@pytest.fixture(autouse=True)
def close_all() -> Iterator[None]:
    yield
    while MADE:
        MADE.pop().close()


def with_connections(kind: type[HonestConnection]) -> Callable[[FramedSetup], Honest]:
    class Liar(Honest):
        held = kind

    return Liar


def changing_targets(change: Callable[[str], str]) -> type[Honest]:
    class Liar(Honest):
        def connect(self, target: str, /, *, timeout: float) -> Connection:
            return super().connect(change(target), timeout=timeout)

    return Liar


def changing_refusals(change: Callable[[TransportError], TransportError]) -> type[Honest]:
    class Liar(Honest):
        def connect(self, target: str, /, *, timeout: float) -> Connection:
            try:
                return super().connect(target, timeout=timeout)
            except TransportError as error:
                told = change(error)
            raise told

    return Liar


def changing_received(change: Callable[[Frame], Frame]) -> Callable[[FramedSetup], Honest]:
    class Liar(HonestConnection):
        def receive(self, *, timeout: float | None) -> Frame | None:
            frame = super().receive(timeout=timeout)
            return None if frame is None else change(frame)

    return with_connections(Liar)


def never_knows(error: TransportError) -> TransportError:
    return TransportError(str(error), sent=None)


def without_body(error: TransportError) -> TransportError:
    if isinstance(error, HandshakeRefused):
        return HandshakeRefused(evolve(error.response, body=error.response.body[:1000]))
    return error


def without_repeated_headers(error: TransportError) -> TransportError:
    if isinstance(error, HandshakeRefused):
        headers = {name.lower(): value for name, value in error.response.headers}
        return HandshakeRefused(evolve(error.response, headers=tuple(headers.items())))
    return error


class FollowsRedirects(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        try:
            return super().connect(target, timeout=timeout)
        except HandshakeRefused as refusal:
            location = str(refusal.response.header("Location"))
        return super().connect(location, timeout=timeout)


class IsLate(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return super().connect(target, timeout=timeout + 0.3)


class ObeysTheEnvironment(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        if getproxies():
            raise TransportError("no connection to the proxy", sent=False)
        return super().connect(target, timeout=timeout)


class ConnectsTwice(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        super().connect(target, timeout=timeout)
        return super().connect(target, timeout=timeout)


class RetriesHandshakes(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        try:
            return super().connect(target, timeout=timeout)
        except TransportError:
            return super().connect(target, timeout=timeout)


class HasOneKey(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        with patch("websockets.client.generate_key", lambda: "A" * 22 + "=="):
            return super().connect(target, timeout=timeout)


class Unmasked(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        with patch("websockets.frames.secrets.token_bytes", bytes):
            super().send(frame, timeout=timeout)


class SendsBytesAsText(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        super().send(str(frame, "latin-1") if isinstance(frame, bytes) else frame, timeout=timeout)


class DropsABacklog(HonestConnection):
    def __init__(self, inner: Connection) -> None:
        super().__init__(inner)
        self.count = 0

    def receive(self, *, timeout: float | None) -> Frame | None:
        self.count += 1
        if self.count == 500:
            super().receive(timeout=timeout)
        return super().receive(timeout=timeout)


class Reconnects(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        return ReconnectingConnection(
            lambda: super(Reconnects, self).connect(target, timeout=timeout)
        )


class ReconnectingConnection(HonestConnection):
    def __init__(self, connect: Callable[[], Connection]) -> None:
        super().__init__(connect())
        self.connect = connect

    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except TransportError:
            self.inner = self.connect()
            return super().receive(timeout=timeout)


class SwearsThatNoFrameWasSent(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        try:
            super().send(frame, timeout=timeout)
        except TransportError as error:
            told = TransportError(str(error), sent=False)
        else:
            return
        raise told


class DropsTheFirst(HonestConnection):
    def __init__(self, inner: Connection) -> None:
        super().__init__(inner)
        sleep(0.05)
        with suppress(TransportError):
            self.inner.receive(timeout=0)


class SharesOne(Honest):
    one: Connection | None = None

    def connect(self, target: str, /, *, timeout: float) -> Connection:
        self.one = self.one or super().connect(target, timeout=timeout)
        return self.one


class SendsInHalves(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        middle = len(frame) // 2
        for half in (frame[:middle], frame[middle:]):
            super().send(half, timeout=timeout)


class SwallowsEmpty(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        while (frame := super().receive(timeout=timeout)) is not None and not frame:
            pass
        return frame


class SendsAllAndReceivesLater(HonestConnection):
    """Holds one lock for both directions, as a library without a thread of its own may."""

    def __init__(self, inner: Connection) -> None:
        super().__init__(inner)
        self.receiving = False

    def receive(self, *, timeout: float | None) -> Frame | None:
        self.receiving = True
        try:
            return super().receive(timeout=timeout)
        finally:
            self.receiving = False

    def send(self, frame: Frame, /, *, timeout: float) -> None:
        if self.receiving:
            raise TransportError("somebody receives", sent=None)
        super().send(frame, timeout=timeout)


class EndsAtTimeouts(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        frame = super().receive(timeout=timeout)
        if frame is None:
            self.close()
        return frame


class WaitsForAFrame(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        return super().receive(timeout=None if timeout is None else timeout + 0.25)


class NeedsATimeout(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        return super().receive(timeout=0.01 if timeout is None else timeout)


class SwallowsInterrupts(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except KeyboardInterrupt:
            return super().receive(timeout=timeout)


class LosesFramesToInterrupts(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except KeyboardInterrupt:
            self.close()
            raise


class WaitsForWriters(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        super().send(frame, timeout=timeout + 0.3)


class SendsNothing(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        pass


class CallsEndsNothing(HonestConnection):
    """Takes the end of a connection for a time-out."""

    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except TransportError:
            return None


class LosesWhatCameBefore(HonestConnection):
    """Forgets what has arrived when the connection ends."""

    def receive(self, *, timeout: float | None) -> Frame | None:
        sleep(0.001)
        frames = [super().receive(timeout=timeout)]
        while frames[-1] is not None:
            frames.append(super().receive(timeout=0.05))
        return frames[0]


class SwearsThatNothingWasSent(HonestConnection):
    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except TransportError as error:
            told = TransportError(str(error), sent=False)
        raise told


class WaitsForTheSocket(HonestConnection):
    """Keeps receiving until the socket ends, whatever was said before."""

    def receive(self, *, timeout: float | None) -> Frame | None:
        try:
            return super().receive(timeout=timeout)
        except TransportError:
            sleep(0.7)
            raise


class NeverCloses(HonestConnection):
    def close(self) -> None:
        pass


class ClosesSlowly(HonestConnection):
    def close(self) -> None:
        super().close()
        sleep(1.3)


class ClosesOnce(HonestConnection):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("closed already")
        self.closed = True
        super().close()


class NeverClosesConnections(Honest):
    def close(self) -> None:
        pass


class LogsTargets(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        logging.getLogger("liar").debug("connecting to %s", target)
        return super().connect(target, timeout=timeout)


class TellsTargets(Honest):
    def connect(self, target: str, /, *, timeout: float) -> Connection:
        try:
            return super().connect(target, timeout=timeout)
        except TransportError as error:
            error.__cause__ = ValueError(target)
            raise


class TellsFrames(HonestConnection):
    def send(self, frame: Frame, /, *, timeout: float) -> None:
        try:
            super().send(frame, timeout=timeout)
        except TransportError as error:
            error.__context__ = ValueError(frame)
            raise


class HonestAsync:
    """What an asynchronous liar starts from."""

    def __init__(self, setup: FramedSetup) -> None:
        self.inner = AsyncWebsocketsTransport(setup.origin)

    async def aconnect(self, target: str, /, *, timeout: float) -> AsyncConnection:  # noqa: ASYNC109 - the contract's
        return await self.inner.aconnect(target, timeout=timeout)

    async def aclose(self) -> None:
        await self.inner.aclose()


class AnswersWithoutPayload(HonestAsync):
    async def aconnect(self, target: str, /, *, timeout: float) -> AsyncConnection:  # noqa: ASYNC109 - as above
        connection: Any = await super().aconnect(target, timeout=timeout)
        protocol = connection._protocol._protocol  # noqa: SLF001
        receive = protocol.recv_frame

        def forget_payload(piece: Piece) -> None:
            receive(Piece(Opcode.PING, b"") if piece.opcode is Opcode.PING else piece)

        protocol.recv_frame = forget_payload
        honest: AsyncConnection = connection
        return honest


class LosesFramesToCancelling(HonestAsync):
    async def aconnect(self, target: str, /, *, timeout: float) -> AsyncConnection:  # noqa: ASYNC109 - as above
        return LosingConnection(await self.inner.aconnect(target, timeout=timeout))


class LosingConnection:
    def __init__(self, inner: AsyncConnection) -> None:
        self.asend, self.aclose, self.inner = inner.asend, inner.aclose, inner

    async def areceive(self, *, timeout: float | None) -> Frame | None:  # noqa: ASYNC109 - as above
        frame = await self.inner.areceive(timeout=None if timeout is None else 0.2)
        await asyncio.sleep(0.001)
        return frame


def trusting_anybody(setup: FramedSetup) -> Honest:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Honest(evolve(setup, ssl_context=context))


def without_bound(setup: FramedSetup) -> Honest:
    return Honest(evolve(setup, max_frame_size=10**9))


def with_a_low_bound(setup: FramedSetup) -> Honest:
    return Honest(evolve(setup, max_frame_size=min(setup.max_frame_size, 1024 * 1024)))


LIARS: list[tuple[str, Callable[[FramedSetup], Honest]]] = [
    (
        "the_target_is_requested_byte_for_byte",
        changing_targets(lambda target: target.replace("%2F", "/")),
    ),
    ("the_target_is_requested_byte_for_byte", ConnectsTwice),
    ("keys_and_masks_are_random", HasOneKey),
    ("keys_and_masks_are_random", with_connections(Unmasked)),
    ("a_malformed_target_is_not_requested", changing_targets(lambda target: target.split()[0])),
    ("a_refusal_has_the_response", changing_refusals(without_repeated_headers)),
    ("a_refusal_has_the_response", changing_refusals(never_knows)),
    ("a_refusal_has_the_response", RetriesHandshakes),
    ("the_body_of_a_refusal_is_whole", changing_refusals(without_body)),
    ("redirects_are_not_followed", FollowsRedirects),
    ("a_failed_handshake_is_an_error", changing_refusals(never_knows)),
    ("a_failed_handshake_is_not_repeated", RetriesHandshakes),
    ("the_handshake_ends_at_the_timeout", IsLate),
    ("connecting_ends_at_the_timeout", IsLate),
    ("the_tls_handshake_ends_at_the_timeout", IsLate),
    ("an_unreachable_server_is_an_error", changing_refusals(never_knows)),
    ("an_untrusted_certificate_is_refused", trusting_anybody),
    ("proxies_of_the_environment_are_ignored", ObeysTheEnvironment),
    ("frames_may_follow_the_handshake_at_once", with_connections(DropsTheFirst)),
    ("sent_frames_arrive_whole", with_connections(SendsInHalves)),
    ("sent_frames_arrive_whole", with_connections(SendsBytesAsText)),
    ("frames_are_received_whole", with_connections(SwallowsEmpty)),
    ("frames_are_received_whole", changing_received(str)),
    ("fragments_are_joined", changing_received(lambda frame: frame[:2])),
    ("segments_do_not_matter", changing_received(lambda frame: frame[:100])),
    ("a_backlog_of_frames_is_kept", with_connections(DropsABacklog)),
    ("both_sides_may_send_at_once", with_a_low_bound),
    ("a_frame_has_a_maximum_size", without_bound),
    ("concurrent_senders_are_independent", with_connections(SendsInHalves)),
    ("sending_does_not_wait_for_receiving", with_connections(SendsAllAndReceivesLater)),
    ("connections_are_independent", SharesOne),
    ("receiving_ends_at_the_timeout", with_connections(EndsAtTimeouts)),
    ("timeout_zero_does_not_wait", with_connections(WaitsForAFrame)),
    ("timeout_none_waits_forever", with_connections(NeedsATimeout)),
    ("an_interrupt_loses_no_frame", with_connections(SwallowsInterrupts)),
    ("an_interrupt_loses_no_frame", with_connections(LosesFramesToInterrupts)),
    ("sending_ends_at_the_timeout", with_connections(WaitsForWriters)),
    ("sending_ends_at_the_timeout", with_connections(SendsNothing)),
    ("a_timeout_leaves_no_half_frame", with_connections(SendsInHalves)),
    ("a_close_frame_ends_receiving", with_connections(CallsEndsNothing)),
    ("a_close_frame_ends_receiving", with_connections(SwearsThatNothingWasSent)),
    ("a_closed_connection_is_not_reopened", Reconnects),
    ("a_close_frame_needs_no_end_of_the_socket", with_connections(WaitsForTheSocket)),
    ("a_lost_connection_ends_receiving", with_connections(LosesWhatCameBefore)),
    ("a_reset_ends_receiving", with_connections(SwearsThatNothingWasSent)),
    ("a_protocol_violation_ends_the_connection", with_connections(CallsEndsNothing)),
    (
        "a_frame_cut_off_by_a_reset_may_have_been_sent",
        with_connections(SwearsThatNoFrameWasSent),
    ),
    ("closing_ends_a_receive", with_connections(CallsEndsNothing)),
    ("closing_does_not_wait_for_a_send", with_connections(ClosesSlowly)),
    ("closing_does_not_wait_for_the_server", with_connections(ClosesSlowly)),
    ("a_closed_connection_sends_nothing", with_connections(NeverCloses)),
    ("a_closed_connection_sends_nothing", with_connections(ClosesOnce)),
    ("a_closed_transport_opens_nothing", NeverClosesConnections),
    ("no_secret_leaks", LogsTargets),
    ("no_secret_leaks", TellsTargets),
    ("no_secret_leaks", with_connections(TellsFrames)),
]
ASYNC_LIARS: list[tuple[str, Callable[[FramedSetup], HonestAsync]]] = [
    ("pings_are_answered_while_receiving", AnswersWithoutPayload),
    ("cancelling_as_a_frame_arrives_loses_no_frame", LosesFramesToCancelling),
]


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what is waited for, which a liar is late for or never does."""
    monkeypatch.setattr(fixture, "TOLERANCE", 0.2)
    monkeypatch.setattr(Server, "notice", 0.5)


CLAUSES = {clause.name: clause for clause in FRAMED_CLAUSES}


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize(("name", "liar"), LIARS, ids=[name for name, _ in LIARS])
def test_a_transport_that_breaks_a_clause_fails_it_by_name(
    name: str, liar: Callable[[FramedSetup], Honest]
) -> None:
    with pytest.raises(AssertionError, match=f"^{name}: "):
        CLAUSES[name].check(liar, tls=CLAUSES[name].needs_tls)


@pytest.mark.parametrize(("name", "liar"), ASYNC_LIARS, ids=[name for name, _ in ASYNC_LIARS])
def test_an_asynchronous_transport_that_breaks_a_clause_fails_it_by_name(
    name: str, liar: Callable[[FramedSetup], HonestAsync]
) -> None:
    with pytest.raises(AssertionError, match=f"^{name}: "):
        CLAUSES[name].check(liar, is_async=True)


def test_every_clause_has_its_liar() -> None:
    assert {name for name, _ in (*LIARS, *ASYNC_LIARS)} == set(CLAUSES)
