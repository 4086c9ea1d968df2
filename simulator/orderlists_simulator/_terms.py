"""The exchange's words: every value its documentation gives to the fields of orders and lists.

Plain text with a literal type: it goes into a reply as it stands, and an editor completes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from orderlists import InvalidSetting

if TYPE_CHECKING:
    from collections.abc import Callable

    from attrs import Attribute

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
ListStatusType: TypeAlias = Literal["EXEC_STARTED", "ALL_DONE"]
ListOrderStatus: TypeAlias = Literal["EXECUTING", "ALL_DONE"]

STOP_TYPES: frozenset[OrderType] = frozenset(
    {"STOP_LOSS", "STOP_LOSS_LIMIT", "TAKE_PROFIT", "TAKE_PROFIT_LIMIT"}
)
"""The types that wait for a trigger: a stop price, a trailing delta, or both."""

FINAL: frozenset[OrderStatus] = frozenset(
    {"FILLED", "CANCELED", "REJECTED", "EXPIRED", "EXPIRED_IN_MATCH"}
)
"""The statuses that never change again."""


def one_of(term: object) -> Callable[[object, Attribute[Any], object], None]:
    """Return an attrs validator that takes the words of a term only.

    Args:
        term: One of the literal types above.
    """
    words = get_args(term)
    rule = f"must be one of {', '.join(map(str, words))}"

    def check(_instance: object, attribute: Attribute[Any], value: object) -> None:
        if value not in words:
            raise InvalidSetting(field=attribute.name, value=value, rule=rule)

    return check
