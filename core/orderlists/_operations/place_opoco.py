"""The New Order list - OPOCO operation."""

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
    check_working,
    placement,
)
from orderlists.enums import Side
from orderlists.legs import ProfitLeg, StopLeg, WorkingLeg

PLACE_OPOCO = placement("OPOCO", 3)


@frozen(kw_only=True, repr=False, slots=False)
class PlaceOpoco(Placement):
    """Buy, and sell what was bought by an OCO pair, released when the first order is filled.

    The exchange takes the quantity of the pair from the first order, less commission.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        working_quantity: The quantity to buy: Decimal, int or text, never a float.
        working: The order that buys: `Limit` or `LimitMaker`.
        pending_above: The leg above the market that sells, as in `PlaceOco`: the profit.
        pending_below: The leg below the market that sells: the stop.
        list_client_order_id: As in `PlaceOco`, as are the others.
        new_order_resp_type: As above.
        self_trade_prevention_mode: As above.
        recv_window: As above.

    Raises:
        InvalidRequest: A value breaks a rule; nothing was sent.

    Source: *New Order list - OPOCO (TRADE)*, ``POST /api/v3/orderList/opoco``.

    >>> from orderlists.legs import LimitMaker, StopLoss
    >>> request = PlaceOpoco(
    ...     symbol="LTCBTC",
    ...     working_quantity="5",
    ...     working=LimitMaker(price="1.00"),
    ...     pending_above=LimitMaker(price="3.00"),
    ...     pending_below=StopLoss(stop_price="0.50"),
    ... )
    >>> request.parameters()[1:4]
    [('workingSide', 'BUY'), ('workingQuantity', Decimal('5')), ('pendingSide', 'SELL')]
    """

    operation: ClassVar[Operation[PlacedOrderList]] = PLACE_OPOCO
    slots: ClassVar[tuple[str, ...]] = ("working", "pending_above", "pending_below")

    working_side: Side = field(init=False, default=Side.BUY)
    working_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    working: WorkingLeg
    pending_side: Side = field(init=False, default=Side.SELL)
    pending_above: ProfitLeg | StopLeg
    pending_below: ProfitLeg | StopLeg

    def __attrs_post_init__(self) -> None:
        check_working(self)
        check_pair(self, self.pending_side, "pending_above", "pending_below")
        super().__attrs_post_init__()
