"""What both clients need around one exchange of messages: who asks, how, and at what time.

This is where a clock and chance enter, as two callables.

Invariant: nothing is decided here; a call decides, a driver obeys.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from math import inf
from typing import Any, TypeVar

from attrs import field, frozen

from orderlists import (
    Call,
    HttpProtocol,
    HttpRequest,
    InvalidSetting,
    Key,
    Request,
    Rest,
    begin,
)
from orderlists_transports._exchange import Exchange

R = TypeVar("R")

REST = Rest()
TIMEOUT = 15.0
"""Seconds: longer than the 10 that the exchange gives its engine before it answers *unknown*."""

Clock = Callable[[], int]
"""Returns the time since 1970 in nanoseconds."""


def random_id() -> str:
    """Return 32 hex digits from the operating system: never used before, also after a fork."""
    return os.urandom(16).hex()


@frozen(kw_only=True)
class Dialogue:
    """One asker's side of the conversation with the exchange."""

    key: Key
    protocol: HttpProtocol = REST
    timeout: float = field(default=TIMEOUT)
    clock: Clock = time.time_ns
    new_id: Callable[[], str] = random_id

    @timeout.validator
    def _check_timeout(self, _: object, value: object) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < inf:
            raise InvalidSetting(field="timeout", value=value, rule="must be seconds, more than 0")

    def begin(self, request: Request[R]) -> Call[R]:
        """Begin a call for this request."""
        return begin(request, new_id=self.new_id())

    def write(self, request: Request[Any]) -> HttpRequest:
        """Return the request signed, with the present time."""
        timestamp = self.protocol.time_unit.from_nanoseconds(self.clock())
        return self.protocol.encode(request, key=self.key, timestamp=timestamp)


def check_one_destination(exchange: Exchange | str, transport: object) -> None:
    """Refuse an exchange beside a transport of one's own, which is bound to one already."""
    if transport is not None and exchange is not Exchange.LIVE:
        rule = "must not be given beside a transport, which is bound to an exchange of its own"
        raise InvalidSetting(field="exchange", value=str(exchange), rule=rule)
