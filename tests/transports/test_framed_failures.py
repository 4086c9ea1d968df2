"""Clients that keep connections, of both colours: refusals and bugs."""

import asyncio
from functools import partial
from traceback import walk_tb
from typing import Any

import pytest

from client_and_venue import SECOND, START
from clients import CLIENTS, key_of
from hooked_transport import (
    CANCEL,
    LOOK,
    HookedTransport,
    OpenClient,
    hooked,
    numbered,
    once,
)
from hooked_transport import framed as over_frames
from orderlists import (
    Banned,
    Blocked,
    Evidence,
    HandshakeRefused,
    Json,
    OutcomeUnknown,
    Policy,
    RateLimited,
    TransportError,
    WebSocketApi,
)
from orderlists._protocols.interfaces import EventReceived, SendNow
from orderlists.extending import HttpResponse, exact_json
from orderlists_simulator import EXAMPLE_KEY, Simulator
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient
from orderlists_transports._websocket.connection import WebSocketConnection

AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> OpenClient:
    return over_frames(request.param)


# Refusals.

HANDSHAKES = [
    (HttpResponse(429, (("Retry-After", "60"),), b'{"code":-1003,"msg":"x"}'), RateLimited, 1),
    (HttpResponse(418, (("Retry-After", "60"),), b'{"code":-1003,"msg":"x"}'), Banned, 1),
    (HttpResponse(403, (), b"<html>"), Blocked, 2),
    (HttpResponse(502, (), b""), HandshakeRefused, 2),
    (HttpResponse(302, (("Location", "/"),), b""), HandshakeRefused, 2),
]


@pytest.mark.parametrize(("response", "kind", "tries"), HANDSHAKES, ids=str)
def test_a_refused_handshake_is_raised_and_a_429_or_418_closes_the_gate(
    framed: OpenClient, response: HttpResponse, kind: type, tries: int
) -> None:
    attempts: list[int] = []

    def refuse() -> None:
        attempts.append(1)
        raise HandshakeRefused(response)

    with hooked(framed, before_connecting=refuse) as pair:
        for _ in range(2):
            with pytest.raises(kind):
                pair.client.send(CANCEL, policy=AT_ONCE)
            pair.clock.sleep(1)

    assert len(attempts) == tries
    assert pair.cancels == []


def test_no_request_and_no_keepalive_is_sent_during_a_ban(framed: OpenClient) -> None:
    with framed(faults=[f.NORMAL, f.not_executed(answer=f.json_error(-1003, status=418))]) as pair:
        pair.client.send(LOOK)
        with pytest.raises(Banned):
            pair.client.send(LOOK, policy=AT_ONCE)
        sent = len(pair.venue.log.entries)
        for _ in range(3):
            pair.clock.sleep(35)
            with pytest.raises(Banned):
                pair.client.send(CANCEL, policy=AT_ONCE)
        assert len(pair.venue.log.entries) == sent
        pair.clock.sleep(35)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 1


def test_a_429_with_a_null_id_closes_the_gate(framed: OpenClient) -> None:
    limited = f.not_executed(answer=f.null_id_error(-1003, status=429))
    with framed(faults=[limited]) as pair:
        with pytest.raises(OutcomeUnknown):
            pair.client.send(CANCEL, policy=AT_ONCE)
        with pytest.raises(RateLimited):
            pair.client.send(LOOK, policy=AT_ONCE)

    assert len(pair.venue.log.entries) == 1


def test_a_429_that_comes_after_the_timeout_closes_the_gate(framed: OpenClient) -> None:
    limited = f.not_executed(answer=f.json_error(-1003, status=429), delay=2)
    with framed(faults=[limited], timeout=1) as pair:
        with pytest.raises(OutcomeUnknown):
            pair.client.send(CANCEL, policy=AT_ONCE)
        if hasattr(pair.client, "run"):
            pair.run(lambda _: asyncio.sleep(2))
        else:
            pair.clock.sleep(2)
        with pytest.raises(RateLimited):
            pair.client.send(LOOK, policy=AT_ONCE)

    assert len(pair.venue.log.entries) == 1


def test_no_connection_in_time_says_that_nothing_was_sent(framed: OpenClient) -> None:
    clocks: list[Any] = []

    def linger() -> None:
        clocks[0].sleep(20)

    with hooked(framed, before_connecting=linger) as pair:
        clocks.append(pair.clock)
        with pytest.raises(TransportError, match="in time") as caught:
            pair.client.send(CANCEL, policy=Policy(deadline=10))

    assert caught.value.sent is False
    assert pair.cancels == []


# Bugs.


