"""The parameters of one leg of a list, which have the same names behind a prefix everywhere.

``aboveType``, ``workingPrice``, ``pendingBelowStopPrice``: a prefix and a suffix.  Which suffix
goes with which type is a table.  Source: "New Order list" of the REST API.

Invariant: a leg is read only if every parameter that its type needs was sent, and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from orderlists_simulator._api.parameters import (
    CLIENT_ID,
    DECIMAL,
    LONG,
    Kind,
    Parameter,
    mandatory,
    words,
)
from orderlists_simulator._engine.enums import (
    OrderType,
    PegOffsetType,
    PegPriceType,
    Side,
    TimeInForce,
)
from orderlists_simulator._engine.errors import ApiError, malformed
from orderlists_simulator._engine.orders import Leg

Values = Mapping[str, object]

SIDE: Final = words(Side, -1117, "Invalid side.")
TYPE: Final = words(OrderType, -1116, "Invalid orderType.")
_TIME_IN_FORCE = words(TimeInForce, -1115, "Invalid timeInForce.")
_PEG_PRICE_TYPE = words(PegPriceType, -1210, "Invalid pegPriceType.")
_PEG_OFFSET_TYPE = words(PegOffsetType, -1211, "Invalid pegOffsetType.")

_FIELDS: Final[Mapping[str, tuple[str, Kind[Any]]]] = {
    "ClientOrderId": ("client_order_id", CLIENT_ID),
    "Price": ("price", DECIMAL),
    "StopPrice": ("stop_price", DECIMAL),
    "TrailingDelta": ("trailing_delta", LONG),
    "IcebergQty": ("iceberg_qty", DECIMAL),
    "TimeInForce": ("time_in_force", _TIME_IN_FORCE),
    "StrategyId": ("strategy_id", LONG),
    "StrategyType": ("strategy_type", LONG),
    "PegPriceType": ("peg_price_type", _PEG_PRICE_TYPE),
    "PegOffsetType": ("peg_offset_type", _PEG_OFFSET_TYPE),
    "PegOffsetValue": ("peg_offset_value", LONG),
}
"""Suffix, attribute of a `Leg`, and kind."""

_PEG = {"PegPriceType", "PegOffsetType", "PegOffsetValue"}
_LIMIT = {"Price", "TimeInForce", "IcebergQty", *_PEG}
_TRIGGER = {"StopPrice", "TrailingDelta"}
_ANY_TYPE = {"ClientOrderId", "StrategyId", "StrategyType"}

_ALLOWED: Final[Mapping[OrderType, set[str]]] = {
    "LIMIT": _LIMIT,
    "LIMIT_MAKER": _LIMIT - {"TimeInForce"},
    "MARKET": set(),
    "STOP_LOSS": _TRIGGER,
    "TAKE_PROFIT": _TRIGGER,
    "STOP_LOSS_LIMIT": _LIMIT | _TRIGGER,
    "TAKE_PROFIT_LIMIT": _LIMIT | _TRIGGER,
}
"""The suffixes that a type may have, beside those of any type."""

_LOWEST_STRATEGY_TYPE = 1_000_000
_PEG_OFFSETS = range(1, 101)


class LegParameters:
    """The parameters of a leg.

    Args:
        prefix: ``above``, ``working``, ``pendingBelow``, ...; empty for a single order.

    Attributes:
        type: The parameter of the type.

    >>> leg = LegParameters("above")
    >>> leg.check({"aboveType": "LIMIT_MAKER", "abovePrice": "3"})
    >>> leg.check({"aboveType": "LIMIT_MAKER"})
    Traceback (most recent call last):
    orderlists_simulator._engine.errors.ApiError: -1102: Mandatory parameter 'abovePrice' ...
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self.type: Parameter[OrderType] = mandatory(self._name("Type"), TYPE)

    @property
    def parameters(self) -> tuple[Parameter[Any], ...]:
        """The parameters, for the declaration of an endpoint."""
        fields = (
            Parameter[Any](self._name(suffix), kind, is_mandatory=False)
            for suffix, (_, kind) in _FIELDS.items()
        )
        return (self.type, *fields)

    def _name(self, suffix: str) -> str:
        if self._prefix:
            return self._prefix + suffix
        if suffix == "ClientOrderId":
            return "newClientOrderId"
        return suffix[0].lower() + suffix[1:]

    def type_of(self, values: Values) -> OrderType:
        """Return the type of the leg."""
        return cast("OrderType", values[self.type.name])

    def missing(self, values: Values) -> str | None:
        """Return the name of a price or time in force that the type needs and that was not sent."""
        needed = _ALLOWED[self.type_of(values)] - self._sent(values)
        for suffix in ("Price", "TimeInForce"):
            is_pegged = suffix == "Price" and values.get(self._name("PegPriceType")) is not None
            if suffix in needed and not is_pegged:
                return self._name(suffix)
        return None

    def check(self, values: Values) -> None:
        """Check that the leg has the parameters of its type.

        Raises:
            ApiError: -1102, one is missing; -1106, one is superfluous; -1134, -1160, -1210, -1211,
                a value is not allowed.
        """
        type_ = self.type_of(values)
        sent = self._sent(values)
        for suffix in _FIELDS:
            if suffix in sent - _ALLOWED[type_] - _ANY_TYPE:
                name = self._name(suffix)
                raise ApiError(-1106, f"Parameter '{name}' sent when not required.")
        missing = self.missing(values)
        if missing is not None:
            raise malformed(missing)
        if _ALLOWED[type_] >= _TRIGGER and not sent & _TRIGGER:
            stop, delta = self._name("StopPrice"), self._name("TrailingDelta")
            raise ApiError(
                -1102, f"Param '{stop}' or '{delta}' must be sent, but both were empty/null!"
            )
        self._check_values(type_, values)

    def _sent(self, values: Values) -> set[str]:
        return {suffix for suffix in _FIELDS if values.get(self._name(suffix)) is not None}

    def _check_values(self, type_: OrderType, values: Values) -> None:
        get = {suffix: cast("Any", values.get(self._name(suffix))) for suffix in _FIELDS}
        strategy, offset = get["StrategyType"], get["PegOffsetValue"]
        if strategy is not None and strategy < _LOWEST_STRATEGY_TYPE:
            raise ApiError(-1134, f"strategyType was less than {_LOWEST_STRATEGY_TYPE}.")
        if get["IcebergQty"] is not None and get["TimeInForce"] not in {None, "GTC"}:
            name = self._name("IcebergQty")
            raise ApiError(-1160, f"Parameter '{name}' is not supported if 'timeInForce' != 'GTC'.")
        if type_ == "LIMIT_MAKER" and get["PegPriceType"] == "MARKET_PEG":
            raise ApiError(-1210, "Invalid pegPriceType.")
        # [ASSUME] The code for an offset without its type, or outside of its range.
        if (offset is None) != (get["PegOffsetType"] is None):
            raise ApiError(-1211, "Invalid pegOffsetType.")
        if offset is not None and (offset not in _PEG_OFFSETS or get["PegPriceType"] is None):
            raise ApiError(-1211, "Invalid pegOffsetType.")

    def read(self, values: Values, others: Mapping[str, Any]) -> Leg:
        """Return the leg.

        Args:
            values: The values of the parameters, by name.
            others: The attributes of a `Leg` that are not parameters of the leg.
        """
        sent = {
            attribute: values[self._name(suffix)]
            for suffix, (attribute, _) in _FIELDS.items()
            if values[self._name(suffix)] is not None
        }
        facts: dict[str, Any] = {**sent, **others}
        return Leg(type=self.type_of(values), **facts)
