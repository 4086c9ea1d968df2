"""How one order of a list works: its type, its prices, and what else belongs to the order alone.

A leg has no side and no quantity: those belong to the list.  Source: *New Order lists*, the tables
of mandatory parameters by type.

>>> Limit(price="2.00", time_in_force=TimeInForce.GTC)
Limit(price=Decimal('2.00'), time_in_force=TimeInForce('GTC'))
>>> StopLoss(stop_price=0.5)
Traceback (most recent call last):
orderlists.errors.InvalidRequest: stop_price=0.5: must be an int, a Decimal or plain decimal ...
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache, wraps
from typing import Any, Self, TypeAlias

from attrs import field, fields, frozen

from orderlists._models.fields import camel_case
from orderlists._operations import validators as v
from orderlists._operations.base import Parameter
from orderlists._operations.rules import Rule
from orderlists.enums import OrderType, PegOffsetType, PegPriceType, TimeInForce

__all__ = [
    "Limit",
    "LimitMaker",
    "Market",
    "StopLoss",
    "StopLossLimit",
    "TakeProfit",
    "TakeProfitLimit",
]


@frozen(kw_only=True, repr=False, slots=False)
class Leg:
    """What every leg has.

    Attributes:
        type: The type of the order.
        client_order_id: The client id of the order; a client generates one by default.
        strategy_id: Your own id of the strategy.
        strategy_type: Your own number for the kind of strategy, 1000000 or more.
    """

    type: OrderType = field(init=False)
    client_order_id: str | None = field(
        default=None, converter=v.plain_text_or_none, validator=v.check_client_id
    )
    strategy_id: int | None = field(default=None, validator=v.check_integer(Rule.STRATEGY_ID))
    strategy_type: int | None = field(default=None, validator=v.check_integer(Rule.STRATEGY_TYPE))

    def __init_subclass__(cls) -> None:
        """Reject slots, which `named` and `parameters` do not see."""
        if cls.__dict__.get("__slots__"):
            raise TypeError(f"{cls.__name__} must have no slots: @frozen(slots=False)")

    @property
    def is_priced_later(self) -> bool:
        """Whether the exchange makes its price: it is pegged, or it trails."""
        values = vars(self)
        is_pegged = values.get("peg_price_type") is not None
        return is_pegged or values.get("trailing_delta") is not None

    def parameters(self, slot: str) -> list[Parameter]:
        """Return its parameters, under the name of its slot, such as ``pending_above``."""
        kind: Any = type(self)
        return v.sent(self, _wire_names(kind, slot))

    def named(self, client_order_id: str) -> Self:
        """Return the leg with a client id.

        Raises:
            InvalidRequest: The id breaks the rule.
        """
        v.check_client_id(self, _CLIENT_ORDER_ID, client_order_id)
        # The other fields are valid already: `evolve` would validate them again.
        named: Self = object.__new__(type(self))
        vars(named).update(vars(self))
        vars(named)["client_order_id"] = client_order_id
        return named

    def __repr__(self) -> str:
        given = (
            f"{each.name}={getattr(self, each.name)!r}"
            for each in fields(type(self))
            if each.init and getattr(self, each.name) is not None
        )
        return f"{type(self).__name__}({', '.join(given)})"


_CLIENT_ORDER_ID = fields(Leg).client_order_id


@cache
def _wire_names(kind: Any, slot: str) -> tuple[tuple[str, str], ...]:  # noqa: ANN401 - a class of legs
    """Return the attributes of a kind of legs with their names in a slot; the type comes first."""
    names = ("type", *(each.name for each in fields(kind) if each.init))
    return tuple((name, camel_case(f"{slot}_{name}")) for name in names)


@frozen(kw_only=True, repr=False, slots=False)
class _Priced(Leg):
    """A leg with a limit price, of its own or pegged.

    Attributes:
        price: The limit price; None only if it is pegged.
        iceberg_qty: The visible part of the quantity.
        peg_price_type: The price that it follows.
        peg_offset_type: The unit of the offset; together with the next one.
        peg_offset_value: The offset, 1 to 100.
    """

    price: Decimal | None = field(
        default=None, converter=v.to_amount_or_none, validator=v.check_amount_or_none
    )
    iceberg_qty: Decimal | None = field(
        default=None, converter=v.to_amount_or_none, validator=v.check_amount_or_none
    )
    peg_price_type: PegPriceType | None = field(
        default=None,
        converter=v.to_peg_price_type,
        validator=v.check_member(PegPriceType, Rule.PEG),
    )
    peg_offset_type: PegOffsetType | None = field(
        default=None,
        converter=v.to_peg_offset_type,
        validator=v.check_member(PegOffsetType, Rule.OFFSET_TYPE),
    )
    peg_offset_value: int | None = field(default=None, validator=v.check_integer(Rule.OFFSET_VALUE))

    def __attrs_post_init__(self) -> None:
        if self.peg_price_type is None:
            _require(self, "price", Rule.PRICE)
            for name in ("peg_offset_type", "peg_offset_value"):
                _refuse(self, name, Rule.OFFSET_ALONE)
        if (self.peg_offset_type is None) != (self.peg_offset_value is None):
            raise Rule.OFFSET_HALF.broken("peg_offset_type", self.peg_offset_type)


@frozen(kw_only=True, repr=False, slots=False)
class _Timed(_Priced):
    """A limit order.

    Attributes:
        time_in_force: How long it works; with `iceberg_qty` it must be ``GTC``.
    """

    time_in_force: TimeInForce = field(
        converter=v.to_time_in_force, validator=v.check_member(TimeInForce, Rule.TIME_IN_FORCE)
    )

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        _require(self, "time_in_force", Rule.GIVEN)
        if self.time_in_force is not TimeInForce.GTC:
            _refuse(self, "iceberg_qty", Rule.ICEBERG)


@frozen(kw_only=True, repr=False, slots=False)
class _Triggered(Leg):
    """A leg that waits for a price.

    Attributes:
        stop_price: The price that triggers it.
        trailing_delta: The distance of a trailing stop, in basis points.
    """

    stop_price: Decimal | None = field(
        default=None, converter=v.to_amount_or_none, validator=v.check_amount_or_none
    )
    trailing_delta: int | None = field(default=None, validator=v.check_integer(Rule.TRAILING_DELTA))

    def __attrs_post_init__(self) -> None:
        if self.trailing_delta is None:
            _require(self, "stop_price", Rule.TRIGGER)


@frozen(kw_only=True, repr=False, slots=False)
class Limit(_Timed):
    """A limit order.

    Args:
        price: The limit price: Decimal, int or text; may be left out if it is pegged.
        time_in_force: How long it works.
        iceberg_qty: The visible part of the quantity; needs ``GTC``.
        peg_price_type: The price that it follows.
        peg_offset_type: The unit of the offset.
        peg_offset_value: The offset, 1 to 100.
        client_order_id: The client id of the order.
        strategy_id: Your own id of the strategy.
        strategy_type: Your own number for the kind of strategy, 1000000 or more.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.LIMIT)


