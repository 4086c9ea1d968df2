"""What can be asked of the venue, by whichever protocol that has named parameters.

An endpoint reads its parameters first and asks the venue afterwards: between the two the front
makes sure that the request is in time and signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from orderlists_simulator._parameters import CLIENT_ID, LONG, SYMBOL
from orderlists_simulator._replies import canceled_list

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._parameters import Parameters
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._timing import TimeUnit
    from orderlists_simulator._venue import Venue


class Act(Protocol):
    """A request that was read: asks the venue, and returns the reply."""

    def __call__(self, venue: Venue, *, account: str, unit: TimeUnit, now: int) -> JsonObject:
        """Do it.

        Raises:
            Refused: The venue does not do it.
        """
        ...


@frozen(kw_only=True)
class Endpoint:
    """One kind of request.

    Attributes:
        weight: What it costs if it is refused.  A success is free.
        read: Reads all its parameters; refuses what it does not know.
    """

    weight: int
    read: Callable[[Parameters], Act]


def _read_cancel(parameters: Parameters) -> Act:
    symbol = parameters.mandatory("symbol", SYMBOL)
    order_list_id = parameters.optional("orderListId", LONG)
    name = parameters.optional("listClientOrderId", CLIENT_ID)
    cancel_id = parameters.optional("newClientOrderId", CLIENT_ID)
    parameters.refuse_unread()
    parameters.require_one("orderListId", "listClientOrderId")

    def act(venue: Venue, *, account: str, unit: TimeUnit, now: int) -> JsonObject:
        done = venue.cancel(
            symbol=symbol,
            order_list_id=order_list_id,
            list_client_order_id=name,
            new_client_order_id=cancel_id,
            account=account,
            now=now,
        )
        return canceled_list(done, unit)

    return act


CANCEL_LIST = Endpoint(weight=1, read=_read_cancel)
