"""A client of any protocol and colour, connected in process to a simulated exchange."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from attrs import frozen

from clients import CLIENTS, FORMATS, PROTOCOLS, AnyClient, key_of
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
class ClientAndVenue:
    """A client, and the venue that it is connected to.

    Attributes:
        transport: The in-process transport between them.
        run: Runs a coroutine function with the client in the event loop of an async client.
    """

    client: AnyClient
    venue: Venue
    clock: VirtualClock
    transport: Any = None
    run: Callable[[Callable[[Any], Any]], Any] = run_at_once

    @property
    def channel(self) -> Any:
        """The private channel of the client."""
        client: Any = self.client
        return getattr(client, "inner", client)._channel  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    @property
    def cancels(self) -> list[Any]:
        """The cancels in the log of the venue."""
        return [entry for entry in self.venue.log.entries if entry.is_cancel]


class RecordingTransport(VenueTransport):
    """Records when connections are opened, in seconds since the start."""

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self.opened: list[float] = []

    def connect(self, target: str, /, *, timeout: float) -> VenueConnection:
        self.opened.append((self._clock.now() - START) / SECOND)
        return super().connect(target, timeout=timeout)


def venue_with_lists(lists: int = 2) -> Venue:
    """Return a venue with some open lists."""
    venue = Venue()
    for number in range(lists):
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=1,
            price=3,
            stop_price=1,
            list_client_order_id=f"list-{number}",
            now=START - 10 * SECOND,
        )
    return venue


@contextmanager
def client_and_venue(
    protocol_name: str,
    colour: str,
    format_name: str = "JSON",
    *,
    protocol: Any = None,
    wrap_transport: Callable[[Any], Any] = lambda transport: transport,
    venue: Venue | None = None,
    faults: Iterable[f.Fault] | f.Rule = (),
    events: Iterable[tuple[float, Any]] = (),
    cut: int | None = None,
    **settings: Any,
) -> Generator[ClientAndVenue]:
    """Connect a client to a venue in process, in virtual time."""
    clock = VirtualClock(START)
    venue = venue_with_lists() if venue is None else venue
    dated = [(START + int(time * SECOND), event) for time, event in events]
    plan = Plan(faults, events=dated, cut=cut)
    transport = RecordingTransport(venue, clock=clock, plan=plan)
    settings = {
        "protocol": protocol or PROTOCOLS[protocol_name](format=FORMATS[format_name]()),
        "transport": wrap_transport(transport),
        "loop": clock.event_loop,
        "clock": clock,
    } | settings
    key = settings.pop("key", key_of(EXAMPLE_KEY))
    with CLIENTS[colour](key, **settings) as client:
        yield ClientAndVenue(client, venue, clock, transport, getattr(client, "run", run_at_once))
