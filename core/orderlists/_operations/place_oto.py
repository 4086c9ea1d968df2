"""The New Order list - OTO operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import PlacedOrderList
from orderlists._operations import validators as v
from orderlists._operations.base import Operation
from orderlists._operations.placement import (
    Placement,
    check_side,
    check_single,
    check_working,
    placement,
)
from orderlists.enums import Side
from orderlists.legs import AnyLeg, WorkingLeg

PLACE_OTO = placement("OTO", 2)


@frozen(kw_only=True, repr=False, slots=False)
class PlaceOto(Placement):
    """Place an order, and another one that is released when the first is filled.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        working_side: The side of the first order.
        working_quantity: Its quantity: Decimal, int or text, never a float.
        working: The first order: `Limit` or `LimitMaker`.
        pending_side: The side of the second order.
        pending_quantity: Its quantity.
        pending: The second order, of any type.
        list_client_order_id: As in `PlaceOco`, as are the others.
        new_order_resp_type: As above.
        self_trade_prevention_mode: As above.
        recv_window: As above.

    Raises:
        InvalidRequest: A value breaks a rule; nothing was sent.

    Source: *New Order list - OTO (TRADE)*, ``POST /api/v3/orderList/oto``.

    >>> from orderlists.enums import TimeInForce
    >>> from orderlists.legs import Limit, Market
    >>> request = PlaceOto(
    ...     symbol="LTCBTC",
    ...     working_side=Side.BUY,
    ...     working_quantity="5",
    ...     working=Limit(price="2.00", time_in_force=TimeInForce.GTC),
    ...     pending_side=Side.SELL,
    ...     pending_quantity="5",
    ...     pending=Market(),
    ... )
    >>> request.parameters()[-2:]
    [('pendingType', 'MARKET'), ('newOrderRespType', 'FULL')]
    """

    operation: ClassVar[Operation[PlacedOrderList]] = PLACE_OTO
    slots: ClassVar[tuple[str, ...]] = ("working", "pending")

    working_side: Side = field(converter=v.to_side, validator=check_side)
    working_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    working: WorkingLeg
    pending_side: Side = field(converter=v.to_side, validator=check_side)
    pending_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    pending: AnyLeg

    def __attrs_post_init__(self) -> None:
        check_working(self)
        check_single(self)
        super().__attrs_post_init__()
