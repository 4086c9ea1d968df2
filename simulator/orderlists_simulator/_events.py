"""What may happen to lists while a client is busy, as values to put into a plan.

Each is called with the venue and the time.  What cannot happen any more when its time has come is
refused by the venue, and does not.  What never could, because there is no such list or order, is a
mistake of whoever planned it: an AssertionError, for a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import field, fields, frozen
from attrs.validators import optional

from orderlists import InvalidSetting
from orderlists_simulator._amounts import amount
from orderlists_simulator._orders import Leg, Order, OrderList
from orderlists_simulator._range import within

if TYPE_CHECKING:
    from attrs import Attribute

    from orderlists_simulator._amounts import Amount
    from orderlists_simulator._terms import OrderStatus
    from orderlists_simulator._venue import Venue

_STATE = frozenset(
    {
        "client_order_id",
        "executed_qty",
        "expiry_reason",
        "pegged_price",
        "prevented_match_id",
        "prevented_quantity",
        "quote_qty",
        "status",
        "trailing_time",
    }
)


_an_id = within(0, whole=True)


def _check_amount(_event: object, attribute: Attribute[Any], value: Amount) -> None:
    amount(value, attribute.name)


def _check_text(_event: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, str):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be text")


@frozen
class Fill:
    """An order is filled: see `Venue.fill`."""

    order_list_id: int = field(validator=_an_id)
    order_id: int = field(validator=_an_id)
    quantity: Amount | None = field(default=None, validator=optional(_check_amount))

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        orders = _known(venue, self).orders
        if all(order.order_id != self.order_id for order in orders):
            raise AssertionError(f"{self}: the list has no such order")
        venue.fill(self.order_list_id, self.order_id, quantity=self.quantity, now=now)


@frozen
class Expire:
    """A list expires: see `Venue.expire`."""

    order_list_id: int = field(validator=_an_id)

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        _known(venue, self)
        venue.expire(self.order_list_id, now=now)


@frozen
class Cancel:
    """Somebody else with a key of the account cancels a list.

    Attributes:
        order_list_id: The list.
        by: The id of that cancel; the venue makes one if None.
    """

    order_list_id: int = field(validator=_an_id)
    by: str | None = field(default=None, validator=optional(_check_text))

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        before = _known(venue, self)
        venue.cancel(
            symbol=before.symbol,
            order_list_id=self.order_list_id,
            new_client_order_id=self.by,
            account=before.account,
            now=now,
        )


@frozen
class PlaceAgain:
    """A list that is over is placed anew, under the same client id; its orders get new ones."""

    order_list_id: int = field(validator=_an_id)

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Let it happen."""
        before = _known(venue, self)
        first, *others = before.orders
        later: OrderStatus = "NEW" if before.contingency_type == "OCO" else "PENDING_NEW"
        venue.open_list(
            symbol=before.symbol,
            contingency_type=before.contingency_type,
            legs=[_fresh(first, "NEW"), *(_fresh(each, later) for each in others)],
            list_client_order_id=before.list_client_order_id,
            account=before.account,
            now=now,
        )


def _known(venue: Venue, event: Fill | Expire | Cancel | PlaceAgain) -> OrderList:
    try:
        return venue.order_list(event.order_list_id)
    except KeyError as error:
        raise AssertionError(f"{event}: there is no such list") from error


def _fresh(order: Order, status: OrderStatus) -> Leg:
    names = [each.name for each in fields(Leg) if each.name not in _STATE]
    return Leg(**{name: getattr(order, name) for name in names}, status=status)
