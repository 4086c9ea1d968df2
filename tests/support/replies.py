"""What the exchange may answer: valid replies, damaged ones, and an eye of our own to compare with.

Nothing here uses the library's decoder: names and kinds are written down once more, from the
documentation.
"""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

from hypothesis import strategies as st

from orderlists import Instant, ListedOrder, OrderList, OrderReport, TimeUnit
from strategies import client_ids, ids, symbols

Json = Any
Tree = dict[str, Json]

decimals = st.decimals(0, 10**9, places=8).map(lambda d: f"{d:f}")
times = st.integers(0, 253_402_300_799_999)
words = st.text(min_size=1, max_size=12)


def _word(*known: str) -> st.SearchStrategy[str]:
    return st.sampled_from(known) | words


LIST_FIELDS: dict[str, tuple[str, str]] = {
    "order_list_id": ("orderListId", "int"),
    "contingency_type": ("contingencyType", "text"),
    "list_status_type": ("listStatusType", "text"),
    "list_order_status": ("listOrderStatus", "text"),
    "list_client_order_id": ("listClientOrderId", "text"),
    "transaction_time": ("transactionTime", "time"),
    "symbol": ("symbol", "text"),
}
ORDER_FIELDS: dict[str, tuple[str, str]] = {
    "symbol": ("symbol", "text"),
    "order_id": ("orderId", "int"),
    "client_order_id": ("clientOrderId", "text"),
}
REPORT_FIELDS: dict[str, tuple[str, str]] = {
    **ORDER_FIELDS,
    "order_list_id": ("orderListId", "int"),
    "orig_client_order_id": ("origClientOrderId", "text"),
    "transact_time": ("transactTime", "time"),
    "price": ("price", "decimal"),
    "orig_qty": ("origQty", "decimal"),
    "executed_qty": ("executedQty", "decimal"),
    "orig_quote_order_qty": ("origQuoteOrderQty", "decimal"),
    "cumulative_quote_qty": ("cummulativeQuoteQty", "decimal"),
    "status": ("status", "text"),
    "time_in_force": ("timeInForce", "text"),
    "type": ("type", "text"),
    "side": ("side", "text"),
    "stop_price": ("stopPrice", "decimal"),
    "iceberg_qty": ("icebergQty", "decimal"),
    "self_trade_prevention_mode": ("selfTradePreventionMode", "text"),
    "trailing_delta": ("trailingDelta", "int"),
    "trailing_time": ("trailingTime", "time"),
    "strategy_id": ("strategyId", "int"),
    "strategy_type": ("strategyType", "int"),
    "prevented_match_id": ("preventedMatchId", "int"),
    "prevented_quantity": ("preventedQuantity", "decimal"),
    "used_sor": ("usedSor", "flag"),
    "working_floor": ("workingFloor", "text"),
    "peg_price_type": ("pegPriceType", "text"),
    "peg_offset_type": ("pegOffsetType", "text"),
    "peg_offset_value": ("pegOffsetValue", "int"),
    "pegged_price": ("peggedPrice", "decimal"),
    "expiry_reason": ("expiryReason", "text"),
    "time": ("time", "time"),
    "update_time": ("updateTime", "time"),
    "is_working": ("isWorking", "flag"),
    "working_time": ("workingTime", "time"),
}
_BY_KIND: dict[str, st.SearchStrategy[Json]] = {
    "int": ids,
    "text": _word("CANCELED", "OCO", "ALL_DONE", "SELL") | client_ids,
    "time": times | st.just(-1),
    "decimal": decimals,
    "flag": st.booleans(),
}


@st.composite
def _objects(
    draw: st.DrawFn, fields: dict[str, tuple[str, str]], required: tuple[str, ...]
) -> Tree:
    return {
        wire: draw(_BY_KIND[kind])
        for wire, kind in fields.values()
        if wire in required or draw(st.booleans())
    }


