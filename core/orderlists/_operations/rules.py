"""The rules of requests that are checked before anything is sent, as a table.

A rule has the code with which the exchange refuses a request that breaks it, and where that code is
from.  Only what the exchange refuses in any case is a rule: what depends on the last price, on the
filters of a symbol or on the account is for the exchange to judge.

Sources: *New Order lists*, *Query all Order lists*, *Cancel order*; *Error codes*.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from orderlists.errors import InvalidRequest

LARGEST_LONG = 2**63 - 1
LARGEST_PAGE = 1000


class Provenance(StrEnum):
    """Where the code of a rule is from.

    ``DOCUMENTED``: from the documentation.  ``OBSERVED``: from replies of the exchange.
    ``ASSUMED``: by analogy; the exchange may refuse with another code.
    """

    DOCUMENTED = "DOCUMENTED"
    OBSERVED = "OBSERVED"
    ASSUMED = "ASSUMED"


_DOCUMENTED, _OBSERVED, _ASSUMED = Provenance


def _in_range(least: int, most: int, unit: str) -> str:
    return f"must be an int from {least} to {most}{f', {unit}' if unit else ''}"


class Rule(Enum):
    """A rule: the code of the exchange, its provenance, and what must hold.

    Attributes:
        code: The code with which the exchange refuses a request that breaks it.
        provenance: Where the code is from.
        text: What must hold.
        range: The least and the largest int, of a rule about one.
    """

    AMOUNT = (
        -1100,
        _OBSERVED,
        (
            "must be an int, a Decimal or plain decimal text, never a float: "
            "0 or more, at most 20 digits before and 20 after the point"
        ),
    )
    GIVEN = -1102, _DOCUMENTED, "must be given"
    PRICE = -1102, _DOCUMENTED, "must be given, unless the order is pegged"
    TRIGGER = -1102, _DOCUMENTED, "this or trailing_delta must be given"
    LEG = -1116, _DOCUMENTED, "must be a leg of orderlists.legs"
    SIDE = -1117, _DOCUMENTED, "must be Side.BUY or Side.SELL"
    TIME_IN_FORCE = -1115, _DOCUMENTED, "must be a TimeInForce, such as TimeInForce.GTC"
    RESPONSE_TYPE = -1130, _ASSUMED, "must be a NewOrderRespType, such as NewOrderRespType.FULL"
    STP_MODE = (
        -1130,
        _ASSUMED,
        "must be a SelfTradePreventionMode, such as SelfTradePreventionMode.NONE",
    )
    ICEBERG = -1160, _DOCUMENTED, "must not be given unless time_in_force is GTC"
    STRATEGY_ID = -1100, _OBSERVED, (0, LARGEST_LONG)
    STRATEGY_TYPE = -1134, _DOCUMENTED, (1_000_000, 2**31 - 1)
    TRAILING_DELTA = -1100, _OBSERVED, (0, LARGEST_LONG), "in basis points"
    PEG = -1210, _DOCUMENTED, "must be a PegPriceType, such as PegPriceType.PRIMARY_PEG"
    PEG_OF_MAKER = (
        -1210,
        _ASSUMED,
        "must be PRIMARY_PEG: an order that only makes cannot follow the other side",
    )
    OFFSET_TYPE = -1211, _DOCUMENTED, "must be a PegOffsetType, such as PegOffsetType.PRICE_LEVEL"
    OFFSET_VALUE = -1211, _ASSUMED, (1, 100)
    OFFSET_ALONE = -1211, _ASSUMED, "must not be given without peg_price_type"
    OFFSET_HALF = -1211, _ASSUMED, "must be given together with peg_offset_value"
    WORKING = -1159, _OBSERVED, "must be a Limit or LimitMaker"
    PAIR_TYPE = -1158, _DOCUMENTED, "must be a leg that an OCO may have: no Limit and no Market"
    PAIR_OF_MAKERS = -1168, _DOCUMENTED, "must be a stop: one of the two may be a LimitMaker"
    BUY_MAKER = -1165, _DOCUMENTED, "the LimitMaker of a BUY must be below"
    SELL_MAKER = -1166, _DOCUMENTED, "the LimitMaker of a SELL must be above"
    BUY_STOP = -1196, _DOCUMENTED, "the StopLoss(Limit) of a BUY must be above"
    SELL_STOP = -1197, _DOCUMENTED, "the StopLoss(Limit) of a SELL must be below"
    BUY_PROFIT = -1198, _DOCUMENTED, "the TakeProfit(Limit) of a BUY must be below"
    SELL_PROFIT = -1199, _DOCUMENTED, "the TakeProfit(Limit) of a SELL must be above"
    PRICES = -2010, _DOCUMENTED, "the price of above must be higher than that of below"
    DISTINCT_IDS = -2010, _ASSUMED, "must differ from leg to leg"
    RESTRICTIONS = -1145, _DOCUMENTED, "must be a CancelRestrictions, such as ONLY_NEW"
    LIMIT = -1100, _OBSERVED, (1, LARGEST_PAGE)
    ID_OR_TIMES = -1128, _DOCUMENTED, "must not be given together with start_time or end_time"
    ONE_DAY = -1127, _DOCUMENTED, "must be 0 to 24 hours after start_time"

    def __init__(
        self, code: int, provenance: Provenance, holds: str | tuple[int, int], unit: str = ""
    ) -> None:
        self.code = code
        self.provenance = provenance
        self.range = (0, 0) if isinstance(holds, str) else holds
        self.text = holds if isinstance(holds, str) else _in_range(*holds, unit)

    def broken(self, field: str, value: object) -> InvalidRequest:
        """Return the error for a value that breaks the rule."""
        return InvalidRequest(field=field, value=value, rule=self.text, code=self.code)
