"""What a symbol allows: kinds of lists, types of orders, and what orders may use.

Source: the table of -2010 in "Error codes".  [ASSUME] The texts about OTOs, pegged orders, limit
orders and self-trade prevention, by analogy; and the order of the checks.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderlists_simulator._engine.enums import ContingencyType
from orderlists_simulator._engine.errors import ApiError
from orderlists_simulator._engine.orders import Leg
from orderlists_simulator._engine.symbols import Symbol

_PAIR_IN_OTO = 3
"""How many legs an OTO with a pending pair has."""


def check_permissions(
    symbol: Symbol, contingency_type: ContingencyType | None, legs: Sequence[Leg]
) -> None:
    """Check that a symbol is traded, and allows such a list or order.

    Args:
        symbol: The symbol.
        contingency_type: None for a single order.
        legs: Its legs; those of an OPO that are pending have no quantity.

    Raises:
        ApiError: -1013, it is not traded; -2010, something is not allowed.
    """
    if symbol.status != "TRADING":
        raise ApiError(-1013, "Market is closed.")
    has_pair = contingency_type == "OCO" or len(legs) == _PAIR_IN_OTO
    is_opo = any(each.quantity is None for each in legs)
    refused = [
        ("OTO", contingency_type == "OTO" and not symbol.oto_allowed),
        ("OCO", has_pair and not symbol.oco_allowed),
        ("OPO", is_opo and not symbol.opo_allowed),
        *(each for leg in legs for each in _of_leg(symbol, leg)),
    ]
    for kind, is_refused in refused:
        if is_refused:
            raise ApiError(-2010, f"{kind} orders are not supported for this symbol.")
    modes = symbol.allowed_self_trade_prevention_modes
    if any(each.self_trade_prevention_mode not in modes for each in legs):
        text = "This symbol does not allow the specified self-trade prevention mode."
        raise ApiError(-2010, text)


def _of_leg(symbol: Symbol, leg: Leg) -> list[tuple[str, bool]]:
    kind = leg.type.replace("_", " ").capitalize()
    is_trailing, is_pegged = leg.trailing_delta is not None, leg.peg_price_type is not None
    return [
        (kind, leg.type not in symbol.order_types),
        ("Iceberg", bool(leg.iceberg_qty) and not symbol.iceberg_allowed),
        ("Trailing stop", is_trailing and not symbol.allow_trailing_stop),
        ("Pegged", is_pegged and not symbol.peg_instructions_allowed),
    ]
