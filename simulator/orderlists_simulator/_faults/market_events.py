"""Events of the market, as values for a plan.

Each is called with the venue and the time.  An event that comes too late, such as a fill of a
canceled order, is refused by the venue and does not happen.  An event about a list or an order that
does not exist is an error in the plan: an AssertionError.
"""

from __future__ import annotations

from typing import Any

from attrs import Attribute, field, fields, frozen
from attrs.validators import optional

from orderlists import InvalidSetting
from orderlists_simulator._engine.enums import OrderStatus
from orderlists_simulator._engine.orders import Leg, Order, VenueOrderList
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._validators import Amount, amount, in_range

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

_an_id = in_range(0, whole=True)


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
        """Fill the order."""
        orders = _existing(venue, self).orders
        if all(order.order_id != self.order_id for order in orders):
            raise AssertionError(f"{self}: the list has no such order")
        venue.fill(self.order_list_id, self.order_id, quantity=self.quantity, now=now)


@frozen
class Expire:
    """A list expires: see `Venue.expire`."""

    order_list_id: int = field(validator=_an_id)

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Expire the list."""
        _existing(venue, self)
        venue.expire(self.order_list_id, now=now)


@frozen
class Cancel:
    """Another client of the account cancels a list.

    Attributes:
        order_list_id: The list.
        by: The id of that cancel; generated if None.
    """

    order_list_id: int = field(validator=_an_id)
    by: str | None = field(default=None, validator=optional(_check_text))

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Cancel the list."""
        before = _existing(venue, self)
        venue.order_entry.cancel(
            symbol=before.symbol,
            order_list_id=self.order_list_id,
            new_client_order_id=self.by,
            account=before.account,
            now=now,
        )


@frozen
class PlaceAgain:
    """A finished list is placed again under the same client id, with new ids for its orders."""

    order_list_id: int = field(validator=_an_id)

    def __call__(self, venue: Venue, now: int, /) -> None:
        """Place the list."""
        before = _existing(venue, self)
        first, *others = before.orders
        is_oco = before.contingency_type == "OCO"
        later: OrderStatus = "NEW" if is_oco else "PENDING_NEW"
        venue.order_entry.place_list(
            symbol=before.symbol,
            contingency_type="OCO" if is_oco else "OTO",
            legs=[_leg_like(first, "NEW"), *(_leg_like(each, later) for each in others)],
            list_client_order_id=before.list_client_order_id,
            account=before.account,
            now=now,
        )


def _existing(venue: Venue, event: Fill | Expire | Cancel | PlaceAgain) -> VenueOrderList:
    try:
        return venue.order_list(event.order_list_id)
    except KeyError as error:
        raise AssertionError(f"{event}: there is no such list") from error


def _leg_like(order: Order, status: OrderStatus) -> Leg:
    names = [each.name for each in fields(Leg) if each.name not in _STATE]
    return Leg(**{name: getattr(order, name) for name in names}, status=status)
