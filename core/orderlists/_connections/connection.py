"""One connection, and the requests that are in flight on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import define, field

from orderlists._operations.base import Request
from orderlists.errors import OrderListsError, TransportError

Wake = Callable[[], object]
"""Tells whoever waits to look again."""


@define(eq=False)
class Pending:
    """One request on its way to its reply.

    Attributes:
        id: Names it on its connection.
        request: What was asked.
        sent_at: What the monotonic clock showed when it was handed over, in nanoseconds.
        wake: Called once there is an outcome.
        outcome: The protocol's reply, or why there is none.
    """

    id: int
    request: Request[Any]
    sent_at: int
    wake: Wake
    outcome: object = None

    @property
    def is_done(self) -> bool:
        """Whether there is an outcome."""
        return self.outcome is not None

    def finish(self, outcome: object) -> None:
        """Note the outcome and tell whoever waits."""
        self.outcome = outcome
        self.wake()


def _no_requests() -> dict[int, Pending]:
    return {}


def _nobody() -> list[Wake]:
    return []


@define(eq=False)
class Link:
    """One connection.

    Attributes:
        connection: The driver's; not looked at here.
        opened: What the monotonic clock showed when it was opened, in nanoseconds.
        heard: The same for the last frame that arrived.
        pending: What is in flight.
        watchers: Who else waits for what arrives here.
        is_logged_on: Whether the exchange knows on it who asks.
        subscription: The number of its flow of events, if they flow.
        is_unsubscribing: Whether the exchange was asked to end that flow.
        asked_for_life: When it was asked for a sign of life.
        is_mute: Whether a request on it got no reply in time, nor anything else.
        ended: Why it is over; None while it is not.
    """

    connection: Any
    opened: int
    heard: int
    pending: dict[int, Pending] = field(factory=_no_requests)
    watchers: list[Wake] = field(factory=_nobody)
    is_logged_on: bool = False
    subscription: int | None = None
    is_unsubscribing: bool = False
    asked_for_life: int | None = None
    is_mute: bool = False
    ended: OrderListsError | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing is expected on it any more."""
        return not self.pending and self.subscription is None

    def wake_watchers(self) -> None:
        """Tell everybody who watches it to look again."""
        for wake in list(self.watchers):
            wake()

    def fail_all(self, why: str) -> None:
        """Let whatever is in flight end: it may have been executed."""
        lost = list(self.pending.values())
        self.pending.clear()
        for pending in lost:
            pending.finish(TransportError(f"no reply: {why}", sent=None))
