"""The enums of the SBE schema 3:5: the number of each JSON value.

Source: ``spot_3_5.xml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NULL: Final = 255
NON_REPRESENTABLE: Final = 254
"""The number of a value that the schema of the reader does not have."""


def _numbered(*names: str, first: int = 0) -> dict[object, int]:
    return {name: number for number, name in enumerate(names, first)}


_EXECUTIONS = ("NEW", "CANCELED", "REPLACED", "REJECTED", "TRADE", "EXPIRED")
_STATUSES = (
    *("NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED"),
    *("PENDING_CANCEL", "REJECTED", "EXPIRED"),
)

ENUMS: Final[Mapping[str, Mapping[object, int]]] = {
    "boolEnum": {False: 0, True: 1},
    "contingencyType": _numbered("OCO", "OTO", first=1),
    "executionType": {**_numbered(*_EXECUTIONS), "TRADE_PREVENTION": 8},
    "expiryReason": _numbered(
        "REJECTED",
        "EXCHANGE_CANCELED",
        "OCO_TRIGGER",
        "OTO_PHASE_ONE_EXPIRED",
        "UNFILLED_IOC_QUANTITY_EXPIRED",
        "UNFILLED_FOK_ORDER_EXPIRED",
        "INSUFFICIENT_LIQUIDITY",
        "EXECUTION_RULE_PRICE_RANGE_EXCEEDED",
        first=1,
    ),
    "floor": _numbered("EXCHANGE", "BROKER", "SOR", first=1),
    "listOrderStatus": _numbered("EXECUTING", "ALL_DONE", "REJECT", first=1),
    "listStatusType": _numbered("RESPONSE", "EXEC_STARTED", "ALL_DONE", "UPDATED"),
    "matchType": _numbered("AUTO_MATCH", "ONE_PARTY_TRADE_REPORT", first=1),
    "orderCapacity": _numbered("PRINCIPAL", "AGENCY", first=1),
    "orderSide": _numbered("BUY", "SELL"),
    "orderStatus": {**_numbered(*_STATUSES), "EXPIRED_IN_MATCH": 9, "PENDING_NEW": 11},
    "orderType": _numbered(
        "MARKET",
        "LIMIT",
        "STOP_LOSS",
        "STOP_LOSS_LIMIT",
        "TAKE_PROFIT",
        "TAKE_PROFIT_LIMIT",
        "LIMIT_MAKER",
    ),
    "pegOffsetType": _numbered("PRICE_LEVEL", first=1),
    "pegPriceType": _numbered("PRIMARY_PEG", "MARKET_PEG", first=1),
    "rateLimitInterval": _numbered("SECOND", "MINUTE", "HOUR", "DAY"),
    "rateLimitType": _numbered("RAW_REQUESTS", "CONNECTIONS", "REQUEST_WEIGHT", "ORDERS"),
    "selfTradePreventionMode": _numbered(
        "NONE",
        "EXPIRE_TAKER",
        "EXPIRE_MAKER",
        "EXPIRE_BOTH",
        "DECREMENT",
        "TRANSFER",
        first=1,
    ),
    "timeInForce": _numbered("GTC", "IOC", "FOK"),
}

_SINCE: Final = {("selfTradePreventionMode", "TRANSFER"): 2}


def number_of(enum: str, value: object, *, version: int) -> int:
    """Return the number of a JSON value in a version of the schema; that of null for None.

    >>> number_of("orderSide", "SELL", version=5)
    1
    >>> number_of("selfTradePreventionMode", "TRANSFER", version=1)
    254
    """
    if value is None:
        return NULL
    if _SINCE.get((enum, str(value)), 0) > version:
        return NON_REPRESENTABLE
    return ENUMS[enum].get(value, NON_REPRESENTABLE)
