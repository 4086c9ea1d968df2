"""The legs of a placement as orders: with side and quantity, which belong to the list."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import frozen

from orderlists._operations.placement import Placement
from orderlists._operations.symbol_check.findings import Finding, Judgement
from orderlists.enums import OrderType, Side
from orderlists.legs import Leg, Market, StopLoss, StopLossLimit, TakeProfit, TakeProfitLimit

_STOPS = (StopLoss, StopLossLimit)
_PROFITS = (TakeProfit, TakeProfitLimit)


@frozen(kw_only=True)
class PlacedLeg:
    """A leg, with what the list says about it.

    Attributes:
        slot: The field of the placement that holds it.
        side: Its side.
        quantity: None of the pending legs of an OPO: what the working order receives.
        leg: The leg.
    """

    slot: str
    side: Side
    quantity: Decimal | None
    leg: Leg

    def get(self, field: str) -> Any:  # noqa: ANN401 - of any field
        """Return the value of a field; None if this type of leg does not have it."""
        if field == "quantity":
            return self.quantity
        value = getattr(self.leg, field, None)
        # Replies show a price that a pegged order was not given as 0.
        return None if field == "price" and value == 0 and self.is_pegged else value

    @property
    def type(self) -> OrderType:
        """The type of the order."""
        return self.leg.type

    @property
    def is_market(self) -> bool:
        """Whether it is a market order from the start."""
        return isinstance(self.leg, Market)

    @property
    def is_stop(self) -> bool:
        """Whether it waits for a price: an "algo" order."""
        return isinstance(self.leg, _STOPS + _PROFITS)

    @property
    def becomes_market(self) -> bool:
        """Whether it becomes a market order when it is triggered."""
        return isinstance(self.leg, StopLoss | TakeProfit)

    @property
    def is_pegged(self) -> bool:
        """Whether its price follows the order book."""
        return self.get("peg_price_type") is not None

    @property
    def is_iceberg(self) -> bool:
        """Whether a part of the quantity is hidden; a visible quantity of 0 hides nothing."""
        return bool(self.get("iceberg_qty"))

    @property
    def trigger_is_above(self) -> bool:
        """Whether a rising price triggers it; only of one that is a stop."""
        return isinstance(self.leg, _STOPS) == (self.side is Side.BUY)

    def finding(self, judgement: Judgement, rule: str, field: str | None, text: str) -> Finding:
        """Return a finding about one of its fields."""
        value = None if field is None else self.get(field)
        return Finding(
            judgement=judgement,
            rule=rule,
            leg=self.slot,
            field=field,
            value=str(value) if isinstance(value, OrderType) else value,
            text=text,
        )


def legs_of(request: Placement) -> list[PlacedLeg]:
    """Return the legs of a placement, in the order of its slots."""
    return [
        PlacedLeg(
            slot=slot,
            side=_of_list(request, slot, "side"),
            quantity=_of_list(request, slot, "quantity"),
            leg=leg,
        )
        for slot, leg in request.legs.items()
    ]


def _of_list(request: Placement, slot: str, name: str) -> Any:  # noqa: ANN401 - of any field
    """Return what a list says of a leg; the fields of an OCO have no prefix."""
    phase = slot.partition("_")[0]
    prefix = f"{phase}_" if phase in {"working", "pending"} else ""
    return getattr(request, prefix + name, None)
