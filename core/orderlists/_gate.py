"""The rate-limit gate that every message of a client passes.

User requests, queries of a recovery, log-ons, subscriptions, keepalives and clock samples pass it
immediately before they are encoded.  Every received 429 or 418 closes it, including late and
uncorrelated ones.  So nothing is sent before `Retry-After` has elapsed.

A request that the gate blocks was not sent: it does not count for a back-off and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from orderlists._clock import ClockReading, ServerClock
from orderlists._keys.key import Key
from orderlists._observing.observer import INFO, RATE_LIMITS, SILENT, WARNING, Observer
from orderlists._operations.base import Operation
from orderlists._rate_limits import RateLimits, Usage
from orderlists.errors import Banned, RateLimited


@frozen(eq=False, repr=False)
class Gate:
    """The gate of one client.

    Attributes:
        key: Signs the requests; its API key identifies the account.
        clock: The source of timestamps.
        rate_limits: Usage and blocks; may be shared by the clients of an IP address.
        observer: Takes the events of the client.
    """

    key: Key
    clock: ServerClock
    rate_limits: RateLimits
    observer: Observer = SILENT

    def admit(self, operation: Operation[Any], at: ClockReading) -> None:
        """Admit a request of this kind at this time.

        Raises:
            RateLimited, Banned: A block by the exchange is in force; nothing may be sent.
        """
        if self.rate_limits.blocks:
            places = operation.unfilled_orders > 0
            self.rate_limits.check(account=self.key.api_key, now=at, places=places)

    def record(self, usages: Iterable[Usage], received_at: int) -> None:
        """Record the usage in a reply that was received at this time of the monotonic clock."""
        time = self.clock.server_time(received_at)
        self.rate_limits.record(usages, account=self.key.api_key, time=time)

    def close(self, refusal: RateLimited | Banned, at: ClockReading) -> None:
        """Close the gate until the block that a reply imposed has ended."""
        seconds = self.rate_limits.block(refusal, account=self.key.api_key, now=at)
        if self.observer.listens(RATE_LIMITS, WARNING if isinstance(refusal, Banned) else INFO):
            from orderlists._observing import client_events  # noqa: PLC0415 - only if listened to

            client_events.rate_limit_reached(self, refusal, seconds, at)
