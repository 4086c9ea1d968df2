"""What the messages of the SBE schema 3:5 say of an order, whole or in a report.

Source: ``spot_3_5.xml``; the fields are in its order.
"""

from __future__ import annotations

from orderlists_simulator._sbe.layout import Data, Field

EXPONENTS = (Field("", "priceExponent"), Field("", "qtyExponent"))
SYMBOL, CLIENT_ID = Data("symbol"), Data("clientOrderId")
ORIG_CLIENT_ID = Data("origClientOrderId")
_ORIG_QUOTE_QTY = Field("origQuoteOrderQty", "price", "0")
_USED_SOR = Field("usedSor", "boolEnum", default=False)
_CAPACITY = (
    Field("orderCapacity", "orderCapacity", "PRINCIPAL"),
    Field("workingFloor", "floor", "EXCHANGE"),
    Field("selfTradePreventionMode", "selfTradePreventionMode"),
)
_PREVENTED = Field("preventedQuantity", "qty", "0")
_STRATEGY = (Field("strategyId", "int64"), Field("strategyType", "int32"))
_WORKING_TIME, _ICEBERG = Field("workingTime", "time"), Field("icebergQty", "qty")

IDS = (Field("orderId", "id"), Field("orderListId", "id"))
REPORT_IDS = (*IDS, Field("transactTime", "time"))
_PROGRESS = (
    Field("price", "price", "0"),
    # A pending order of an OPO has no quantity yet, and the required field is null.
    Field("origQty", "qty"),
    Field("executedQty", "qty", "0"),
    Field("cummulativeQuoteQty", "price", "0"),
    Field("status", "orderStatus"),
    Field("timeInForce", "timeInForce"),
    Field("type", "orderType"),
    Field("side", "orderSide"),
    Field("stopPrice", "price"),
    Field("trailingDelta", "int64"),
    # [ASSUME] -1 stays: the schema has no default for JSON here, as it has for other times.
    Field("trailingTime", "int64"),
)


def peg_fields(
    price_type: str, offset_type: str, offset_value: str, price: str
) -> tuple[Field, ...]:
    """Return the fields of a peg, by their JSON names."""
    return (
        Field(price_type, "pegPriceType", since=1),
        Field(offset_type, "pegOffsetType", since=1),
        Field(offset_value, "uint8", since=1),
        Field(price, "price", since=1),
    )


_PEGS = peg_fields("pegPriceType", "pegOffsetType", "pegOffsetValue", "peggedPrice")
CANCELED = (
    *REPORT_IDS,
    *_PROGRESS,
    _ICEBERG,
    *_STRATEGY,
    *_CAPACITY,
    _PREVENTED,
    _USED_SOR,
    _ORIG_QUOTE_QTY,
    *_PEGS,
)
PLACED = (
    *REPORT_IDS,
    *_PROGRESS,
    _WORKING_TIME,
    _ICEBERG,
    *_STRATEGY,
    *_CAPACITY,
    Field("tradeGroupId", "id"),
    _PREVENTED,
    _USED_SOR,
    _ORIG_QUOTE_QTY,
    *_PEGS,
    Field("expiryReason", "expiryReason", since=3),
)
ORDER = (
    *EXPONENTS,
    *IDS,
    *_PROGRESS,
    _ICEBERG,
    Field("time", "time"),
    Field("updateTime", "time"),
    Field("isWorking", "boolEnum"),
    _WORKING_TIME,
    _ORIG_QUOTE_QTY,
    *_STRATEGY,
    *_CAPACITY,
    Field("preventedMatchId", "int64"),
    _PREVENTED,
    _USED_SOR,
    *_PEGS,
    Field("expiryReason", "expiryReason", since=4),
)
