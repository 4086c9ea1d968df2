"""Makes the events that belong to no call: of the rate limits, the clock and the connections."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from orderlists._clock import ClockReading, ServerClock
from orderlists._observing.events import (
    ClockMeasured,
    ConnectionClosed,
    ConnectionDelayed,
    ConnectionFailed,
    ConnectionOpened,
    RateLimitReached,
)
from orderlists._observing.observer import (
    CONNECTIONS,
    DEBUG,
    INFO,
    RATE_LIMITS,
    WARNING,
    level_of_wait,
)
from orderlists._rate_limits import ORDERS_EXCEEDED
from orderlists._time import SECOND
from orderlists.errors import Banned, RateLimited, describe_cause

if TYPE_CHECKING:
    from orderlists._connections.connection import Connection
    from orderlists._gate import Gate


def rate_limit_reached(
    gate: Gate, refusal: RateLimited | Banned, seconds: float, at: ClockReading
) -> None:
    """Emit that the exchange imposed a block."""
    is_ban = isinstance(refusal, Banned)
    make = partial(
        RateLimitReached,
        at=at.instant,
        seconds=float(seconds),
        is_ban=is_ban,
        orders_only=refusal.code == ORDERS_EXCEEDED,
        reason=describe_cause(refusal),
    )
    gate.observer.emit(RATE_LIMITS, WARNING if is_ban else INFO, make)


def clock_measured(gate: Gate, before: ClockReading) -> None:
    """Emit that a connection measured the exchange's clock, and how far that moved it."""
    gate.observer.emit(CONNECTIONS, INFO, measurement(gate.clock, before, call=None))


def measurement(
    clock: ServerClock, before: ClockReading, *, call: int | None
) -> Callable[[], ClockMeasured]:
    """Return what makes the event of a measured clock, for a call or for none."""
    at = clock.at(before.monotonic)
    moved, error = (at.server - before.server) / SECOND, (at.error or 0) / SECOND
    return partial(ClockMeasured, at=at.instant, moved=moved, error=error, call=call)


def connection_opened(gate: Gate, connection: Connection, *, is_reconnect: bool) -> None:
    """Emit that a connection takes requests."""
    make = partial(
        ConnectionOpened,
        at=gate.clock.at(connection.last_received_at).instant,
        connection=connection.number,
        is_reconnect=is_reconnect,
    )
    gate.observer.emit(CONNECTIONS, INFO if is_reconnect else DEBUG, make)


def connection_closed(
    gate: Gate, connection: Connection, error: Exception, now: int, *, by_client: bool
) -> None:
    """Emit that a connection ended."""
    make = partial(
        ConnectionClosed,
        at=gate.clock.at(now).instant,
        connection=connection.number,
        by_client=by_client,
        reason=describe_cause(error),
        in_flight=len(connection.in_flight),
        seconds=(now - connection.opened_at) / SECOND,
    )
    gate.observer.emit(CONNECTIONS, DEBUG if by_client else INFO, make)


def connection_failed(gate: Gate, error: Exception, at: ClockReading) -> None:
    """Emit that a connection could not be opened."""
    make = partial(ConnectionFailed, at=at.instant, reason=describe_cause(error))
    gate.observer.emit(CONNECTIONS, INFO, make)


def connection_delayed(gate: Gate, pause: int, reason: str, at: ClockReading) -> None:
    """Emit that the next attempt waits for its back-off."""
    seconds = pause / SECOND
    make = partial(ConnectionDelayed, at=at.instant, seconds=seconds, reason=reason)
    gate.observer.emit(CONNECTIONS, level_of_wait(seconds), make)
