"""What can be asked of the venue, by whichever protocol that has named parameters.

An endpoint reads its parameters first and asks the venue afterwards: between the two the front
makes sure that the request is in time and signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from attrs import frozen

from orderlists_simulator._parameters import CLIENT_ID, LONG, SYMBOL
from orderlists_simulator._refused import Refused
from orderlists_simulator._replies import canceled_list, found_order, list_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._parameters import Parameters
    from orderlists_simulator._replies import JsonObject
    from orderlists_simulator._timing import TimeUnit
    from orderlists_simulator._venue import Venue


Security: TypeAlias = Literal["NONE", "USER_DATA", "TRADE"]
"""What a request needs: nothing, a signature, or that of a key that may trade."""


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
        security: Who may ask.
        weight: What it costs.
        free_if_done: Whether it costs nothing where it is not refused.
        read: Reads all its parameters; refuses what it does not know.
    """

    security: Security
    weight: int
    free_if_done: bool = False
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


def _read_list_query(parameters: Parameters) -> Act:
    order_list_id = parameters.optional("orderListId", LONG)
    name = parameters.optional("origClientOrderId", CLIENT_ID)
    parameters.refuse_unread()
    if order_list_id is None and name is None:
        raise Refused(
            -1128,
            "Combination of optional parameters invalid. "
            "Recommendation: 'orderListId' should also be sent.",
        )

    def act(venue: Venue, *, account: str, unit: TimeUnit, now: int) -> JsonObject:
        found = venue.query_list(
            order_list_id=order_list_id, orig_client_order_id=name, account=account, now=now
        )
        return list_facts(found, unit)

    return act


def _read_order_query(parameters: Parameters) -> Act:
    symbol = parameters.mandatory("symbol", SYMBOL)
    order_id = parameters.optional("orderId", LONG)
    name = parameters.optional("origClientOrderId", CLIENT_ID)
    parameters.refuse_unread()
    parameters.require_one("origClientOrderId", "orderId")

    def act(venue: Venue, *, account: str, unit: TimeUnit, now: int) -> JsonObject:
        found = venue.query_order(
            symbol=symbol,
            order_id=order_id,
            orig_client_order_id=name,
            account=account,
            now=now,
        )
        return found_order(found, unit)

    return act


def _read_time_query(parameters: Parameters) -> Act:
    parameters.refuse_unread()

    def act(venue: Venue, *, account: str, unit: TimeUnit, now: int) -> JsonObject:
        del venue, account
        return {"serverTime": unit.written(now)}

    return act


CANCEL_LIST = Endpoint(security="TRADE", weight=1, free_if_done=True, read=_read_cancel)
GET_LIST = Endpoint(security="USER_DATA", weight=4, read=_read_list_query)
GET_ORDER = Endpoint(security="USER_DATA", weight=4, read=_read_order_query)
GET_TIME = Endpoint(security="NONE", weight=1, read=_read_time_query)
