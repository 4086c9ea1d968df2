"""The symbols that are traded: their rules and their assets."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import get_args

from attrs import Attribute, Factory, field, frozen
from attrs.validators import deep_iterable

from orderlists import InvalidSetting
from orderlists_simulator._engine.enums import (
    OrderType,
    SelfTradePreventionMode,
    SymbolStatus,
)
from orderlists_simulator._engine.filter_figures import Filter, lot_step, to_filters
from orderlists_simulator._engine.rounding import SMALLEST
from orderlists_simulator._validators import Amount, amount, one_of

_QUOTE_ASSETS = ("FDUSD", "USDT", "USDC", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY")


def _step(value: Amount) -> Decimal:
    step = amount(value, "lot_step")
    if step == 0:
        raise InvalidSetting(field="lot_step", value=value, rule="must be more than 0")
    return step


_ORDER_TYPES: tuple[OrderType, ...] = get_args(OrderType)
_STP_MODES: tuple[SelfTradePreventionMode, ...] = get_args(SelfTradePreventionMode)


def _to_order_types(given: Iterable[OrderType]) -> tuple[OrderType, ...]:
    return tuple(given)


def _to_modes(given: Iterable[SelfTradePreventionMode]) -> tuple[SelfTradePreventionMode, ...]:
    return tuple(given)


def _check_name(_: Symbol, attribute: Attribute[str], value: object) -> None:
    if not (isinstance(value, str) and value):
        rule = "must be the name of a symbol, such as LTCBTC"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


def _check_default(
    symbol: Symbol,
    attribute: Attribute[SelfTradePreventionMode],
    value: SelfTradePreventionMode,
) -> None:
    if value not in symbol.allowed_self_trade_prevention_modes:
        rule = "must be one of allowed_self_trade_prevention_modes"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen
class Symbol:
    """A symbol that is traded, and its rules.  By default it allows everything.

    Attributes:
        name: Its name, such as ``LTCBTC``.
        status: Placements are refused unless it is ``TRADING``.
        order_types: The types of orders that may be placed.
        oco_allowed: Whether OCO lists may be placed, and those that have a pending pair.
        oto_allowed: Whether OTO, OTOCO, OPO and OPOCO lists may be placed.
        opo_allowed: Whether OPO and OPOCO lists may be placed.
        iceberg_allowed: Whether an order may have a visible quantity.
        allow_trailing_stop: Whether an order may have a trailing delta.
        peg_instructions_allowed: Whether an order may be pegged.
        allowed_self_trade_prevention_modes: The modes that an order may have.
        default_self_trade_prevention_mode: The mode of an order that names none.
        filters: Its filters as `exchangeInfo` lists them.  ``PRICE_FILTER``, ``LOT_SIZE``,
            ``MARKET_LOT_SIZE``, ``MIN_NOTIONAL``, ``NOTIONAL``, ``ICEBERG_PARTS`` and
            ``TRAILING_DELTA`` refuse placements; others are listed only.
        lot_step: The step to which the quantity that an OPO releases is rounded down, and the
            smallest one; by default that of ``LOT_SIZE``.

    Raises:
        InvalidSetting: A value is not of its kind, a figure of a filter is missing, or the step is
            0, a float, negative or not a number.

    >>> Symbol("LTCBTC", lot_step="0.001").lot_step
    Decimal('0.001')
    """

    name: str = field(validator=_check_name)
    status: SymbolStatus = field(default="TRADING", validator=one_of(SymbolStatus), kw_only=True)
    order_types: tuple[OrderType, ...] = field(
        default=_ORDER_TYPES,
        converter=_to_order_types,
        validator=deep_iterable(one_of(OrderType)),
        kw_only=True,
    )
    oco_allowed: bool = field(default=True, kw_only=True)
    oto_allowed: bool = field(default=True, kw_only=True)
    opo_allowed: bool = field(default=True, kw_only=True)
    iceberg_allowed: bool = field(default=True, kw_only=True)
    allow_trailing_stop: bool = field(default=True, kw_only=True)
    peg_instructions_allowed: bool = field(default=True, kw_only=True)
    allowed_self_trade_prevention_modes: tuple[SelfTradePreventionMode, ...] = field(
        default=_STP_MODES,
        converter=_to_modes,
        validator=deep_iterable(one_of(SelfTradePreventionMode)),
        kw_only=True,
    )
    default_self_trade_prevention_mode: SelfTradePreventionMode = field(
        default="NONE", validator=_check_default, kw_only=True
    )
    filters: tuple[Filter, ...] = field(default=(), converter=to_filters, hash=False, kw_only=True)
    lot_step: Decimal = field(
        default=Factory(lambda self: lot_step(self.filters) or SMALLEST, takes_self=True),
        converter=_step,
        kw_only=True,
    )


def check_known(symbol: str, known: Iterable[str], *, field: str) -> None:
    """Check a symbol of a setting, such as a price, before it is used.

    Args:
        symbol: Its name.
        known: The names of those that are traded.
        field: The name that an error gives to it.

    Raises:
        InvalidSetting: It is none of these.

    >>> check_known("LTCBTC", ["LTCBTC"], field="symbol")
    """
    names = tuple(known)
    if symbol not in names:
        rule = f"must be a symbol of the venue, which trades {', '.join(names)}"
        raise InvalidSetting(field=field, value=symbol, rule=rule)


def assets_of(symbol: str) -> tuple[str, str]:
    """Return the base asset and the quote asset of a symbol.

    >>> assets_of("LTCBTC"), assets_of("BTCUSDT"), assets_of("XYZABC")
    (('LTC', 'BTC'), ('BTC', 'USDT'), ('XYZ', 'ABC'))
    """
    found = (each for each in _QUOTE_ASSETS if symbol.endswith(each) and symbol != each)
    quote = next(found, symbol[-3:])
    return symbol.removesuffix(quote), quote
