"""The rules of a symbol that are no filters: its status, and what it allows.

Each function below yields what it finds of a placement.  A field that the exchange did not send is
unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from orderlists._models.fields import camel_case
from orderlists._operations.place_oco import PlaceOco
from orderlists._operations.place_opo import PlaceOpo
from orderlists._operations.place_opoco import PlaceOpoco
from orderlists._operations.place_oto import PlaceOto
from orderlists._operations.place_otoco import PlaceOtoco
from orderlists._operations.placement import Placement
from orderlists._operations.symbol_check.findings import Finding, Judgement
from orderlists._operations.symbol_check.placed_legs import PlacedLeg
from orderlists.enums import OpenEnum, SymbolStatus

if TYPE_CHECKING:
    from orderlists._operations.get_exchange_info import SymbolInfo

FLAGS: Final[Mapping[type[Placement], tuple[str, ...]]] = {
    PlaceOco: ("oco_allowed",),
    PlaceOto: ("oto_allowed",),
    PlaceOtoco: ("oto_allowed", "oco_allowed"),
    PlaceOpo: ("oto_allowed", "opo_allowed"),
    PlaceOpoco: ("oto_allowed", "opo_allowed", "oco_allowed"),
}
"""What a symbol must allow, by the kind of list."""

_NOT_SENT = "needs what the exchange did not send"


def list_rules(symbol: SymbolInfo, request: Placement) -> Iterator[Finding]:
    """Yield the findings about a placement as a whole."""
    yield _status(symbol.status)
    kind = next(each for each in FLAGS if isinstance(request, each))
    for name in FLAGS[kind]:
        judgement, text = _flag(symbol, name)
        yield Finding(judgement=judgement, rule=camel_case(name), text=text)
    mode = request.self_trade_prevention_mode
    if mode is not None:
        modes = symbol.allowed_self_trade_prevention_modes
        judgement, text = _member(mode, modes)
        yield Finding(
            judgement=judgement,
            rule="allowedSelfTradePreventionModes",
            field="self_trade_prevention_mode",
            value=mode.value,
            text=text,
        )
    if symbol.permission_sets:
        yield Finding(
            judgement="unknown",
            rule="permissionSets",
            text="needs the permissions of the account",
        )


def leg_rules(symbol: SymbolInfo, leg: PlacedLeg) -> Iterator[Finding]:
    """Yield the findings about a leg."""
    yield leg.finding(*_with_text("orderTypes", "type", _member(leg.type, symbol.order_types)))
    needed = {
        "iceberg_allowed": ("iceberg_qty", leg.is_iceberg),
        "allow_trailing_stop": ("trailing_delta", leg.get("trailing_delta") is not None),
        "peg_instructions_allowed": ("peg_price_type", leg.is_pegged),
    }
    for name, (field, is_used) in needed.items():
        if is_used:
            yield leg.finding(*_with_text(camel_case(name), field, _flag(symbol, name)))


def _with_text(
    rule: str, field: str, judged: tuple[Judgement, str]
) -> tuple[Judgement, str, str, str]:
    judgement, text = judged
    return judgement, rule, field, text


def _status(status: SymbolStatus) -> Finding:
    if not status.is_known:
        text = f"needs to know what {status} allows"
        return Finding(judgement="unknown", rule="status", text=text)
    if status is SymbolStatus.TRADING:
        return Finding(judgement="passes", rule="status", text="is TRADING")
    return Finding(judgement="fails", rule="status", text=f"must be TRADING, and is {status}")


def _flag(symbol: SymbolInfo, name: str) -> tuple[Judgement, str]:
    value: bool | None = getattr(symbol, name)
    if value is None:
        return "unknown", _NOT_SENT
    return ("passes", "is true") if value else ("fails", "must be true")


def _member(value: OpenEnum, allowed: Collection[OpenEnum]) -> tuple[Judgement, str]:
    if not allowed:
        return "unknown", _NOT_SENT
    names = f"one of {', '.join(each.value for each in allowed)}"
    return ("passes", names) if value in allowed else ("fails", f"must be {names}")
