"""The rules of symbols: what `GetExchangeInfo` returns, and what `SymbolInfo.check` finds."""

from orderlists._models.filters import (
    ExchangeMaxNumAlgoOrders,
    ExchangeMaxNumIcebergOrders,
    ExchangeMaxNumOrderLists,
    ExchangeMaxNumOrders,
    Filter,
    IcebergParts,
    LotSize,
    MarketLotSize,
    MaxAsset,
    MaxNumAlgoOrders,
    MaxNumIcebergOrders,
    MaxNumOrderAmends,
    MaxNumOrderLists,
    MaxNumOrders,
    MaxPosition,
    MinNotional,
    Notional,
    PercentPrice,
    PercentPriceBySide,
    PriceFilter,
    TrailingDelta,
)
from orderlists._operations.get_exchange_info import ExchangeInfo, SymbolInfo
from orderlists._operations.symbol_check.exact import Rounding
from orderlists._operations.symbol_check.findings import Finding, SymbolCheck
from orderlists._rate_limits import ListedRateLimit

__all__ = [
    "ExchangeInfo",
    "ExchangeMaxNumAlgoOrders",
    "ExchangeMaxNumIcebergOrders",
    "ExchangeMaxNumOrderLists",
    "ExchangeMaxNumOrders",
    "Filter",
    "Finding",
    "IcebergParts",
    "ListedRateLimit",
    "LotSize",
    "MarketLotSize",
    "MaxAsset",
    "MaxNumAlgoOrders",
    "MaxNumIcebergOrders",
    "MaxNumOrderAmends",
    "MaxNumOrderLists",
    "MaxNumOrders",
    "MaxPosition",
    "MinNotional",
    "Notional",
    "PercentPrice",
    "PercentPriceBySide",
    "PriceFilter",
    "Rounding",
    "SymbolCheck",
    "SymbolInfo",
    "TrailingDelta",
]
