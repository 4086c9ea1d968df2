"""Clients that keep connections, of both colours: refusals and bugs."""

import asyncio
from functools import partial
from typing import Any

import pytest

from cells import SECOND, START
from clients import CLIENTS
from hooked_transport import (
    CANCEL,
    LOOK,
    HookedTransport,
    Meet,
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
from orderlists_simulator import faults as f
from orderlists_transports import AsyncClient

AT_ONCE = Policy(reconcile=False, max_resends=0, wait_for_rate_limits=False)


@pytest.fixture(params=CLIENTS)
def framed(request: pytest.FixtureRequest) -> Meet:
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
    framed: Meet, response: HttpResponse, kind: type, tries: int
) -> None:
    attempts: list[int] = []

    def refuse() -> None:
        attempts.append(1)
        raise HandshakeRefused(response)

    with hooked(framed, before_connecting=refuse) as meeting:
        for _ in range(2):
            with pytest.raises(kind):
                meeting.client.send(CANCEL, policy=AT_ONCE)
            meeting.clock.sleep(1)

    assert len(attempts) == tries
    assert meeting.cancels == []


def test_no_request_and_no_keepalive_is_sent_during_a_ban(framed: Meet) -> None:
    with framed(
        fates=[f.NORMAL, f.not_executed(answer=f.json_error(-1003, status=418))]
    ) as meeting:
        meeting.client.send(LOOK)
        with pytest.raises(Banned):
            meeting.client.send(LOOK, policy=AT_ONCE)
        sent = len(meeting.venue.log.entries)
        for _ in range(3):
            meeting.clock.sleep(35)
            with pytest.raises(Banned):
                meeting.client.send(CANCEL, policy=AT_ONCE)
        assert len(meeting.venue.log.entries) == sent
        meeting.clock.sleep(35)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 1


def test_a_429_with_a_null_id_closes_the_gate(framed: Meet) -> None:
    limited = f.not_executed(answer=f.null_id_error(-1003, status=429))
    with framed(fates=[limited]) as meeting:
        with pytest.raises(OutcomeUnknown):
            meeting.client.send(CANCEL, policy=AT_ONCE)
        with pytest.raises(RateLimited):
            meeting.client.send(LOOK, policy=AT_ONCE)

    assert len(meeting.venue.log.entries) == 1


def test_a_429_that_comes_after_the_timeout_closes_the_gate(framed: Meet) -> None:
    limited = f.not_executed(answer=f.json_error(-1003, status=429), delay=2)
    with framed(fates=[limited], timeout=1) as meeting:
        with pytest.raises(OutcomeUnknown):
            meeting.client.send(CANCEL, policy=AT_ONCE)
        if hasattr(meeting.client, "run"):
            meeting.run(lambda _: asyncio.sleep(2))
        else:
            meeting.clock.sleep(2)
        with pytest.raises(RateLimited):
            meeting.client.send(LOOK, policy=AT_ONCE)

    assert len(meeting.venue.log.entries) == 1


def test_no_connection_in_time_says_that_nothing_was_sent(framed: Meet) -> None:
    clocks: list[Any] = []

    def linger() -> None:
        clocks[0].sleep(20)

    with hooked(framed, before_connecting=linger) as meeting:
        clocks.append(meeting.clock)
        with pytest.raises(TransportError, match="in time") as caught:
            meeting.client.send(CANCEL, policy=Policy(deadline=10))

    assert caught.value.sent is False
    assert meeting.cancels == []


# Bugs.


@pytest.mark.parametrize("error", [OSError("s3cret"), ValueError("s3cret")], ids=str)
@pytest.mark.parametrize("when", ["sending", "receiving"])
def test_a_bug_in_a_transport_ends_a_cancel_as_unknown_with_the_bug_as_cause(
    framed: Meet, when: str, error: Exception
) -> None:
    with hooked(framed, **{when: once(error)}) as meeting:
        with pytest.raises(OutcomeUnknown) as caught:
            meeting.client.send(CANCEL)
        done = meeting.client.reconcile(caught.value.request, attempts=caught.value.attempts)

    assert caught.value.__cause__ is error
    assert "s3cret" not in str(caught.value)
    assert done.order_list_id == 0
    assert len(meeting.transport.opened) == 2


@pytest.mark.parametrize("kind", [KeyError, AttributeError])
def test_a_bug_in_a_parser_ends_a_cancel_as_unknown_at_once_and_is_not_retried(
    framed: Meet, kind: type[Exception]
) -> None:
    bug = kind("result")

    def parse(body: bytes) -> Any:
        if b"orderReports" in body:
            raise bug
        return exact_json(body)

    with framed(speaks=WebSocketApi(format=Json(parser=parse))) as meeting:
        meeting.client.send(LOOK)
        with pytest.raises(OutcomeUnknown) as caught:
            meeting.client.send(CANCEL)

    assert caught.value.__cause__ is bug
    assert len(meeting.venue.log.entries) == 2
    assert meeting.clock.now() == START


