"""The session of one connection: the key that is logged on, and the subscriptions.

Plain state without a lock.  A REST request has a session of its own, which ends with it.

Invariant: an account has at most one subscription, and the id of a subscription is not reused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from attrs import frozen

from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.keys import ApiKey
from orderlists_simulator._engine.time import TimeUnit
from orderlists_simulator._sbe.settings import SbeFormat

_MAX_ACTIVE, _MAX_IDS = 1000, 65535


@frozen
class Subscription:
    """A subscription to the user data stream of an account.

    Attributes:
        number: Its id on this connection.
        account: The account.
        by_logon: Whether it was made with the key that is logged on, and ends with the logon.
    """

    number: int
    account: str
    by_logon: bool


Terminated: TypeAlias = Callable[[tuple[Subscription, ...], int], object]


def _ignore(_ended: tuple[Subscription, ...], _now: int) -> None:
    return


class Session:
    """The state of one connection.

    Args:
        since: The time of its opening, in nanoseconds.
        unit: The unit of the times in its replies and events.
        returns_rate_limits: Whether replies contain the rate limits by default.
        sbe: The binary format of its replies and events; None for JSON.

    Attributes:
        key: The key that is logged on; None for none.
        authorized_since: The time of the logon, in nanoseconds.
        on_terminated: Receives the subscriptions that were ended by a request, and the time.
    """

    def __init__(
        self,
        *,
        since: int,
        unit: TimeUnit,
        returns_rate_limits: bool = True,
        sbe: SbeFormat | None = None,
    ) -> None:
        self.since = since
        # "SBE timestamps are always in microseconds", whatever was asked for.
        self.unit = unit if sbe is None else TimeUnit.MICROSECOND
        self.returns_rate_limits = returns_rate_limits
        self.sbe = sbe
        self.key: ApiKey | None = None
        self.authorized_since: int | None = None
        self.on_terminated: Terminated = _ignore
        self._subscriptions: dict[int, Subscription] = {}
        self._ids_used = 0

    def log_on(self, key: ApiKey, *, now: int) -> None:
        """Authenticate the connection: requests need neither a key nor a signature then."""
        self.key = key
        self.authorized_since = now

    def log_out(self, *, now: int) -> None:
        """End the authentication, and the subscription made with it."""
        self.key = None
        self.authorized_since = None
        self._terminate([each for each in self if each.by_logon], now)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(tuple(self._subscriptions.values()))

    def subscribe(self, account: str, *, by_logon: bool) -> Subscription:
        """Add a subscription.

        Raises:
            ApiError: -2035, the account has one; -2042, there are too many.
        """
        if any(each.account == account for each in self):
            raise ApiError(-2035, "User Data Stream subscription already active.")
        if len(self._subscriptions) >= _MAX_ACTIVE or self._ids_used >= _MAX_IDS:
            raise ApiError(-2042, "Too many User Data Stream subscriptions on this connection.")
        made = Subscription(self._ids_used, account, by_logon)
        self._ids_used += 1
        self._subscriptions[made.number] = made
        return made

    def unsubscribe(self, number: int | None, *, now: int) -> None:
        """End a subscription, or all of them if None.

        Raises:
            ApiError: -2036, there is no such subscription.
        """
        ending = [each for each in self if number in {None, each.number}]
        if not ending:
            raise ApiError(-2036, "User Data Stream subscription not active.")
        self._terminate(ending, now)

    def _terminate(self, ending: list[Subscription], now: int) -> None:
        for each in ending:
            del self._subscriptions[each.number]
        self.on_terminated(tuple(ending), now)