@frozen(kw_only=True, repr=False, slots=False)
class LimitMaker(_Priced):
    """A limit order that only makes: it is refused if it would match at once.

    Args:
        price: As in `Limit`, as are the others.
        iceberg_qty: The visible part of the quantity.
        peg_price_type: ``PRIMARY_PEG`` only.
        peg_offset_type: As above.
        peg_offset_value: As above.
        client_order_id: As above.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.

    >>> LimitMaker(price="3.00").parameters("above")
    [('aboveType', 'LIMIT_MAKER'), ('abovePrice', Decimal('3.00'))]
    """

    type: OrderType = field(init=False, default=OrderType.LIMIT_MAKER)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        if self.peg_price_type is PegPriceType.MARKET_PEG:
            raise Rule.PEG_OF_MAKER.broken("peg_price_type", self.peg_price_type)


@frozen(kw_only=True, repr=False, slots=False)
class Market(Leg):
    """A market order: the pending order of an OTO or OPO.

    Args:
        client_order_id: As in `Limit`, as are the others.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.MARKET)


@frozen(kw_only=True, repr=False, slots=False)
class StopLoss(_Triggered):
    """A market order once the price has moved against the position.

    Args:
        stop_price: The price that triggers it; this or `trailing_delta`, or both.
        trailing_delta: The distance of a trailing stop, in basis points.
        client_order_id: As in `Limit`, as are the others.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.STOP_LOSS)


