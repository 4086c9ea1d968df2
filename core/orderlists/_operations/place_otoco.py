"""The New Order list - OTOCO operation."""

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
    check_side,
    check_working,
    placement,
)
from orderlists.enums import Side
from orderlists.legs import ProfitLeg, StopLeg, WorkingLeg

PLACE_OTOCO = placement("OTOCO", 3)


@frozen(kw_only=True, repr=False, slots=False)
class PlaceOtoco(Placement):
    """Place an order, and an OCO pair that is released when it is filled.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        working_side: The side of the first order.
        working_quantity: Its quantity: Decimal, int or text, never a float.
        working: The first order: `Limit` or `LimitMaker`.
        pending_side: The side of the pair.
        pending_quantity: The quantity of both orders of the pair.
        pending_above: The leg of the pair above the market, as in `PlaceOco`.
        pending_below: The leg of the pair below it.
        list_client_order_id: As in `PlaceOco`, as are the others.
        new_order_resp_type: As above.
        self_trade_prevention_mode: As above.
        recv_window: As above.

    Raises:
        InvalidRequest: A value breaks a rule; nothing was sent.

    Source: *New Order list - OTOCO (TRADE)*, ``POST /api/v3/orderList/otoco``.

    >>> from orderlists.enums import TimeInForce
    >>> from orderlists.legs import Limit, LimitMaker, StopLoss
    >>> request = PlaceOtoco(
    ...     symbol="LTCBTC",
    ...     working_side=Side.BUY,
    ...     working_quantity="5",
    ...     working=Limit(price="2.00", time_in_force=TimeInForce.GTC),
    ...     pending_side=Side.SELL,
    ...     pending_quantity="5",
    ...     pending_above=LimitMaker(price="3.00"),
    ...     pending_below=StopLoss(stop_price="1.00"),
    ... )
    >>> request.parameters()[-3:-1]
    [('pendingBelowType', 'STOP_LOSS'), ('pendingBelowStopPrice', Decimal('1.00'))]
    """

    operation: ClassVar[Operation[PlacedOrderList]] = PLACE_OTOCO
    slots: ClassVar[tuple[str, ...]] = ("working", "pending_above", "pending_below")

    working_side: Side = field(converter=v.to_side, validator=check_side)
    working_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    working: WorkingLeg
    pending_side: Side = field(converter=v.to_side, validator=check_side)
    pending_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    pending_above: ProfitLeg | StopLeg
    pending_below: ProfitLeg | StopLeg

    def __attrs_post_init__(self) -> None:
        check_working(self)
        check_pair(self, self.pending_side, "pending_above", "pending_below")
        super().__attrs_post_init__()
