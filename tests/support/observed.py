"""Records the events of a client."""

from typing import TypeVar

from orderlists.observing import CallEnded, CallEvent, ClientEvent, describe

E = TypeVar("E", bound=ClientEvent)


class Recorder:
    """Takes the events of a client, in order."""

    def __init__(self) -> None:
        self.events: list[ClientEvent] = []

    def __call__(self, event: ClientEvent) -> None:
        self.events.append(event)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of a class."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def names(self) -> list[str]:
        """The names of the classes of the events, in order."""
        return [type(event).__name__ for event in self.events]

    @property
    def texts(self) -> list[str]:
        """The events as text."""
        return [describe(event) for event in self.events]

    @property
    def verdict(self) -> CallEnded:
        """The last event of the only call."""
        *_, last = self.of(CallEvent)
        assert isinstance(last, CallEnded)
        return last
