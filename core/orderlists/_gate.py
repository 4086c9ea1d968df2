"""The one gate that every message of a client passes, and every refusal closes.

A request of the user, a query of a recovery, a log-on, a subscription, a keepalive ping and a clock
sample all pass it right before they are encoded; every 429 and 418 that is read closes it, also one
that arrives late or names no request.  So nothing is sent after the exchange said *not before*.

A request that the gate holds back was not sent: it feeds no back-off and proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from orderlists._clock import ClockReading, ServerClock
from orderlists._keys.key import Key
from orderlists._operations.base import Operation
from orderlists._rate_limits import RateLimits, Usage
from orderlists.errors import Banned, RateLimited


@frozen
class Gate:
    """What one client may send, and when.

    Attributes:
        key: Signs the requests, and names the account.
        clock: Stamps them.
        rate_limits: The usage and the blocks; may be shared by the clients of an IP address.
    """

    key: Key
    clock: ServerClock
    rate_limits: RateLimits

    def admit(self, operation: Operation[Any], at: ClockReading) -> None:
        """Let a request of this kind pass at this time.

        Raises:
            RateLimited, Banned: The exchange imposed a block that is not over; nothing may be sent.
        """
        if self.rate_limits.blocks:
            places = operation.unfilled_orders > 0
            self.rate_limits.check(account=self.key.api_key, now=at, places=places)

    def record(self, usages: Iterable[Usage], at: ClockReading) -> None:
        """Record what a reply says was used."""
        self.rate_limits.record(usages, account=self.key.api_key, now=at)

    def close(self, refusal: RateLimited | Banned, at: ClockReading) -> None:
        """Let nothing pass until the block that a reply imposed is over."""
        self.rate_limits.block(refusal, account=self.key.api_key, now=at)
