"""Clients of a venue in the same process, in virtual time.

Everything that a client takes from the machine comes from the test: its time, its waits and its
new ids.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from itertools import count
from typing import Any

from attrs import field, frozen

from orderlists import HmacKey
from orderlists_pytest._settings import Settings
from orderlists_pytest.faults import Faults
from orderlists_simulator import (
    EXAMPLE_KEY,
    Plan,
    Venue,
    VenueConnection,
    VenueTransport,
    VirtualClock,
)
from orderlists_transports import AsyncClient, Client, Clocks


def _new_ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"orderlists-{next(numbers)}"


@frozen(kw_only=True)
class Clients:
    """Makes the clients of one test, which share a venue, a clock, faults and ids."""

    settings: Settings
    venue: Venue
    clock: VirtualClock
    faults: Faults
    new_id: Callable[[], str] = field(factory=_new_ids)

    @contextmanager
    def open_client(self) -> Generator[Client]:
        """Open a client, and close it."""
        given = self._given(VenueTransport)
        with Client(sleep=self.clock.sleep, **given) as client:
            yield client

    @contextmanager
    def open_async_client(self) -> Generator[AsyncClient]:
        """Open an asynchronous client, and close it in the event loop of its connections."""
        given = self._given(_LoopTransport)
        client = AsyncClient(sleep=self.clock.asleep, **given)
        yield client
        home = given["transport"].loop
        if home is not None and not home.is_closed():
            home.run_until_complete(client.aclose())
            return
        loop = self.clock.event_loop()
        try:
            loop.run_until_complete(client.aclose())
        finally:
            loop.close()

    def _given(self, transport: type[VenueTransport]) -> dict[str, Any]:
        plan = Plan(self.faults.rule(lambda: self.venue, self.clock))
        return {
            "key": HmacKey(api_key=EXAMPLE_KEY.api_key, secret=EXAMPLE_KEY.secret),
            "transport": transport(self.venue, clock=self.clock, plan=plan),
            "protocol": self.settings.make_protocol(),
            "policy": self.settings.policy,
            "timeout": self.settings.timeout,
            "clocks": Clocks(wall=self.clock.now, monotonic=self.clock.now),
            "new_id": self.new_id,
        }


class _LoopTransport(VenueTransport):
    """Keeps the event loop of its connections."""

    loop: asyncio.AbstractEventLoop | None = None

    async def aconnect(self, target: str, /, *, timeout: float) -> VenueConnection:  # noqa: ASYNC109 - the contract of asynchronous transports
        self.loop = asyncio.get_running_loop()
        return await super().aconnect(target, timeout=timeout)
