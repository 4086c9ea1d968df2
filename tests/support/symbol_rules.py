"""The rules of a symbol, as `exchangeInfo` sends them, and as values."""

from collections.abc import Mapping
from typing import Any

from orderlists import TimeUnit
from orderlists._formats.decoder import decode_value
from orderlists.extending import One
from orderlists.markets import SymbolInfo

FLAGS = (
    "icebergAllowed",
    "ocoAllowed",
    "otoAllowed",
    "opoAllowed",
    "allowTrailingStop",
    "pegInstructionsAllowed",
)
ORDER_TYPES = (
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
)
SYMBOL: Mapping[str, Any] = {
    "symbol": "LTCBTC",
    "status": "TRADING",
    "baseAsset": "LTC",
    "baseAssetPrecision": 8,
    "quoteAsset": "BTC",
    "quoteAssetPrecision": 8,
    "orderTypes": list(ORDER_TYPES),
    **dict.fromkeys(FLAGS, True),
    "filters": [],
    "defaultSelfTradePreventionMode": "NONE",
    "allowedSelfTradePreventionModes": ["NONE", "EXPIRE_TAKER"],
}
PRICE = {"filterType": "PRICE_FILTER", "minPrice": "0.5", "maxPrice": "10", "tickSize": "0.01"}
LOT = {"filterType": "LOT_SIZE", "minQty": "0.1", "maxQty": "100", "stepSize": "0.1"}
MARKET_LOT = {**LOT, "filterType": "MARKET_LOT_SIZE", "maxQty": "50"}
NOTIONAL = {
    "filterType": "NOTIONAL",
    "minNotional": "2",
    "applyMinToMarket": True,
    "maxNotional": "20",
    "applyMaxToMarket": False,
    "avgPriceMins": 5,
}
MIN_NOTIONAL = {
    "filterType": "MIN_NOTIONAL",
    "minNotional": "2",
    "applyToMarket": False,
    "avgPriceMins": 0,
}
PARTS = {"filterType": "ICEBERG_PARTS", "limit": 10}
TRAILING = {
    "filterType": "TRAILING_DELTA",
    "minTrailingAboveDelta": 10,
    "maxTrailingAboveDelta": 200,
    "minTrailingBelowDelta": 20,
    "maxTrailingBelowDelta": 300,
}


def symbol_info(*filters: Mapping[str, Any], **facts: Any) -> SymbolInfo:
    """Return a symbol with these filters; a fact that is None is not sent."""
    tree = {**SYMBOL, "filters": [dict(each) for each in filters], **facts}
    sent = {name: value for name, value in tree.items() if value is not None}
    return decode_value(sent, One(SymbolInfo), TimeUnit.MILLISECOND)
