"""Every way in which a client and the venue can come together, ready to use."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from clients import CLIENTS, PROTOCOLS, Sender, key_of
from orderlists_simulator import (
    EXAMPLE_KEY,
    Plan,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)
from orderlists_simulator import faults as f

START = 1_700_000_000_000_000_000
SECOND = 1_000_000_000


def run_at_once(_: Callable[[Any], Any]) -> Any:
    raise AssertionError("only an asynchronous client has an event loop")


@frozen
class Meeting:
    """A client, and the venue it talks to.

    Attributes:
        transport: What connects them in process.
        run: Runs a coroutine function, given the client, in the loop of an asynchronous one.
    """

    client: Sender
    venue: Venue
    clock: VirtualClock
    transport: Any = None
    run: Callable[[Callable[[Any], Any]], Any] = run_at_once

    @property
    def channel(self) -> Any:
        """The client's way to the venue."""
        client: Any = self.client
        return getattr(client, "inner", client)._channel  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    @property
    def cancels(self) -> list[Any]:
        """What the venue was asked to cancel."""
        return [entry for entry in self.venue.log.entries if entry.is_cancel]


class Counting(VenueTransport):
    """Notes when connections are opened, in seconds since the start."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.opened: list[float] = []

    def connect(self, target: str, /, *, timeout: float) -> VenueConnection:
        self.opened.append((self._clock.now() - START) / SECOND)
        return super().connect(target, timeout=timeout)


def a_venue(lists: int = 2) -> Venue:
    """Return a venue with so many open lists."""
    venue = Venue()
    for number in range(lists):
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=1,
            price=3,
            stop_price=1,
            list_client_order_id=f"list-{number}",
            now=START - SECOND,
        )
    return venue


def unchanged(transport: Any) -> Any:
    return transport


@contextmanager
def meet(
    protocol: str,
    colour: str,
    *,
    venue: Venue | None = None,
    fates: Iterable[f.Fault] = (),
    events: Iterable[tuple[float, Any]] = (),
    cut: int | None = None,
    **settings: Any,
) -> Generator[Meeting]:
    """Let a client and a venue meet in one process, in virtual time."""
    clock = VirtualClock(START)
    venue = a_venue() if venue is None else venue
    happens = [(START + int(time * SECOND), what) for time, what in events]
    plan = Plan(fates, events=happens, cut=cut)
    between: Callable[[Any], Any] = settings.pop("between", unchanged)
    transport = Counting(venue, clock=clock, plan=plan)
    settings = {
        "protocol": settings.pop("speaks", None) or PROTOCOLS[protocol](),
        "transport": between(transport),
        "loop": clock.event_loop,
        "clock": clock,
    } | settings
    key = settings.pop("key", key_of(EXAMPLE_KEY))
    with CLIENTS[colour](key, **settings) as client:
        yield Meeting(client, venue, clock, transport, getattr(client, "run", run_at_once))
