"""A request of a caller on its way over a framed connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define, field

from orderlists import TransportError

if TYPE_CHECKING:
    from orderlists._connections.connection import Connection, InFlight, Wake
    from orderlists._protocols.interfaces import Encoded


@define(eq=False)
class Exchange:
    """A request of a caller on its way, and the reply.

    Args:
        connection: Where to send it.
        encoded: The request; it is forgotten once it is written, since it is signed.
        sent_at: The monotonic clock, in nanoseconds.
        wake: Wakes the caller.
        subscribe: The request itself, if it subscribes to events.
    """

    connection: Connection
    encoded: Encoded | None = field(repr=False)
    sent_at: int
    wake: Wake
    subscribe: Any = None
    in_flight: InFlight | None = field(init=False, default=None)
    error: Exception | None = field(init=False, default=None)

    def is_done(self) -> bool:
        """Return whether it has a result."""
        return self.error is not None or (self.in_flight is not None and self.in_flight.is_done)

    def result(self) -> Any:  # noqa: ANN401 - the protocol's own reply
        """Return the reply, or raise what came instead of one."""
        if self.error is not None:
            raise self.error
        if self.in_flight is None or not self.in_flight.is_done:
            raise TransportError("no reply arrived in time", sent=None)
        return self.in_flight.result()
