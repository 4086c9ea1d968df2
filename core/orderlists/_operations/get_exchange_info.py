"""The Exchange Information operation, and the rules of symbols that it returns."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, get_args

from attrs import Attribute, field, frozen

from orderlists._models.base import Result
from orderlists._models.filters import Filter, LotSize, PriceFilter
from orderlists._operations import validators as v
from orderlists._operations.base import Operation, Parameter, Request, Security
from orderlists._operations.placement import Placement
from orderlists._operations.symbol_check.check import check_placement
from orderlists._operations.symbol_check.exact import Rounding, rounded
from orderlists._operations.symbol_check.findings import SymbolCheck
from orderlists._rate_limits import ListedRateLimit
from orderlists._time import Instant
from orderlists.enums import OrderType, SelfTradePreventionMode, SymbolStatus
from orderlists.errors import InvalidInput, InvalidRequest


@frozen(kw_only=True, slots=False, repr=False)
class SymbolInfo(Result):
    """A symbol and its rules.

    Attributes:
        symbol: The symbol.
        status: Whether it is traded.
        base_asset: What is traded.
        quote_asset: In what it is paid.
        base_asset_precision: The decimals of quantities.
        quote_asset_precision: The decimals of prices.
        order_types: The types of orders that it has.
        filters: Its filters; a `Filter` of no other class is of an unknown type.
        iceberg_allowed: Whether an order may have a visible quantity.
        oco_allowed: Whether an OCO may be placed, alone or as the pair of another list.
        oto_allowed: Whether an OTO or OTOCO may be placed.
        opo_allowed: Whether, with `oto_allowed`, an OPO or OPOCO may be placed.
        allow_trailing_stop: Whether an order may have a trailing delta.
        cancel_replace_allowed: Whether an order may be canceled and replaced by one request.
        amend_allowed: Whether an order may be amended.
        peg_instructions_allowed: Whether an order may be pegged.
        quote_order_qty_market_allowed: Whether a market order may have a quote quantity.
        is_spot_trading_allowed: Whether it is traded on the spot market.
        is_margin_trading_allowed: Whether it is traded on margin.
        permission_sets: Of each set, an account needs one permission.
        default_self_trade_prevention_mode: The mode of an order that names none.
        allowed_self_trade_prevention_modes: The modes that an order may name.
    """

    symbol: str
    status: SymbolStatus
    base_asset: str | None = None
    quote_asset: str | None = None
    base_asset_precision: int | None = None
    quote_asset_precision: int | None = None
    order_types: tuple[OrderType, ...]
    filters: tuple[Filter, ...]
    iceberg_allowed: bool | None = None
    oco_allowed: bool | None = None
    oto_allowed: bool | None = None
    opo_allowed: bool | None = None
    allow_trailing_stop: bool | None = None
    cancel_replace_allowed: bool | None = None
    amend_allowed: bool | None = None
    peg_instructions_allowed: bool | None = None
    quote_order_qty_market_allowed: bool | None = None
    is_spot_trading_allowed: bool | None = None
    is_margin_trading_allowed: bool | None = None
    permission_sets: tuple[tuple[str, ...], ...] = ()
    default_self_trade_prevention_mode: SelfTradePreventionMode | None = None
    allowed_self_trade_prevention_modes: tuple[SelfTradePreventionMode, ...] = ()

    def check(self, request: Placement) -> SymbolCheck:
        """Check a placement against these rules, before it is sent.

        Nothing is sent, and the request is not changed.  The filters of the exchange as a whole,
        which are in `ExchangeInfo`, are no part of it.

        Args:
            request: `PlaceOco`, `PlaceOto`, `PlaceOtoco`, `PlaceOpo` or `PlaceOpoco`.

        Raises:
            InvalidInput: It is no placement, or one on another symbol.

        Source: *Filters*, *Exchange information*.
        """
        return check_placement(self, request)

    def round_price(self, price: Decimal | int | str, rounding: Rounding) -> Decimal:
        """Return the price that is next to this one by the tick size; itself if it fits.

        A price that is rounded may still be below or above the range of the filter.

        Args:
            price: The price: Decimal, int or text, never a float.
            rounding: ``"down"`` or ``"up"``.

        Raises:
            InvalidInput: The price is no amount, or the direction is another one.
        """
        steps = [each.tick_size for each in self.filters if isinstance(each, PriceFilter)]
        return _rounded("price", price, steps, rounding)

    def round_quantity(self, quantity: Decimal | int | str, rounding: Rounding) -> Decimal:
        """Return the quantity that is next to this one by the step of `LotSize`; see `round_price`.

        Args:
            quantity: The quantity: Decimal, int or text, never a float.
            rounding: ``"down"`` or ``"up"``.

        Raises:
            InvalidInput: The quantity is no amount, or the direction is another one.
        """
        steps = [each.step_size for each in self.filters if isinstance(each, LotSize)]
        return _rounded("quantity", quantity, steps, rounding)

    def __repr__(self) -> str:
        return f"<SymbolInfo {self.symbol} {self.status} {len(self.filters)} filters>"


def _rounded(
    name: str, value: Decimal | int | str, steps: Iterable[Decimal], rounding: Rounding
) -> Decimal:
    amount = v.exact_amount(name, value)
    if rounding not in get_args(Rounding):
        raise InvalidInput(field="rounding", value=rounding, rule="must be 'down' or 'up'")
    step = next((each for each in steps if each != 0), None)
    return amount if step is None else rounded(amount, step, rounding)


@frozen(kw_only=True, slots=False, repr=False)
class ExchangeInfo(Result):
    """The rules of the exchange and of its symbols.

    Attributes:
        timezone: The time zone of the exchange.
        server_time: The exchange's clock when it replied.
        rate_limits: The rate limits, for `RateLimits`.
        exchange_filters: The filters of the exchange as a whole.
        symbols: The symbols that were asked for.
    """

    timezone: str | None = None
    server_time: Instant
    rate_limits: tuple[ListedRateLimit, ...] = ()
    exchange_filters: tuple[Filter, ...] = ()
    symbols: tuple[SymbolInfo, ...]

    def symbol(self, name: str) -> SymbolInfo:
        """Return a symbol.

        Raises:
            InvalidInput: There is none of this name.
        """
        for each in self.symbols:
            if each.symbol == name:
                return each
        raise InvalidInput(field="name", value=name, rule="must be a symbol that was asked for")

    def __repr__(self) -> str:
        return f"<ExchangeInfo {len(self.symbols)} symbols>"


GET_EXCHANGE_INFO = Operation(
    name="Exchange Information",
    method="GET",
    path="/api/v3/exchangeInfo",
    websocket="exchangeInfo",
    weight=20,
    security=Security.NONE,
    result=ExchangeInfo,
)

_SYMBOLS_RULE = "must be a list of symbols, at least one; None for all symbols of the exchange"


def _to_symbols(value: Iterable[str] | None) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise InvalidRequest(field="symbols", value=value, rule=_SYMBOLS_RULE)
    return tuple(v.plain_text(each) for each in value)


def _check_symbols(
    request: object, attribute: Attribute[tuple[str, ...] | None], value: tuple[str, ...] | None
) -> None:
    if value == ():
        raise InvalidRequest(field=attribute.name, value=value, rule=_SYMBOLS_RULE)
    named: Attribute[str] = attribute  # type: ignore[assignment] # of each of them
    for each in value or ():
        v.check_symbol(request, named, each)


@frozen(kw_only=True, repr=False, slots=False)
class GetExchangeInfo(Request[ExchangeInfo]):
    """Query the rules of symbols, and the rate limits; 20 of request weight.  Sent unsigned.

    Args:
        symbols: The symbols; None for all of the exchange, which is a reply of many megabytes.

    Raises:
        InvalidRequest: A value breaks a rule.

    Source: *Exchange information*, ``GET /api/v3/exchangeInfo``.

    >>> GetExchangeInfo(symbols=["LTCBTC", "BTCUSDT"]).parameters()
    [('symbols', ('LTCBTC', 'BTCUSDT'))]
    """

    operation: ClassVar[Operation[ExchangeInfo]] = GET_EXCHANGE_INFO

    symbols: tuple[str, ...] | None = field(
        default=None, converter=_to_symbols, validator=_check_symbols
    )

    def parameters(self) -> list[Parameter]:
        """Return the parameters to send."""
        return [] if self.symbols is None else [("symbols", self.symbols)]

    def mismatch(self, result: ExchangeInfo) -> str | None:
        """Return why a reply is not about these symbols."""
        names = {each.symbol for each in result.symbols}
        is_other = self.symbols is not None and names != set(self.symbols)
        return "it is about other symbols" if is_other else None
