"""What may happen to connections while a client is busy, as values to put into a plan.

Each is called with the venue and the time, and befalls every connection that is open then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._range import within
from orderlists_simulator._terms import one_of
from orderlists_simulator._timing import in_nanoseconds

if TYPE_CHECKING:
    from attrs import Attribute

    from orderlists.extending import Frame
    from orderlists_simulator._venue import Venue

Break: TypeAlias = Literal["dropped", "reset"]
"""How a connection breaks."""


@frozen
class ShutDown:
    """The venue says that it shuts down, and ends the connections some time later.

    Attributes:
        seconds: How much later.  The exchange promises no fixed time.
    """

    seconds: float = field(default=10.0, validator=within(0))

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        told = tuple(venue.connections)
        for each in told:
            each.happen({"e": "serverShutdown", "E": each.session.unit.written(now)})

        def end(_venue: Venue, _now: int) -> None:
            for each in told:
                each.end("shut down")

        venue.schedule(now + in_nanoseconds(self.seconds), end)


@frozen
class Disconnect:
    """Every connection breaks."""

    how: Break = field(default="dropped", validator=one_of(Break))

    def __call__(self, venue: Venue, _now: int, /) -> None:
        """Let it happen."""
        for each in venue.connections:
            each.end(self.how)


def _check_frame(_noise: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str | bytes):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be str or bytes")


@frozen
class Noise:
    """A frame comes that nobody asked for.

    Attributes:
        frame: Any text, or any bytes as a binary frame.
    """

    frame: Frame = field(validator=_check_frame)

    def __call__(self, venue: Venue, _now: int, /) -> None:
        """Let it happen."""
        for each in venue.connections:
            each.send(self.frame)


@frozen
class Revoke:
    """The keys that are logged on are revoked: nobody is logged on any more, and is told so."""

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        for each in venue.connections:
            each.revoke(now=now)