@pytest.mark.parametrize("error", [OSError("s3cret"), ValueError("s3cret")], ids=str)
@pytest.mark.parametrize("when", ["sending", "received"])
def test_a_bug_in_a_transport_ends_a_cancel_as_unknown_with_the_bug_as_cause(
    framed: OpenClient, when: str, error: Exception
) -> None:
    with hooked(framed, **{when: once(error)}) as pair:
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL)
        done = pair.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert caught.value.__cause__ is error
    assert "s3cret" not in str(caught.value)
    assert done.order_list_id == 0
    assert len(pair.transport.opened) == 2


@pytest.mark.parametrize("kind", [KeyError, AttributeError])
def test_a_bug_in_a_parser_ends_a_cancel_as_unknown_at_once_and_is_not_retried(
    framed: OpenClient, kind: type[Exception]
) -> None:
    bug = kind("result")

    def parse(body: bytes) -> Any:
        if b"orderReports" in body:
            raise bug
        return exact_json(body)

    with framed(protocol=WebSocketApi(format=Json(parser=parse))) as pair:
        pair.client.send(LOOK)
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL)

    assert caught.value.__cause__ is bug
    assert len(pair.venue.log.entries) == 2
    assert pair.clock.now() == START


def test_a_bug_in_a_parser_is_raised_by_a_query_as_it_is(framed: OpenClient) -> None:
    bug = KeyError("result")

    def parse(_: bytes) -> Any:
        raise bug

    protocol = WebSocketApi(format=Json(parser=parse))
    with framed(protocol=protocol) as pair, pytest.raises(KeyError) as caught:
        pair.client.send(LOOK)

    assert caught.value is bug
    assert len(pair.venue.log.entries) == 1


def test_a_bug_in_a_parser_ends_every_request_in_flight_on_the_connection() -> None:
    bug = KeyError("result")

    def parse(_: bytes) -> Any:
        raise bug

    async def both(client: AsyncClient) -> list[Any]:
        sends = [client.send(numbered(number)) for number in (0, 1)]
        return await asyncio.gather(*sends, return_exceptions=True)

    protocol = WebSocketApi(format=Json(parser=parse))
    with over_frames("async")(protocol=protocol, faults=[f.delayed(3)]) as pair:
        outcomes = pair.run(both)

    assert all(isinstance(outcome, OutcomeUnknown) for outcome in outcomes)
    assert [outcome.__cause__ for outcome in outcomes] == [bug, bug]


def test_a_receive_that_returns_none_without_a_timeout_is_a_bug_of_the_transport() -> None:
    class Broken(HookedTransport):
        async def aconnect(self, target: str, /, *, timeout: float) -> Any:  # noqa: ASYNC109 - the contract
            connection = await super().aconnect(target, timeout=timeout)
            connection.areceive = returns_nothing
            return connection

    async def returns_nothing(*, timeout: float | None) -> None:  # noqa: ASYNC109 - the contract
        assert timeout is None

    with (
        over_frames("async")(wrap_transport=Broken) as pair,
        pytest.raises(AssertionError, match="areceive"),
    ):
        pair.client.send(LOOK)


def test_a_failed_assertion_in_a_transport_passes_and_ends_the_connection(
    framed: OpenClient,
) -> None:
    failed = once(AssertionError("as a test wants it"))
    with hooked(framed, receiving=failed) as pair:
        with pytest.raises(AssertionError):
            pair.client.send(CANCEL)
        pair.client.send(LOOK)

    assert len(pair.transport.opened) == 2


def test_a_connection_that_broke_is_closed(framed: OpenClient) -> None:
    closed: list[int] = []
    broken = once(TransportError("reset", sent=None))
    with hooked(framed, receiving=broken, closing=lambda: closed.append(1)) as pair:
        pair.client.send(LOOK)
        assert closed != []


def test_a_connection_that_a_bug_in_a_parser_ended_is_closed(framed: OpenClient) -> None:
    closed: list[int] = []

    def parse(_: bytes) -> Any:
        raise KeyError("result")

    protocol = WebSocketApi(format=Json(parser=parse))
    closing = {"closing": lambda: closed.append(1)}
    with hooked(partial(framed, protocol=protocol), **closing) as pair:
        for _ in range(2):
            with pytest.raises(KeyError):
                pair.client.send(LOOK)
        assert closed != []


def test_a_bug_while_closing_a_connection_is_raised_when_the_client_is_closed(
    framed: OpenClient,
) -> None:
    bug = once(OSError("no such thing"))
    with hooked(framed, closing=bug) as pair:
        pair.client.send(LOOK)
        with pytest.raises(OSError, match="no such thing"):
            pair.client.close()


def test_a_bug_while_closing_a_connection_that_broke_is_told_as_it_is() -> None:
    broken: list[int] = []

    def send() -> None:
        if broken:
            raise TransportError("reset", sent=None)

    def close() -> None:
        if broken:
            raise KeyError(broken.pop())

    with hooked(over_frames("sync"), sending=send, closing=close) as pair:
        pair.client.send(LOOK)
        broken.append(1)
        with pytest.raises(OutcomeUnknown) as caught:
            pair.client.send(CANCEL)
        assert type(caught.value.__cause__) is KeyError


