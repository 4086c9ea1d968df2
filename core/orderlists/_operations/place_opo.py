"""The New Order list - OPO operation."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import field, frozen

from orderlists._models.order_lists import PlacedOrderList
from orderlists._operations import validators as v
from orderlists._operations.base import Operation
from orderlists._operations.placement import (
    Placement,
    check_single,
    check_working,
    placement,
)
from orderlists.enums import Side
from orderlists.legs import AnyLeg, WorkingLeg

PLACE_OPO = placement("OPO", 2)


@frozen(kw_only=True, repr=False, slots=False)
class PlaceOpo(Placement):
    """Buy, and sell what was bought by a second order, released when the first is filled.

    The exchange takes the quantity of the second order from the first, less commission.

    Args:
        symbol: The symbol, such as ``LTCBTC``.
        working_quantity: The quantity to buy: Decimal, int or text, never a float.
        working: The order that buys: `Limit` or `LimitMaker`.
        pending: The order that sells, of any type.
        list_client_order_id: As in `PlaceOco`, as are the others.
        new_order_resp_type: As above.
        self_trade_prevention_mode: As above.
        recv_window: As above.

    Raises:
        InvalidRequest: A value breaks a rule; nothing was sent.

    Source: *New Order list - OPO (TRADE)*, ``POST /api/v3/orderList/opo``.

    >>> from orderlists.legs import LimitMaker
    >>> request = PlaceOpo(
    ...     symbol="LTCBTC",
    ...     working_quantity="5",
    ...     working=LimitMaker(price="1.00"),
    ...     pending=LimitMaker(price="3.00"),
    ... )
    >>> request.parameters()[1:4]
    [('workingSide', 'BUY'), ('workingQuantity', Decimal('5')), ('pendingSide', 'SELL')]
    """

    operation: ClassVar[Operation[PlacedOrderList]] = PLACE_OPO
    slots: ClassVar[tuple[str, ...]] = ("working", "pending")

    working_side: Side = field(init=False, default=Side.BUY)
    working_quantity: Decimal = field(converter=v.to_amount, validator=v.check_amount)
    working: WorkingLeg
    pending_side: Side = field(init=False, default=Side.SELL)
    pending: AnyLeg

    def __attrs_post_init__(self) -> None:
        check_working(self)
        check_single(self)
        super().__attrs_post_init__()
