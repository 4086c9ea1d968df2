"""The exchange's enums, as `Literal` types: the documented values of fields of orders and lists.

The values are plain text, so they go into a reply unchanged, and an editor completes them.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

ContingencyType: TypeAlias = Literal["OCO", "OTO"]
Side: TypeAlias = Literal["BUY", "SELL"]
OrderType: TypeAlias = Literal[
    "LIMIT",
    "LIMIT_MAKER",
    "MARKET",
    "STOP_LOSS",
    "STOP_LOSS_LIMIT",
    "TAKE_PROFIT",
    "TAKE_PROFIT_LIMIT",
]
OrderStatus: TypeAlias = Literal[
    "PENDING_NEW",
    "NEW",
    "PARTIALLY_FILLED",
    "FILLED",
    "CANCELED",
    "REJECTED",
    "EXPIRED",
    "EXPIRED_IN_MATCH",
]
TimeInForce: TypeAlias = Literal["GTC", "IOC", "FOK"]
SelfTradePreventionMode: TypeAlias = Literal[
    "NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT", "TRANSFER"
]
PegPriceType: TypeAlias = Literal["PRIMARY_PEG", "MARKET_PEG"]
PegOffsetType: TypeAlias = Literal["PRICE_LEVEL"]
WorkingFloor: TypeAlias = Literal["EXCHANGE", "SOR"]
ExpiryReason: TypeAlias = Literal[
    "REJECTED",
    "EXCHANGE_CANCELED",
    "OCO_TRIGGER",
    "OTO_PHASE_ONE_EXPIRED",
    "UNFILLED_IOC_QUANTITY_EXPIRED",
    "UNFILLED_FOK_ORDER_EXPIRED",
    "INSUFFICIENT_LIQUIDITY",
    "EXECUTION_RULE_PRICE_RANGE_EXCEEDED",
]
CancelRestrictions: TypeAlias = Literal["ONLY_NEW", "ONLY_PARTIALLY_FILLED"]
SymbolStatus: TypeAlias = Literal["TRADING", "END_OF_DAY", "HALT", "BREAK", "CANCEL_ONLY"]
ListStatusType: TypeAlias = Literal["EXEC_STARTED", "ALL_DONE"]
ListOrderStatus: TypeAlias = Literal["EXECUTING", "ALL_DONE"]

STOP_TYPES: frozenset[OrderType] = frozenset(
    {"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"}
)
"""The types with a trigger: a stop price, a trailing delta, or both."""

MARKET_TYPES: frozenset[OrderType] = frozenset({"MARKET", "STOP_LOSS", "TAKE_PROFIT"})
"""The types without a limit price."""

FINAL: frozenset[OrderStatus] = frozenset(
    {"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"}
)
"""The final statuses."""
