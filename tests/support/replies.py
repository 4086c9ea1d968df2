"""Replies of the exchange: valid ones, damaged ones, and an independent reading to compare with.

Nothing here uses the library's decoder: names and kinds are written down once more, from the
documentation.
"""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, cast

from hypothesis import strategies as st

from orderlists import Instant, ListedOrder, OrderList, OrderReport, RawReply, TimeUnit
from strategies import client_ids, ids, symbols

Json = Any
Tree = dict[str, Json]


def http_reply(body: str | bytes, status: int = 200, **headers: str) -> RawReply:
    """Return a reply over HTTP with these headers; ``_`` in a name stands for ``-``."""
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return RawReply(status, named, body.encode() if isinstance(body, str) else body)


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
REQUIRED_OF_ORDER = ("symbol", "orderId", "clientOrderId")
REQUIRED_OF_REPORT = (*REQUIRED_OF_ORDER, "orderListId")
OPTIONAL_OF_LIST = ("listClientOrderId", "orderReports")
OPTIONAL_OF_REPORT = tuple(
    sorted({wire for wire, _ in REPORT_FIELDS.values()} - set(REQUIRED_OF_REPORT))
)
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
    tree["orders"] = draw(st.lists(_objects(ORDER_FIELDS, REQUIRED_OF_ORDER), max_size=3))
    reports = _objects(REPORT_FIELDS, REQUIRED_OF_REPORT)
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
    """Return whether a result holds exactly what `json.loads` finds in the reply.

    An optional field in an unexpected form has to be among the malformed ones, and no other.
    """
    flat = {name: value for name, value in tree.items() if name not in {"orders", "orderReports"}}
    malformed = dict(result.malformed_fields)
    reports: Json = tree.get("orderReports", [])
    if not _are_reports(reports):
        if result.order_reports != () or _exactly(malformed.pop("orderReports")) != _exactly(
            reports
        ):
            return False
        reports = []
    return (
        _same(result, LIST_FIELDS, flat, malformed, unit)
        and len(result.orders) == len(tree["orders"])
        and len(result.order_reports) == len(reports)
        and all(
            _same(order, ORDER_FIELDS, part, dict(order.malformed_fields), unit)
            for order, part in zip(result.orders, tree["orders"], strict=True)
        )
        and all(
            _same(report, REPORT_FIELDS, part, dict(report.malformed_fields), unit)
            for report, part in zip(result.order_reports, reports, strict=True)
        )
    )


def _are_reports(value: Json) -> bool:
    return type(value) is list and all(
        type(part) is dict
        and all(_fits(part.get(wire), _KINDS[wire]) for wire in REQUIRED_OF_REPORT)
        for part in _items(value)
    )


def _items(value: Json) -> list[Json]:
    return list(value)


def _same(
    value: OrderList | OrderReport | ListedOrder,
    fields: dict[str, tuple[str, str]],
    tree: Tree,
    malformed: Tree,
    unit: TimeUnit,
) -> bool:
    rest = dict(tree)
    expected: Tree = {}
    for name, (wire, kind) in fields.items():
        sent, found = rest.pop(wire, None), getattr(value, name)
        if sent is not None and not _fits(sent, kind, unit):
            expected[wire] = sent
            sent = None
        if not _is(found, sent, kind, unit):
            return False
    return bool(
        _exactly(rest) == _exactly(dict(value.unknown_fields))
        and _exactly(expected) == _exactly(malformed)
        and set(expected) <= {*OPTIONAL_OF_LIST, *OPTIONAL_OF_REPORT}
    )


_KINDS = dict(REPORT_FIELDS.values())
_DECIMAL = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")


def _fits(sent: Json, kind: str, unit: TimeUnit = TimeUnit.MILLISECOND) -> bool:
    match kind:
        case "decimal":
            return type(sent) is str and _DECIMAL.fullmatch(sent) is not None
        case "time":
            last = 253_402_300_799_999_999 // unit.microseconds
            return type(sent) is int and -1 <= sent <= last
        case "text":
            return type(sent) is str
        case "flag":
            return type(sent) is bool
        case _:
            return type(sent) is int and -(2**63) <= sent < 2**63


def _is(found: Any, sent: Json, kind: str, unit: TimeUnit) -> bool:
    if sent is None or found is None:
        return found is sent
    match kind:
        case "decimal":
            return type(found) is Decimal and bool(found == Decimal(sent))
        case "time":
            return bool(found == Instant(sent, unit))
        case "text":
            return bool(str(found) == sent)
        case _:
            return type(found) is type(sent) and bool(found == sent)


def _exactly(value: Json) -> Json:
    # As floats: what one JSON parser reads as a huge int or a Decimal, another reads as a float.
    return json.loads(json.dumps(value, default=float), parse_int=float)


FILTER_FIELDS: dict[str, dict[str, str]] = {
    "PRICE_FILTER": {"minPrice": "decimal", "maxPrice": "decimal", "tickSize": "decimal"},
    "LOT_SIZE": {"minQty": "decimal", "maxQty": "decimal", "stepSize": "decimal"},
    "MIN_NOTIONAL": {"minNotional": "decimal", "applyToMarket": "flag", "avgPriceMins": "int"},
    "ICEBERG_PARTS": {"limit": "int"},
}


@st.composite
def filters(draw: st.DrawFn) -> Tree:
    """Draw a filter: of a known type or another, with any of the figures of any type."""
    known = draw(st.sampled_from(sorted(FILTER_FIELDS)))
    tree = {wire: draw(_BY_KIND[kind]) for wire, kind in FILTER_FIELDS[known].items()}
    tree["filterType"] = draw(st.just(known) | _word(*FILTER_FIELDS) | json_values)
    for wire in draw(st.sets(st.sampled_from(sorted(tree)), max_size=1)):
        tree[wire] = draw(json_values)
    return tree
