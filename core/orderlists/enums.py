"""The exchange's enumerations, open for unknown values.

The exchange adds values without notice.  A value not listed here is decoded as a member of its
enumeration, equal to its text, with `is_known` False.

>>> OrderStatus("CANCELED") is OrderStatus.CANCELED
True
>>> brand_new = OrderStatus("HIBERNATING")
>>> brand_new, brand_new == "HIBERNATING", brand_new.is_known
(OrderStatus('HIBERNATING'), True, False)
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

__all__ = [
    "CancelRestrictions",
    "ContingencyType",
    "ExecutionType",
    "ExpiryReason",
    "ListOrderStatus",
    "ListStatusType",
    "MatchType",
    "NewOrderRespType",
    "OpenEnum",
    "OrderStatus",
    "OrderType",
    "PegOffsetType",
    "PegPriceType",
    "RejectReason",
    "SelfTradePreventionMode",
    "Side",
    "SymbolStatus",
    "TimeInForce",
    "WorkingFloor",
]


class OpenEnum(StrEnum):
    """A string enumeration that accepts unknown values."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        # Not cached: a stream of unknown values must not exhaust the memory.
        member = str.__new__(cls, value)
        member._name_ = member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the value is known to this library."""
        return self._value_ in type(self)._value2member_map_

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value_!r})"


class ContingencyType(OpenEnum):
    """How the orders of a list depend on each other.  OTOCO, OPO and OPOCO are ``OTO`` as well."""

    OCO = "OCO"
    OTO = "OTO"


class ListStatusType(OpenEnum):
    """The kind of a status report on a list."""

    RESPONSE = "RESPONSE"
    EXEC_STARTED = "EXEC_STARTED"
    UPDATED = "UPDATED"
    ALL_DONE = "ALL_DONE"


class ListOrderStatus(OpenEnum):
    """Whether a list is open (``EXECUTING``) or over (``ALL_DONE``)."""

    EXECUTING = "EXECUTING"
    ALL_DONE = "ALL_DONE"
    REJECT = "REJECT"


class OrderStatus(OpenEnum):
    """The status of an order."""

    NEW = "NEW"
    PENDING_NEW = "PENDING_NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    PENDING_CANCEL = "PENDING_CANCEL"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    EXPIRED_IN_MATCH = "EXPIRED_IN_MATCH"


class OrderType(OpenEnum):
    """The type of an order."""

    LIMIT = "LIMIT"
    LIMIT_MAKER = "LIMIT_MAKER"
    MARKET = "MARKET"
    STOP_LOSS = "STOP_LOSS"
    STOP_LOSS_LIMIT = "STOP_LOSS_LIMIT"
    TAKE_PROFIT = "TAKE_PROFIT"
    TAKE_PROFIT_LIMIT = "TAKE_PROFIT_LIMIT"


class Side(OpenEnum):
    """Whether an order buys or sells."""

    BUY = "BUY"
    SELL = "SELL"


class SymbolStatus(OpenEnum):
    """Whether a symbol is traded."""

    TRADING = "TRADING"
    END_OF_DAY = "END_OF_DAY"
    HALT = "HALT"
    BREAK = "BREAK"
    CANCEL_ONLY = "CANCEL_ONLY"


class TimeInForce(OpenEnum):
    """How long an order stays active: until canceled, immediate or cancel, fill or kill."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"


class CancelRestrictions(OpenEnum):
    """Which orders a cancel may end: those that have not traded yet, or those that have in part."""

    ONLY_NEW = "ONLY_NEW"
    ONLY_PARTIALLY_FILLED = "ONLY_PARTIALLY_FILLED"


class NewOrderRespType(OpenEnum):
    """How much the reply to a placement says: ids alone, states, or states and fills."""

    ACK = "ACK"
    RESULT = "RESULT"
    FULL = "FULL"


class SelfTradePreventionMode(OpenEnum):
    """What happens when an order would trade with one of the same account."""

    NONE = "NONE"
    EXPIRE_TAKER = "EXPIRE_TAKER"
    EXPIRE_MAKER = "EXPIRE_MAKER"
    EXPIRE_BOTH = "EXPIRE_BOTH"
    DECREMENT = "DECREMENT"
    TRANSFER = "TRANSFER"


class WorkingFloor(OpenEnum):
    """Where an order works: on the exchange or through smart order routing."""

    EXCHANGE = "EXCHANGE"
    SOR = "SOR"


class PegPriceType(OpenEnum):
    """Which price a pegged order follows."""

    PRIMARY_PEG = "PRIMARY_PEG"
    MARKET_PEG = "MARKET_PEG"


class PegOffsetType(OpenEnum):
    """The unit of the offset of a pegged order."""

    PRICE_LEVEL = "PRICE_LEVEL"


class ExpiryReason(OpenEnum):
    """Why an order expired."""

    NONE = "NONE"
    REJECTED = "REJECTED"
    EXCHANGE_CANCELED = "EXCHANGE_CANCELED"
    OCO_TRIGGER = "OCO_TRIGGER"
    OTO_PHASE_ONE_EXPIRED = "OTO_PHASE_ONE_EXPIRED"
    UNFILLED_IOC_QUANTITY_EXPIRED = "UNFILLED_IOC_QUANTITY_EXPIRED"
    UNFILLED_FOK_ORDER_EXPIRED = "UNFILLED_FOK_ORDER_EXPIRED"
    INSUFFICIENT_LIQUIDITY = "INSUFFICIENT_LIQUIDITY"
    EXECUTION_RULE_PRICE_RANGE_EXCEEDED = "EXECUTION_RULE_PRICE_RANGE_EXCEEDED"


class ExecutionType(OpenEnum):
    """What happened to an order."""

    NEW = "NEW"
    CANCELED = "CANCELED"
    REPLACED = "REPLACED"
    REJECTED = "REJECTED"
    TRADE = "TRADE"
    EXPIRED = "EXPIRED"
    TRADE_PREVENTION = "TRADE_PREVENTION"


class RejectReason(OpenEnum):
    """Why an order or a list was refused."""

    NONE = "NONE"
    INSUFFICIENT_BALANCES = "INSUFFICIENT_BALANCES"
    STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY = "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY"
    WOULD_MATCH_IMMEDIATELY = "WOULD_MATCH_IMMEDIATELY"
    OCO_BAD_PRICES = "OCO_BAD_PRICES"


class MatchType(OpenEnum):
    """How a trade was made outside of the order book."""

    AUTO_MATCH = "AUTO_MATCH"
    ONE_PARTY_TRADE_REPORT = "ONE_PARTY_TRADE_REPORT"
