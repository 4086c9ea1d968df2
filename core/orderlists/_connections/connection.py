"""One connection, and the requests in flight on it.

A request is in flight from its registration until one of four things happens: its last reply part
arrives, its connection ends, writing it fails, or its caller abandons it.  It is never moved to
another connection.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeAlias

from attrs import define, field

from orderlists._operations.base import Request
from orderlists._protocols.interfaces import Frame, SessionLayer
from orderlists._time import SECOND
from orderlists.errors import OrderListsError, TransportError

QUIET: Final = 30 * SECOND
"""How long a connection may be quiet before it is probed, in nanoseconds."""

_ANSWER: Final = 10 * SECOND

Wake: TypeAlias = Callable[[], object]
"""Wakes a waiter, which must re-check its condition."""


@define(eq=False)
class InFlight:
    """A request in flight.

    Attributes:
        key: Identifies it on its connection.
        data: The frame to write; None once it is taken, since it is signed.
        sent_at: The monotonic clock when it was encoded, in nanoseconds.
        wake: Called once it is done.
        subscribe: The request itself, if it subscribes to events.
        is_done: Whether it has an outcome.
    """

    key: Hashable
    data: Frame | None = field(repr=False)
    sent_at: int
    wake: Wake
    subscribe: Request[Any] | None = None
    is_done: bool = False
    _parts: tuple[Any, ...] = field(init=False, default=())
    _error: Exception | None = field(init=False, default=None)

    def take_data(self) -> Frame:
        """Return the frame, once."""
        data, self.data = self.data, None
        assert data is not None  # noqa: S101 - it is sent once
        return data

    def add(self, reply: object) -> None:
        """Add a reply part."""
        self._parts += (reply,)

    def complete(self) -> None:
        """End it with the reply parts that have arrived; wake its caller once."""
        if not self.is_done:
            self.is_done = True
            self.wake()

    def fail(self, error: Exception) -> None:
        """End it with an error; the frame is forgotten, also where it was not sent."""
        self.data, self._error = None, error
        self.complete()

    def result(self) -> Any:  # noqa: ANN401 - the protocol's own reply
        """Return the only reply part, or a tuple of several; or raise the error."""
        # First: the I/O thread may end it meanwhile, and sets this last.
        if not self.is_done:
            raise no_reply()
        if self._error is not None:
            raise self._error
        return self._parts[0] if len(self._parts) == 1 else self._parts


def no_reply() -> TransportError:
    """Return the error for a request whose time is up."""
    return TransportError("no reply arrived in time", sent=None)


def _no_requests() -> dict[Hashable, InFlight]:
    return {}


def _no_watchers() -> list[Wake]:
    return []


@define(eq=False)
class Connection:
    """One connection.  All times are those of the monotonic clock, in nanoseconds.

    Attributes:
        handle: The driver's own object for it, which is not used here.
        session: What the protocol does on it.
        opened_at: When it was opened.
        last_received_at: When the last frame arrived.
        in_flight: The requests in flight, by key.
        watchers: Wakes those that wait for an event or a change of state, not for a reply.
        is_logged_on: Whether its log-on succeeded.
        subscription: The result of the subscription; None without one.
        is_unsubscribing: Whether unsubscribing was requested.
        keepalive_sent_at: When a keepalive was sent; None if a frame has arrived since.
        keepalive_not_before: The earliest time of the next keepalive.
        is_unresponsive: Whether a request timed out and no frame arrived meanwhile.
        lingers_until: Until when it is kept open for late replies, with nothing in flight.
        is_counted: Whether the back-off counted it as a failure.
        closed_by: The error that ended it; None while it is open.
        number: Its number among those of its client, from 1.
        target: The target that it was opened with; None if it is not known.
    """

    handle: Any
    session: SessionLayer
    opened_at: int
    last_received_at: int
    in_flight: dict[Hashable, InFlight] = field(init=False, factory=_no_requests)
    watchers: list[Wake] = field(init=False, factory=_no_watchers)
    is_logged_on: bool = False
    subscription: Any = None
    is_unsubscribing: bool = False
    keepalive_sent_at: int | None = None
    keepalive_not_before: int = 0
    is_unresponsive: bool = False
    lingers_until: int = 0
    is_counted: bool = False
    closed_by: Exception | None = None
    number: int = 0
    target: str | None = None

    def is_idle(self, now: int) -> bool:
        """Whether no reply, not even a late one, and no event is expected on it."""
        return not self.in_flight and self.subscription is None and now >= self.lingers_until

    def time_to_keepalive(self, now: int) -> int:
        """Return the nanoseconds until the next keepalive is due, or the last one times out."""
        if self.keepalive_sent_at is not None:
            due = self.keepalive_sent_at + _ANSWER
        else:
            due = max(self.last_received_at + QUIET, self.keepalive_not_before)
        return max(0, due - now)

    def may_be_dead(self, now: int) -> bool:
        """Whether it was quiet for longer than the keepalive interval and timeout together."""
        return now - self.last_received_at > QUIET + _ANSWER

    def wake_watchers(self) -> None:
        """Wake all watchers."""
        for wake in list(self.watchers):
            wake()

    def fail_all(self, error: Exception) -> None:
        """Fail every request in flight: each may have been executed.

        A bug is passed on unchanged; anything else becomes a `TransportError` with the reason.
        """
        failed = list(self.in_flight.values())
        self.in_flight.clear()
        for in_flight in failed:
            if isinstance(error, OrderListsError):
                in_flight.fail(TransportError(f"no reply: {error}", sent=None))
            else:
                in_flight.fail(error)
