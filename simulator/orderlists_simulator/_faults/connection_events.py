"""Events of connections, as values for a plan.

Each is called with the venue and the time, and concerns every connection that is open then.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting
from orderlists.extending import Frame
from orderlists_simulator._engine.time import in_nanoseconds
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._validators import in_range, one_of

Break: TypeAlias = Literal["dropped", "reset"]
"""How a connection breaks."""


@frozen
class ShutDown:
    """The venue announces that it shuts down, and closes the connections some time later.

    Attributes:
        seconds: How much later.  The exchange documents no fixed time.
    """

    seconds: float = field(default=10.0, validator=in_range(0))

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Send the event, and schedule the end."""
        open_now = tuple(venue.connections)
        for each in open_now:
            each.send_event({"e": "serverShutdown", "E": each.session.unit.convert(now)})

        def close(_venue: Venue, _now: int) -> None:
            for each in open_now:
                each.close("shut down")

        venue.schedule(now + in_nanoseconds(self.seconds), close)


@frozen
class Disconnect:
    """Every connection breaks."""

    how: Break = field(default="dropped", validator=one_of(Break))

    def __call__(self, venue: Venue, _now: int, /) -> None:
        """Break the connections."""
        for each in venue.connections:
            each.close(self.how)


def _check_frame(_event: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str | bytes):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be str or bytes")


@frozen
class UnsolicitedFrame:
    """A frame is sent that answers no request.

    Attributes:
        frame: Any text, or any bytes as a binary frame.
    """

    frame: Frame = field(validator=_check_frame)

    def __call__(self, venue: Venue, _now: int, /) -> None:
        """Send the frame."""
        for each in venue.connections:
            each.send(self.frame)


@frozen
class Revoke:
    """The keys that are logged on are revoked: sessions are logged out, and notified."""

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Revoke the keys."""
        for each in venue.connections:
            each.revoke(now=now)
