"""The New Order list - OCO operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import PlacedOrderList
from orderlists._operations import validators as v
from orderlists._operations.base import Operation
from orderlists._operations.placement import (
    Placement,
    check_pair,
    check_prices,
    check_side,
    placement,
)
from orderlists.enums import Side
from orderlists.legs import ProfitLeg, StopLeg

PLACE_OCO = placement("OCO", 2)


@frozen(kw_only=True, repr=False, slots=False)
class PlaceOco(Placement):
    """Place a pair of orders of which the execution of one expires the other.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        side: Of both orders.
        quantity: Of both orders: Decimal, int or text, never a float.
        above: The leg above the market: of a SELL the profit (`LimitMaker`, `TakeProfit` or
            `TakeProfitLimit`), of a BUY the stop (`StopLoss` or `StopLossLimit`).
        below: The leg below the market: the other one.
        list_client_order_id: The client id of the list, unique among open lists.  The client
            generates one by default, as for each leg.  Give no two lists the same ids: where an
            older list has yours, a lost reply can stay unknown, and the reply to the older one
            counts as that to this one if a proxy swaps them.
        new_order_resp_type: How much the reply says; ``FULL`` by default.
        self_trade_prevention_mode: What happens to orders that would trade with one's own.
        recv_window: How long the request stays valid, as in `CancelOrderList`.

    Raises:
        InvalidRequest: A value breaks a rule; nothing was sent.

    Source: *New Order list - OCO (TRADE)*, ``POST /api/v3/orderList/oco``.

    >>> from orderlists.legs import LimitMaker, StopLoss
    >>> request = PlaceOco(
    ...     symbol="LTCBTC",
    ...     side=Side.SELL,
    ...     quantity="5",
    ...     above=LimitMaker(price="3.00"),
    ...     below=StopLoss(stop_price="1.00"),
    ... )
    >>> request.parameters()[:5]  # doctest: +NORMALIZE_WHITESPACE
    [('symbol', 'LTCBTC'), ('side', 'SELL'), ('quantity', Decimal('5')),
     ('aboveType', 'LIMIT_MAKER'), ('abovePrice', Decimal('3.00'))]
    """

    operation: ClassVar[Operation[PlacedOrderList]] = PLACE_OCO
    slots: ClassVar[tuple[str, ...]] = ("above", "below")

    side: Side = field(converter=v.to_side, validator=check_side)
    quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    above: ProfitLeg | StopLeg
    below: ProfitLeg | StopLeg

    def __attrs_post_init__(self) -> None:
        check_pair(self, self.side, "above", "below")
        check_prices(self, "above", "below")
        super().__attrs_post_init__()
