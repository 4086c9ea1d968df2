"""What the exchange keeps of one WebSocket connection: who is logged on, and who is told what.

Plain state; its owner makes sure that one thread at a time uses it.

Invariant: an account is subscribed to once at most, and a subscription's id is never used again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from orderlists_simulator._refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderlists_simulator._keys import ApiKey
    from orderlists_simulator._timing import TimeUnit

_MOST_ACTIVE, _MOST_IDS = 1000, 65535


@frozen
class Subscription:
    """Somebody who is told what happens to an account.

    Attributes:
        number: Its id on this connection.
        account: Whose lists it is about.
        by_logon: Whether it belongs to who is logged on, and ends with that.
    """

    number: int
    account: str
    by_logon: bool


class Session:
    """The state of one connection.

    Args:
        since: When it was opened, in nanoseconds.
        unit: Of the times in its replies and events.
        returns_rate_limits: Whether replies tell how much is used, unless a request says otherwise.

    Attributes:
        key: Who is logged on; None if nobody is.
        authorized_since: Since when, in nanoseconds.
    """

    def __init__(self, *, since: int, unit: TimeUnit, returns_rate_limits: bool) -> None:
        self.since = since
        self.unit = unit
        self.returns_rate_limits = returns_rate_limits
        self.key: ApiKey | None = None
        self.authorized_since: int | None = None
        self._subscriptions: dict[int, Subscription] = {}
        self._given = 0

    def log_on(self, key: ApiKey, *, now: int) -> None:
        """Let a key stand for every request that names none."""
        self.key = key
        self.authorized_since = now

    def log_out(self) -> tuple[Subscription, ...]:
        """Let no key stand for requests any more, and return the subscriptions that end."""
        self.key = None
        self.authorized_since = None
        return self._end([each for each in self if each.by_logon])

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._subscriptions.values()))

    def subscribe(self, account: str, *, by_logon: bool) -> Subscription:
        """Tell this connection what happens to an account.

        Raises:
            Refused: -2035, it is told already; -2042, there are too many subscriptions.
        """
        if any(each.account == account for each in self):
            raise Refused(-2035, "User Data Stream subscription already active.")
        if len(self._subscriptions) >= _MOST_ACTIVE or self._given >= _MOST_IDS:
            raise Refused(-2042, "Too many User Data Stream subscriptions on this connection.")
        made = Subscription(self._given, account, by_logon)
        self._given += 1
        self._subscriptions[made.number] = made
        return made

    def unsubscribe(self, number: int | None) -> tuple[Subscription, ...]:
        """End a subscription, or all if None, and return those that ended.

        Raises:
            Refused: -2036, there is none.
        """
        ending = [each for each in self if number in {None, each.number}]
        if not ending:
            raise Refused(-2036, "User Data Stream subscription not active.")
        return self._end(ending)

    def _end(self, ending: list[Subscription]) -> tuple[Subscription, ...]:
        for each in ending:
            del self._subscriptions[each.number]
        return tuple(ending)