def test_a_transport_error_while_closing_a_connection_is_silent(framed: OpenClient) -> None:
    with hooked(framed, closing=once(TransportError("over", sent=None))) as pair:
        pair.client.send(LOOK)
        pair.client.close()


# Frames that cannot be written.


def test_a_connection_that_ended_before_the_first_byte_means_a_retry_on_another(
    framed: OpenClient,
) -> None:
    over = once(TransportError("over", sent=False))
    with hooked(framed, sending=over) as pair:
        done = pair.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(pair.cancels) == 1


def test_a_frame_that_cannot_be_written_leaves_other_requests_in_flight_unknown() -> None:
    unsendable = TransportError("too long", sent=False)
    sending = iter([None, unsendable])

    def send() -> None:
        if (error := next(sending)) is not None:
            raise error

    async def both(client: AsyncClient) -> list[Any]:
        sends = [client.send(numbered(number), policy=AT_ONCE) for number in (0, 1)]
        return await asyncio.gather(*sends, return_exceptions=True)

    asynchronous = partial(over_frames("async"), faults=[f.delayed(3)])
    with hooked(asynchronous, sending=send) as pair:
        first, second = pair.run(both)

    assert isinstance(first, OutcomeUnknown)
    assert str(first.__cause__) == (
        "no reply: the connection failed while another frame was written (too long)"
    )
    assert second is unsendable


# What a session layer sends by itself.


class _Heartbeats:
    """The WebSocket API, with a session layer that answers every event by a frame of its own."""

    def __init__(self) -> None:
        self._api = WebSocketApi()

    def session(self, *, key: Any) -> Any:
        session: Any = self._api.session(key=key)
        inner = session.received

        def received(frame: Any) -> Any:
            for item in inner(frame):
                answer = '{"id":"beat","method":"ping"}'
                yield SendNow(answer) if isinstance(item, EventReceived) else item

        session.received = received
        return session

    def __getattr__(self, name: str) -> Any:
        return getattr(self._api, name)


def test_the_answer_of_a_session_layer_to_a_heartbeat_is_written(framed: OpenClient) -> None:
    beat = f.UnsolicitedFrame('{"subscriptionId":0,"event":{"e":"heartbeat","E":1}}')
    with framed(protocol=_Heartbeats(), events=[(1, beat)], faults=[f.delayed(3)]) as pair:
        pair.client.send(LOOK)

    assert [entry.method for entry in pair.venue.log.entries] == ["orderList.status", "ping"]
    assert pair.clock.now() == START + 3 * SECOND


class Bug(Exception):
    """A planted bug."""


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_bug_of_a_link_that_writes_is_raised_at_once_and_shows_no_signed_frame(
    colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(_: object, frame: object, failed: object, /) -> None:
        raise Bug(type(frame), type(failed))

    with (
        Simulator() as simulator,
        CLIENTS[colour](
            key_of(EXAMPLE_KEY), exchange=simulator.url, protocol=WebSocketApi(), timeout=30
        ) as client,
    ):
        client.send(LOOK)
        monkeypatch.setattr(WebSocketConnection, "write", write)
        with pytest.raises(Bug) as read:
            client.send(LOOK)
        with pytest.raises(OutcomeUnknown) as canceled:
            client.send(CANCEL)
        monkeypatch.undo()
        assert client.send(CANCEL).order_list_id == 0
    bug = canceled.value.__cause__
    assert isinstance(bug, Bug)
    for error in (read.value, canceled.value, bug):
        shown = [
            (frame.f_code.co_qualname, name)
            for frame, _ in walk_tb(error.__traceback__)
            if frame.f_globals["__name__"].startswith("orderlists_transports")
            for name, value in frame.f_locals.items()
            if "signature" in repr(value)
        ]
        assert shown == []


@pytest.mark.parametrize("colour", CLIENTS)
def test_a_bug_of_a_link_that_writes_a_subscription_shows_no_signed_frame(
    colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: object) -> None:
        raise Bug

    with (
        Simulator() as simulator,
        CLIENTS[colour](
            key_of(EXAMPLE_KEY), exchange=simulator.url, protocol=WebSocketApi()
        ) as client,
    ):
        client.send(LOOK)
        monkeypatch.setattr(WebSocketConnection, "write", write)
        with pytest.raises(Bug) as caught, client.events():
            """Subscribe."""
    for frame, _ in walk_tb(caught.value.__traceback__):
        if frame.f_globals["__name__"].startswith("orderlists_transports"):
            assert "signature" not in repr(frame.f_locals), frame.f_code.co_qualname
