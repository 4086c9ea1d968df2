"""What the placements of order lists share: legs in slots, client ids, and the result.

Invariant: once completed, a placement carries a client id for the list and for each leg, which
alone tell whether it was executed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from attrs import Attribute, field, fields, frozen

from orderlists._models.fields import camel_case
from orderlists._models.order_lists import Evidence, OrderList, PlacedOrderList
from orderlists._operations import validators as v
from orderlists._operations.base import Effect, Operation, Parameter, Request, Security
from orderlists._operations.recovery.place import recover_placement
from orderlists._operations.rules import Rule
from orderlists.enums import (
    ListOrderStatus,
    NewOrderRespType,
    SelfTradePreventionMode,
    Side,
)
from orderlists.errors import RejectedOrderList
from orderlists.legs import (
    Leg,
    Limit,
    LimitMaker,
    Market,
    StopLoss,
    StopLossLimit,
    TakeProfit,
    TakeProfitLimit,
)

STOPS: tuple[type[Leg], ...] = (StopLoss, StopLossLimit)
PROFITS: tuple[type[Leg], ...] = (LimitMaker, TakeProfit, TakeProfitLimit)
WORKING: tuple[type[Leg], ...] = (Limit, LimitMaker)
SINGLE: tuple[type[Leg], ...] = (*WORKING, Market, *STOPS, *PROFITS[1:])

_SIDES = (Side.BUY, Side.SELL)
_PAIR: tuple[type[Leg], ...] = (*STOPS, *PROFITS)

_Misplaced = tuple[tuple[tuple[type[Leg], ...], Rule], ...]
# By side, for above and below: the kinds of legs that may not be there, and the rule that forbids
# them.
_MISPLACED: dict[Side, tuple[_Misplaced, _Misplaced]] = {
    Side.SELL: (
        ((STOPS, Rule.SELL_STOP),),
        (((LimitMaker,), Rule.SELL_MAKER), (PROFITS, Rule.SELL_PROFIT)),
    ),
    Side.BUY: (
        (((LimitMaker,), Rule.BUY_MAKER), (PROFITS, Rule.BUY_PROFIT)),
        ((STOPS, Rule.BUY_STOP),),
    ),
}


def placement(name: str, orders: int) -> Operation[PlacedOrderList]:
    """Return the description of a placement.

    Args:
        name: Its name in upper case, as in the exchange's titles and, in lower case, in paths.
        orders: How many orders it places.
    """
    return Operation(
        name=f"New Order list - {name}",
        method="POST",
        path=f"/api/v3/orderList/{name.lower()}",
        websocket=f"orderList.place.{name.lower()}",
        weight=1,
        security=Security.TRADE,
        effect=Effect.PLACE,
        result=PlacedOrderList,
        recovery=recover_placement,
        unfilled_orders=orders,
    )


def check_side(_: object, attribute: Attribute[Side], value: object) -> None:
    """Reject anything but ``BUY`` and ``SELL``."""
    if value not in _SIDES:
        raise Rule.SIDE.broken(attribute.name, value)


@frozen(kw_only=True, repr=False, slots=False)
class Placement(Request[PlacedOrderList]):
    """A placement of an order list.

    Attributes:
        slots: The names of the fields that hold its legs, in the order of the documentation.
        symbol: The symbol, such as ``LTCBTC``.
        list_client_order_id: The client id of the list.
        new_order_resp_type: How much the reply says.
        self_trade_prevention_mode: What happens to orders that would trade with one's own.
        recv_window: How long the request stays valid.
        generated_ids: Those of its client ids that a client made: never used before.
    """

    slots: ClassVar[tuple[str, ...]]

    symbol: str = field(converter=v.plain_text, validator=v.check_symbol)
    list_client_order_id: str | None = field(
        default=None, converter=v.plain_text_or_none, validator=v.check_client_id
    )
    new_order_resp_type: NewOrderRespType = field(
        default=NewOrderRespType.FULL,
        converter=v.to_resp_type,
        validator=v.check_member(NewOrderRespType, Rule.RESPONSE_TYPE),
    )
    self_trade_prevention_mode: SelfTradePreventionMode | None = field(
        default=None,
        converter=v.to_stp_mode,
        validator=v.check_member(SelfTradePreventionMode, Rule.STP_MODE),
    )
    recv_window: Decimal | None = field(default=None, converter=v.to_recv_window)
    generated_ids: frozenset[str] = field(default=frozenset(), converter=frozenset, repr=False)

    def __attrs_post_init__(self) -> None:
        given = [each for each in self.client_order_ids if each is not None]
        if given and len(set(given)) < len(given):
            raise Rule.DISTINCT_IDS.broken("client_order_id", ", ".join(given))

    @property
    def legs(self) -> dict[str, Leg]:
        """The legs by their slots."""
        return {slot: getattr(self, slot) for slot in self.slots}

    @property
    def client_order_ids(self) -> tuple[str | None, ...]:
        """The client id of each leg."""
        values = vars(self)
        return tuple([values[slot].client_order_id for slot in self.slots])

    @property
    def all_ids_are_fresh(self) -> bool:
        """Whether the ids of the list and of each leg are all still to be generated."""
        return {self.list_client_order_id, *self.client_order_ids} == {None}

    def fresh_ids(self, new_id: Callable[[], str]) -> dict[str, object]:
        """Return the fields that a client fills in: the id of the list, and legs with ids."""
        fresh: dict[str, object] = {}
        made: set[str] = set(self.generated_ids)
        if self.list_client_order_id is None:
            name = v.checked_client_id("list_client_order_id", new_id())
            fresh["list_client_order_id"] = name
            made.add(name)
        for slot, leg in self.legs.items():
            if leg.client_order_id is None:
                made.add(name := new_id())
                fresh[slot] = leg.named(name)
        return {**fresh, "generated_ids": frozenset(made)} if fresh else {}

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        kind: Any = type(self)
        first, last = _wire_names(kind)
        parameters = v.sent(self, first)
        for slot in self.slots:
            parameters += getattr(self, slot).parameters(slot)
        return parameters + v.sent(self, last)

    def mismatch(self, result: PlacedOrderList) -> str | None:
        """Return why a list is not the one that this request placed.

        By its ids alone.  A list of any status but ``REJECT`` was placed, as in the recovery: a new
        value of the enumeration loses no placement.  A reply that was swapped for that to an older
        placement with the same ids is not noticed: it differs in its time at most, which proves
        nothing as long as the clock is not measured, and little where the engine has another.

        Raises:
            RejectedOrderList: The reply says that nothing was placed.
        """
        if result.symbol != self.symbol:
            return "it is about another symbol"
        # The exchange leaves out the name of a list that is over.
        if result.list_client_order_id not in {None, self.list_client_order_id}:
            return "it is about an order list with another client id"
        if {order.client_order_id for order in result.orders} != set(self.client_order_ids):
            return "it is about other orders"
        if result.list_order_status is ListOrderStatus.REJECT:
            raise RejectedOrderList(result)
        return None

    def placed(self, order_list: OrderList, evidence: Evidence) -> PlacedOrderList:
        """Return the result from the list that proves it."""
        facts = {each.name: getattr(order_list, each.name) for each in fields(OrderList)}
        return PlacedOrderList(**facts, evidence=evidence)


@cache
def _wire_names(kind: Any) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:  # noqa: ANN401 - a class of placements
    """Return the attributes that are sent before the legs and after them, and their wire names."""
    last = ("new_order_resp_type", "self_trade_prevention_mode", "recv_window")
    not_first = {*last, *kind.slots, "generated_ids"}
    first = (each.name for each in fields(kind) if each.name not in not_first)
    return _with_wire_names(first), _with_wire_names(last)


def _with_wire_names(names: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, camel_case(name)) for name in names)


def check_working(request: Placement) -> None:
    """Reject a working order of another kind than `Limit` and `LimitMaker`."""
    _check_leg(request, "working", WORKING, Rule.WORKING)


def check_single(request: Placement) -> None:
    """Reject a pending order that is no leg."""
    _check_leg(request, "pending", SINGLE, Rule.LEG)


def _check_leg(request: Placement, slot: str, kinds: tuple[type[Leg], ...], rule: Rule) -> None:
    leg = getattr(request, slot)
    if leg is None:
        raise Rule.GIVEN.broken(slot, leg)
    if not isinstance(leg, kinds):
        raise (rule if isinstance(leg, Leg) else Rule.LEG).broken(slot, leg)


def check_pair(request: Placement, side: Side, above: str, below: str) -> None:
    """Reject a pair of legs of which the exchange would accept none or one alone.

    Args:
        request: The placement.
        side: The side of both.
        above: The slot of the leg above the market.
        below: The slot of the leg below it.
    """
    for slot in (above, below):
        _check_leg(request, slot, _PAIR, Rule.PAIR_TYPE)
    high, low = getattr(request, above), getattr(request, below)
    if isinstance(high, LimitMaker) and isinstance(low, LimitMaker):
        raise Rule.PAIR_OF_MAKERS.broken(below, low)
    for slot, leg, misplaced in zip((above, below), (high, low), _MISPLACED[side], strict=True):
        for kinds, rule in misplaced:
            if isinstance(leg, kinds):
                raise rule.broken(slot, leg)


def check_prices(request: Placement, above: str, below: str) -> None:
    """Reject a pair whose legs are at each other's side of the market.

    The prices of pegged and trailing legs are the exchange's to judge.
    """
    high, low = getattr(request, above), getattr(request, below)
    if high.is_priced_later or low.is_priced_later:
        return
    if _reference(high) <= _reference(low):
        raise Rule.PRICES.broken(above, str(_reference(high)))


def _reference(leg: Any) -> Any:  # noqa: ANN401 - a leg of a pair, and a Decimal
    """Return the price that the market has to reach."""
    return leg.price if isinstance(leg, LimitMaker | TakeProfitLimit) else leg.stop_price