@frozen(kw_only=True, repr=False, slots=False)
class TakeProfit(_Triggered):
    """A market order once the price has moved in favor of the position.

    Args:
        stop_price: As in `StopLoss`, as are the others.
        trailing_delta: As above.
        client_order_id: As above.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.TAKE_PROFIT)


@frozen(kw_only=True, repr=False, slots=False)
class _TriggeredLimit(_Triggered, _Timed):
    def __attrs_post_init__(self) -> None:
        _Triggered.__attrs_post_init__(self)
        _Timed.__attrs_post_init__(self)


@frozen(kw_only=True, repr=False, slots=False)
class StopLossLimit(_TriggeredLimit):
    """A limit order once the price has moved against the position.

    Args:
        stop_price: As in `StopLoss`.
        trailing_delta: As in `StopLoss`.
        price: As in `Limit`, as are the others.
        time_in_force: As above.
        iceberg_qty: As above.
        peg_price_type: As above.
        peg_offset_type: As above.
        peg_offset_value: As above.
        client_order_id: As above.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.STOP_LOSS_LIMIT)


@frozen(kw_only=True, repr=False, slots=False)
class TakeProfitLimit(_TriggeredLimit):
    """A limit order once the price has moved in favor of the position.

    Args:
        stop_price: As in `StopLoss`.
        trailing_delta: As in `StopLoss`.
        price: As in `Limit`, as are the others.
        time_in_force: As above.
        iceberg_qty: As above.
        peg_price_type: As above.
        peg_offset_type: As above.
        peg_offset_value: As above.
        client_order_id: As above.
        strategy_id: As above.
        strategy_type: As above.

    Raises:
        InvalidRequest: A value breaks a rule.
    """

    type: OrderType = field(init=False, default=OrderType.TAKE_PROFIT_LIMIT)


def _asking_for_time_in_force(init: Callable[..., None]) -> Callable[..., None]:
    @wraps(init)
    def __init__(self: object, **given: object) -> None:  # noqa: N807 - it takes its place
        if "time_in_force" not in given:
            raise Rule.GIVEN.broken("time_in_force", None)
        init(self, **given)

    return __init__


# Type checkers know that it must be given.  Others get the rule and its code, as for any other
# value, and not Python's error about arguments.
for _kind in (Limit, StopLossLimit, TakeProfitLimit):
    _kind.__init__ = _asking_for_time_in_force(_kind.__init__)  # type: ignore[method-assign]  # pyright: ignore[reportAttributeAccessIssue] - for those without types

WorkingLeg: TypeAlias = Limit | LimitMaker
StopLeg: TypeAlias = StopLoss | StopLossLimit
ProfitLeg: TypeAlias = LimitMaker | TakeProfit | TakeProfitLimit
AnyLeg: TypeAlias = (
    Limit | LimitMaker | Market | StopLoss | StopLossLimit | TakeProfit | TakeProfitLimit
)

KINDS: Mapping[OrderType, type[AnyLeg]] = {
    OrderType.LIMIT: Limit,
    OrderType.LIMIT_MAKER: LimitMaker,
    OrderType.MARKET: Market,
    OrderType.STOP_LOSS: StopLoss,
    OrderType.STOP_LOSS_LIMIT: StopLossLimit,
    OrderType.TAKE_PROFIT: TakeProfit,
    OrderType.TAKE_PROFIT_LIMIT: TakeProfitLimit,
}
"""The classes of legs by the type of the order."""


def _require(leg: Leg, name: str, rule: Rule) -> None:
    if getattr(leg, name) is None:
        raise rule.broken(name, None)


def _refuse(leg: Leg, name: str, rule: Rule) -> None:
    value = getattr(leg, name)
    if value is not None:
        raise rule.broken(name, value)
