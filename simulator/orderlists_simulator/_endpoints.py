"""What can be asked of the venue, by whichever protocol that has named parameters.

An endpoint reads its parameters first and asks the venue afterwards: between the two the front
makes sure that the request is in time and signed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from attrs import frozen

from orderlists_simulator._keys import MAIN
from orderlists_simulator._parameters import CLIENT_ID, LONG, SYMBOL
from orderlists_simulator._refused import Refused
from orderlists_simulator._replies import canceled_list, found_order, list_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from orderlists_simulator._keys import ApiKey
    from orderlists_simulator._parameters import Parameters
    from orderlists_simulator._replies import Json
    from orderlists_simulator._timing import TimeUnit
    from orderlists_simulator._venue import Venue


Security: TypeAlias = Literal["NONE", "USER_DATA", "USER_STREAM", "TRADE"]
"""What a request needs: nothing, a signature, or that of a key that may trade."""


@frozen(kw_only=True)
class Caller:
    """Who asks, when, and in which unit the reply is to tell times.

    Attributes:
        key: Whose request it is; None where nobody has to say.
        unit: Of the reply's times.
        now: In nanoseconds.
    """

    key: ApiKey | None
    unit: TimeUnit
    now: int

    @property
    def account(self) -> str:
        """Whose lists they are."""
        return MAIN if self.key is None else self.key.account


class Act(Protocol):
    """A request that was read: asks the venue, and returns the reply."""

    def __call__(self, venue: Venue, caller: Caller, /) -> Json:
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

    def act(venue: Venue, caller: Caller) -> Json:
        done = venue.cancel(
            symbol=symbol,
            order_list_id=order_list_id,
            list_client_order_id=name,
            new_client_order_id=cancel_id,
            account=caller.account,
            now=caller.now,
        )
        return canceled_list(done, caller.unit)

    return act


def _read_list_status(parameters: Parameters) -> Act:
    return _read_list_query(parameters, id_counts=False)


def _read_list_query(parameters: Parameters, *, id_counts: bool = True) -> Act:
    order_list_id = parameters.optional("orderListId", LONG)
    name = parameters.optional("origClientOrderId", CLIENT_ID)
    parameters.refuse_unread()
    if order_list_id is None and name is None:
        raise Refused(
            -1128,
            "Combination of optional parameters invalid. "
            "Recommendation: 'orderListId' should also be sent.",
        )

    def act(venue: Venue, caller: Caller) -> Json:
        found = venue.query_list(
            order_list_id=order_list_id if id_counts or name is None else None,
            orig_client_order_id=name,
            account=caller.account,
            now=caller.now,
        )
        return list_facts(found, caller.unit)

    return act


def _read_order_query(parameters: Parameters) -> Act:
    symbol = parameters.mandatory("symbol", SYMBOL)
    order_id = parameters.optional("orderId", LONG)
    name = parameters.optional("origClientOrderId", CLIENT_ID)
    parameters.refuse_unread()
    parameters.require_one("origClientOrderId", "orderId")

    def act(venue: Venue, caller: Caller) -> Json:
        found = venue.query_order(
            symbol=symbol,
            order_id=order_id,
            orig_client_order_id=name,
            account=caller.account,
            now=caller.now,
        )
        return found_order(found, caller.unit)

    return act


def _read_time_query(parameters: Parameters) -> Act:
    parameters.refuse_unread()

    def act(venue: Venue, caller: Caller) -> Json:
        del venue
        return {"serverTime": caller.unit.written(caller.now)}

    return act


def _read_ping(parameters: Parameters) -> Act:
    parameters.refuse_unread()
    return lambda _venue, _caller: {}


CANCEL_LIST = Endpoint(security="TRADE", weight=1, free_if_done=True, read=_read_cancel)
GET_LIST = Endpoint(security="USER_DATA", weight=4, read=_read_list_query)
# "orderListId: ignored if origClientOrderId is used": the WebSocket API says so, REST nothing.
LIST_STATUS = Endpoint(security="USER_DATA", weight=4, read=_read_list_status)
GET_ORDER = Endpoint(security="USER_DATA", weight=4, read=_read_order_query)
GET_TIME = Endpoint(security="NONE", weight=1, read=_read_time_query)
PING = Endpoint(security="NONE", weight=1, read=_read_ping)