@st.composite
def cancel_replies(draw: st.DrawFn) -> Tree:
    """Draw any valid reply: any conditional field there or not, any enumeration with any word."""
    tree = draw(_objects(LIST_FIELDS, tuple(wire for wire, _ in LIST_FIELDS.values())))
    tree["symbol"] = draw(symbols)
    listed = ("symbol", "orderId", "clientOrderId")
    tree["orders"] = draw(st.lists(_objects(ORDER_FIELDS, listed), max_size=3))
    reports = _objects(REPORT_FIELDS, (*listed, "orderListId"))
    if draw(st.booleans()):
        tree["orderReports"] = draw(st.lists(reports, max_size=3))
    return tree


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["", "NaN", "1e5", "-1", "１", " 1", "1_0", "Infinity", "0.1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


def _places(tree: Json) -> list[Callable[[Json], None]]:
    """Return a setter for every place in the tree."""
    found: list[Callable[[Json], None]] = []
    kind = cast("object", type(tree))
    names: Any = ()
    if kind is dict:
        names = list(tree)
    elif kind is list:
        names = range(len(tree))
    for name in names:
        found.append(partial(tree.__setitem__, name))
        found.extend(_places(tree[name]))
    return found


@st.composite
def damaged_replies(draw: st.DrawFn) -> bytes:
    """Draw the bytes of a reply in which something is not as documented."""
    tree = json.loads(json.dumps(draw(cancel_replies())))
    for _ in range(draw(st.integers(1, 2))):
        match draw(st.sampled_from(["replace", "remove", "add"])):
            case "replace":
                draw(st.sampled_from(_places(tree)))(draw(json_values))
            case "remove":
                tree.pop(draw(st.sampled_from(sorted(tree))), None)
            case _:
                tree[draw(words)] = draw(json_values)
        if not tree:
            break
    body = json.dumps(tree, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    match draw(st.sampled_from(["whole", "whole", "cut", "byte", "deep", "page"])):
        case "cut":
            return body[: draw(st.integers(0, len(body) - 1))]
        case "byte":
            at = draw(st.integers(0, len(body) - 1))
            return body[:at] + draw(st.binary(min_size=1, max_size=1)) + body[at + 1 :]
        case "deep":
            return body[:-1] + b', "deep": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"
        case "page":
            return b"<html><body>" + body + b"</body></html>"
        case _:
            return body


def agrees(result: OrderList, tree: Json, unit: TimeUnit = TimeUnit.MILLISECOND) -> bool:
    """Tell whether a result holds exactly what `json.loads` sees in the reply."""
    lists = ("orders", "orderReports")
    orders, reports = tree["orders"], tree.get("orderReports", [])
    return (
        _same(result, LIST_FIELDS, {k: v for k, v in tree.items() if k not in lists}, unit)
        and len(result.orders) == len(orders)
        and len(result.order_reports) == len(reports)
        and all(_same(o, ORDER_FIELDS, t, unit) for o, t in zip(result.orders, orders, strict=True))
        and all(
            _same(r, REPORT_FIELDS, t, unit)
            for r, t in zip(result.order_reports, reports, strict=True)
        )
    )


def _same(
    value: OrderList | OrderReport | ListedOrder,
    fields: dict[str, tuple[str, str]],
    tree: Tree,
    unit: TimeUnit,
) -> bool:
    rest = dict(tree)
    for name, (wire, kind) in fields.items():
        if not _is(getattr(value, name), rest.pop(wire, None), kind, unit):
            return False
    return bool(_exactly(rest) == _exactly(dict(value.unknown_fields)))


def _is(found: Any, sent: Json, kind: str, unit: TimeUnit) -> bool:
    if sent is None or found is None:
        return found is sent
    match kind:
        case "decimal":
            return type(sent) is str and type(found) is Decimal and bool(found == Decimal(sent))
        case "time":
            return type(sent) is int and bool(found == Instant(sent, unit))
        case "text":
            return type(sent) is str and str(found) == sent
        case _:
            return type(found) is type(sent) and bool(found == sent)


def _exactly(value: Json) -> Json:
    # As floats: what one JSON parser reads as a huge int or a Decimal is a float to another.
    return json.loads(json.dumps(value, default=float), parse_int=float)
