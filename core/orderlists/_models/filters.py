"""The filters of symbols and of the exchange: one class for each type.

A filter of a type that is not here, or without one of the figures of its type, is a plain `Filter`,
with its figures in `unknown_fields`.  Source: *Filters*.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from attrs import frozen

from orderlists._models.tagged import Tagged


@frozen(kw_only=True, slots=False)
class Filter(Tagged):
    """A filter: a rule for orders.  Its type alone is known of one that is of no class below.

    Attributes:
        filter_type: The exchange's name of the type.
    """

    tag: ClassVar[str] = "filter_type"

    filter_type: str


@frozen(kw_only=True, slots=False)
class PriceFilter(Filter):
    """The range and the step of prices and stop prices; a part that is 0 is switched off.

    Attributes:
        min_price: The lowest price.
        max_price: The highest price.
        tick_size: A price must be a multiple of it.
    """

    filter_type: str = "PRICE_FILTER"
    min_price: Decimal
    max_price: Decimal
    tick_size: Decimal


@frozen(kw_only=True, slots=False)
class PercentPrice(Filter):
    """How far a price may be from the average price, as factors.

    Attributes:
        multiplier_up: The highest price, as a factor.
        multiplier_down: The lowest price, as a factor.
        avg_price_mins: Over how many minutes the average is taken; 0 for the last price.
    """

    filter_type: str = "PERCENT_PRICE"
    multiplier_up: Decimal
    multiplier_down: Decimal
    avg_price_mins: int


@frozen(kw_only=True, slots=False)
class PercentPriceBySide(Filter):
    """The same, with factors for each side.

    Attributes:
        bid_multiplier_up: The highest price of a BUY.
        bid_multiplier_down: The lowest price of a BUY.
        ask_multiplier_up: The highest price of a SELL.
        ask_multiplier_down: The lowest price of a SELL.
        avg_price_mins: As in `PercentPrice`.
    """

    filter_type: str = "PERCENT_PRICE_BY_SIDE"
    bid_multiplier_up: Decimal
    bid_multiplier_down: Decimal
    ask_multiplier_up: Decimal
    ask_multiplier_down: Decimal
    avg_price_mins: int


@frozen(kw_only=True, slots=False)
class LotSize(Filter):
    """The range and the step of quantities and visible quantities.

    Attributes:
        min_qty: The least quantity.
        max_qty: The largest quantity.
        step_size: A quantity must be a multiple of it.
    """

    filter_type: str = "LOT_SIZE"
    min_qty: Decimal
    max_qty: Decimal
    step_size: Decimal


@frozen(kw_only=True, slots=False)
class MarketLotSize(Filter):
    """The range and the step of the quantities of ``MARKET`` orders, besides `LotSize`.

    Attributes:
        min_qty: As in `LotSize`, as are the others.
        max_qty: As above.
        step_size: As above.
    """

    filter_type: str = "MARKET_LOT_SIZE"
    min_qty: Decimal
    max_qty: Decimal
    step_size: Decimal


@frozen(kw_only=True, slots=False)
class MinNotional(Filter):
    """The least price times quantity.

    Attributes:
        min_notional: The least amount.
        apply_to_market: Whether it holds for ``MARKET`` orders, at the average price.
        avg_price_mins: As in `PercentPrice`.
    """

    filter_type: str = "MIN_NOTIONAL"
    min_notional: Decimal
    apply_to_market: bool
    avg_price_mins: int


@frozen(kw_only=True, slots=False)
class Notional(Filter):
    """The range of price times quantity.

    Attributes:
        min_notional: The least amount.
        apply_min_to_market: Whether it holds for ``MARKET`` orders, at the average price.
        max_notional: The largest amount.
        apply_max_to_market: Whether it holds for ``MARKET`` orders.
        avg_price_mins: As in `PercentPrice`.
    """

    filter_type: str = "NOTIONAL"
    min_notional: Decimal
    apply_min_to_market: bool
    max_notional: Decimal
    apply_max_to_market: bool
    avg_price_mins: int


@frozen(kw_only=True, slots=False)
class IcebergParts(Filter):
    """Into how many parts the visible quantity may cut an order.

    Attributes:
        limit: The largest number of parts.
    """

    filter_type: str = "ICEBERG_PARTS"
    limit: int


@frozen(kw_only=True, slots=False)
class TrailingDelta(Filter):
    """The range of trailing deltas, in basis points.

    Attributes:
        min_trailing_above_delta: The least one of a stop loss that buys or a take profit that
            sells.
        max_trailing_above_delta: The largest one of them.
        min_trailing_below_delta: The least one of a stop loss that sells or a take profit that
            buys.
        max_trailing_below_delta: The largest one of them.
    """

    filter_type: str = "TRAILING_DELTA"
    min_trailing_above_delta: int
    max_trailing_above_delta: int
    min_trailing_below_delta: int
    max_trailing_below_delta: int


@frozen(kw_only=True, slots=False)
class MaxNumOrders(Filter):
    """How many orders an account may have open on a symbol."""

    filter_type: str = "MAX_NUM_ORDERS"
    max_num_orders: int


@frozen(kw_only=True, slots=False)
class MaxNumAlgoOrders(Filter):
    """How many stop loss and take profit orders an account may have open on a symbol."""

    filter_type: str = "MAX_NUM_ALGO_ORDERS"
    max_num_algo_orders: int


@frozen(kw_only=True, slots=False)
class MaxNumIcebergOrders(Filter):
    """How many iceberg orders an account may have open on a symbol."""

    filter_type: str = "MAX_NUM_ICEBERG_ORDERS"
    max_num_iceberg_orders: int


@frozen(kw_only=True, slots=False)
class MaxNumOrderLists(Filter):
    """How many order lists an account may have open on a symbol."""

    filter_type: str = "MAX_NUM_ORDER_LISTS"
    max_num_order_lists: int


@frozen(kw_only=True, slots=False)
class MaxNumOrderAmends(Filter):
    """How many times an order may be amended."""

    filter_type: str = "MAX_NUM_ORDER_AMENDS"
    max_num_order_amends: int


@frozen(kw_only=True, slots=False)
class MaxPosition(Filter):
    """How much of the base asset an account may have and buy, in all."""

    filter_type: str = "MAX_POSITION"
    max_position: Decimal


@frozen(kw_only=True, slots=False)
class ExchangeMaxNumOrders(Filter):
    """How many orders an account may have open on the exchange."""

    filter_type: str = "EXCHANGE_MAX_NUM_ORDERS"
    max_num_orders: int


@frozen(kw_only=True, slots=False)
class ExchangeMaxNumAlgoOrders(Filter):
    """How many stop loss and take profit orders an account may have open on the exchange."""

    filter_type: str = "EXCHANGE_MAX_NUM_ALGO_ORDERS"
    max_num_algo_orders: int


@frozen(kw_only=True, slots=False)
class ExchangeMaxNumIcebergOrders(Filter):
    """How many iceberg orders an account may have open on the exchange."""

    filter_type: str = "EXCHANGE_MAX_NUM_ICEBERG_ORDERS"
    max_num_iceberg_orders: int


@frozen(kw_only=True, slots=False)
class ExchangeMaxNumOrderLists(Filter):
    """How many order lists an account may have open on the exchange."""

    filter_type: str = "EXCHANGE_MAX_NUM_ORDER_LISTS"
    max_num_order_lists: int


@frozen(kw_only=True, slots=False)
class MaxAsset(Filter):
    """How much of an asset one order may trade.

    Attributes:
        asset: The asset.
        limit: The largest quantity of it as base asset, or amount of it as quote asset.
    """

    filter_type: str = "MAX_ASSET"
    asset: str
    limit: Decimal