def test_a_bug_in_a_parser_is_raised_by_a_query_as_it_is(framed: Meet) -> None:
    bug = KeyError("result")

    def parse(_: bytes) -> Any:
        raise bug

    speaks = WebSocketApi(format=Json(parser=parse))
    with framed(speaks=speaks) as meeting, pytest.raises(KeyError) as caught:
        meeting.client.send(LOOK)

    assert caught.value is bug
    assert len(meeting.venue.log.entries) == 1


def test_a_bug_in_a_parser_ends_every_request_in_flight_on_the_connection() -> None:
    bug = KeyError("result")

    def parse(_: bytes) -> Any:
        raise bug

    async def both(client: AsyncClient) -> list[Any]:
        sends = [client.send(numbered(number)) for number in (0, 1)]
        return await asyncio.gather(*sends, return_exceptions=True)

    speaks = WebSocketApi(format=Json(parser=parse))
    with over_frames("async")(speaks=speaks, fates=[f.delayed(3)]) as meeting:
        outcomes = meeting.run(both)

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
        over_frames("async")(between=Broken) as meeting,
        pytest.raises(AssertionError, match="areceive"),
    ):
        meeting.client.send(LOOK)


def test_a_failed_assertion_in_a_transport_passes_and_ends_the_connection(framed: Meet) -> None:
    failed = once(AssertionError("as a test wants it"))
    with hooked(framed, receiving=failed) as meeting:
        with pytest.raises(AssertionError):
            meeting.client.send(CANCEL)
        meeting.client.send(LOOK)

    assert len(meeting.transport.opened) == 2


def test_a_connection_that_broke_is_closed(framed: Meet) -> None:
    closed: list[int] = []
    broken = once(TransportError("reset", sent=None))
    with hooked(framed, receiving=broken, closing=lambda: closed.append(1)) as meeting:
        meeting.client.send(LOOK)
        assert closed != []


def test_a_connection_that_a_bug_in_a_parser_ended_is_closed(framed: Meet) -> None:
    closed: list[int] = []

    def parse(_: bytes) -> Any:
        raise KeyError("result")

    speaks = WebSocketApi(format=Json(parser=parse))
    closing = {"closing": lambda: closed.append(1)}
    with hooked(partial(framed, speaks=speaks), **closing) as meeting:
        for _ in range(2):
            with pytest.raises(KeyError):
                meeting.client.send(LOOK)
        assert closed != []


def test_a_bug_while_closing_a_connection_is_raised_when_the_client_is_closed(
    framed: Meet,
) -> None:
    bug = once(OSError("no such thing"))
    with hooked(framed, closing=bug) as meeting:
        meeting.client.send(LOOK)
        with pytest.raises(OSError, match="no such thing"):
            meeting.client.close()


def test_a_transport_error_while_closing_a_connection_is_silent(framed: Meet) -> None:
    with hooked(framed, closing=once(TransportError("over", sent=None))) as meeting:
        meeting.client.send(LOOK)
        meeting.client.close()


# Frames that cannot be written.


def test_a_connection_that_ended_before_the_first_byte_means_a_retry_on_another(
    framed: Meet,
) -> None:
    over = once(TransportError("over", sent=False))
    with hooked(framed, sending=over) as meeting:
        done = meeting.client.send(CANCEL)

    assert done.evidence is Evidence.REPLY
    assert len(meeting.cancels) == 1


def test_a_frame_that_cannot_be_written_leaves_other_requests_in_flight_unknown() -> None:
    unsendable = TransportError("too long", sent=False)
    sending = iter([None, unsendable])

    def send() -> None:
        if (error := next(sending)) is not None:
            raise error

    async def both(client: AsyncClient) -> list[Any]:
        sends = [client.send(numbered(number), policy=AT_ONCE) for number in (0, 1)]
        return await asyncio.gather(*sends, return_exceptions=True)

    asynchronous = partial(over_frames("async"), fates=[f.delayed(3)])
    with hooked(asynchronous, sending=send) as meeting:
        first, second = meeting.run(both)

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


def test_the_answer_of_a_session_layer_to_a_heartbeat_is_written(framed: Meet) -> None:
    beat = f.UnsolicitedFrame('{"subscriptionId":0,"event":{"e":"heartbeat","E":1}}')
    with framed(speaks=_Heartbeats(), events=[(1, beat)], fates=[f.delayed(3)]) as meeting:
        meeting.client.send(LOOK)

    assert [entry.method for entry in meeting.venue.log.entries] == ["orderList.status", "ping"]
    assert meeting.clock.now() == START + 3 * SECOND
