"""Getting a connection that takes requests: the one there is, or a new one.

Like a call, this is a generator that decides and does nothing itself; it yields `Connect` and
`Ask` beside the commands of calls.

Invariant: what goes wrong here says that the request behind it was not sent.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import Any, NamedTuple, TypeAlias, TypeVar

from orderlists._clock import ClockReading
from orderlists._connections.connection import Link
from orderlists._connections.manager import Session
from orderlists._execution.clock_sync import measure
from orderlists._execution.commands import Now, Wait
from orderlists._operations.base import Request
from orderlists._operations.user_data_stream import (
    LogOn,
    Ping,
    Subscribe,
    SubscribeSigned,
    Unsubscribe,
)
from orderlists._time import SECOND
from orderlists.errors import (
    BadTimestamp,
    OrderListsError,
    Rejected,
    TransportError,
)

R = TypeVar("R")

# Seconds for a sign of life, and for the old connection to say that it told all events.
_SIGN_OF_LIFE = 5.0


class Connect(NamedTuple):
    """Open a connection, and tell which: the driver's, or the error."""

    target: str
    patience: float


class Ask(NamedTuple):
    """Send a request on this connection, once, and tell what came back: its result, or the error.

    Attributes:
        link: The connection.
        request: What is sent.
        at: The moment whose time it carries.
        patience: Seconds that are left for it.
    """

    link: Link
    request: Request[Any]
    at: ClockReading
    patience: float


Opening: TypeAlias = Generator[Now | Wait | Connect | Ask, Any, R]
"""A call that opens a connection."""


def get_ready(session: Session, *, until: int, watching: bool = False) -> Opening[Link]:
    """Return a connection that takes requests, before the monotonic clock shows this.

    Args:
        session: Keeps the connections.
        until: In nanoseconds.
        watching: Whether events must flow on it, and on no other.

    Raises:
        Rejected: The exchange does not accept who asks, or limits or bans.
        TransportError: There is no connection; `sent` is False.
    """
    try:
        link = yield from _living(session, until)
        if link is None:
            link = yield from _opened(session, until)
        if watching:
            yield from _flow(session, link, until)
    except (TransportError, Rejected) as error:
        raise _not_sent(error) from None
    return link


def _not_sent(error: TransportError | Rejected) -> OrderListsError:
    if isinstance(error, BadTimestamp) or (
        isinstance(error, TransportError) and error.sent is None
    ):
        return TransportError(f"there is no connection: {error}", sent=False)
    return error


def _living(session: Session, until: int) -> Opening[Link | None]:
    now: ClockReading = yield Now()
    link = session.current
    if link is None or session.trusted(now.monotonic) is link:
        return link
    if not session.is_worn(link, now.monotonic):
        patience = min(_SIGN_OF_LIFE, _left(until, now))
        sign: object = yield Ask(link, Ping(), now, patience)
        if not isinstance(sign, TransportError):
            return session.current
    session.retire(link)
    return None


def _opened(session: Session, until: int) -> Opening[Link]:
    now: ClockReading = yield Now()
    pause = session.pacing.pause(now.monotonic) / SECOND
    if pause >= _left(until, now):
        text = (
            f"no connection: {session.pacing.trouble}; the next one may be tried in {pause:.1f} s"
        )
        raise TransportError(text, sent=False)
    stopped: OrderListsError | None = None
    if pause > 0:
        stopped = yield Wait(pause)
    if stopped is not None:
        raise stopped
    now = yield Now()
    session.pacing.connecting(now.monotonic)
    connection: object = yield Connect(session.protocol.target, _left(until, now))
    now = yield Now()
    if isinstance(connection, OrderListsError):
        session.pacing.failed(now.monotonic, str(connection))
        raise connection
    link = session.connected(connection, now.monotonic)
    try:
        yield from _introduce(session, link, until)
    except BaseException:
        # Nothing in flight, no events: it is closed when the idle ones are.
        link.subscription = None
        session.retire(link)
        raise
    session.take_over(link)
    if session.current is not link:
        raise TransportError("the connection ended as soon as it was opened", sent=False)
    return link


def _introduce(session: Session, link: Link, until: int) -> Opening[None]:
    if session.logs_on:
        yield from _asked(session, link, LogOn(), until)
        link.is_logged_on = True
    if session.news.is_watched:
        # If refused, the watcher asks again, and is told.
        with suppress(Rejected):
            yield from _subscribe(session, link, until)


def _flow(session: Session, link: Link, until: int) -> Opening[None]:
    """Let events flow on a connection, and then no more on those before: none is lost between."""
    if link.subscription is None:
        yield from _subscribe(session, link, until)
    for old in session.subscribed_before(link):
        lossless = not old.is_mute and (yield from _say_farewell(old, until))
        session.unsubscribed(old, lossless=lossless)


def _say_farewell(link: Link, until: int) -> Opening[bool]:
    """Have a connection tell no more events, and return whether it told all until then."""
    now: ClockReading = yield Now()
    link.is_unsubscribing = True
    farewell = Unsubscribe(link.subscription or 0)
    # Frames come in order: with the answer, all that was told before it has come.
    answer: object = yield Ask(link, farewell, now, min(_SIGN_OF_LIFE, _left(until, now)))
    return not isinstance(answer, OrderListsError)


def _subscribe(session: Session, link: Link, until: int) -> Opening[None]:
    request = Subscribe() if link.is_logged_on else SubscribeSigned()
    yield from _asked(session, link, request, until)


def _asked(session: Session, link: Link, request: Request[R], until: int) -> Opening[R]:
    was_measured = False
    while True:
        now: ClockReading = yield Now()
        answer: Any = yield Ask(link, request, now, _left(until, now))
        if isinstance(answer, BadTimestamp) and not was_measured:
            was_measured = yield from measure(
                session.clock,
                lambda question, at: Ask(link, question, at, _left(until, at)),
                ready=Now(),
            )
            if was_measured:
                continue
        if isinstance(answer, TransportError | Rejected):
            raise answer
        if isinstance(answer, OrderListsError):
            raise TransportError(str(answer), sent=None)
        result: R = answer
        return result


def _left(until: int, now: ClockReading) -> float:
    return max(0.0, (until - now.monotonic) / SECOND)
