"""SBE messages written from plain values, and what such values mean.

Reads the description of the schema by itself: nothing here uses the library's decoder.
"""

import json
import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from importlib.resources import files
from itertools import count
from struct import Struct, pack
from types import MappingProxyType
from typing import Any, TypeGuard

from orderlists import (
    AmendOrder,
    CancelOpenOrders,
    CancelOrder,
    CancelOrderList,
    GetAllOrderLists,
    GetOrder,
    GetOrderList,
    GetServerTime,
    GetUnfilledOrderCount,
    Instant,
    OrderReport,
    PlaceOco,
    RawReply,
    TimeUnit,
)
from orderlists._models.fields import wire_names
from orderlists._operations.user_data_stream import LogOn, Ping, Subscribe, Unsubscribe
from orderlists.extending import Request, Shape

Tree = dict[str, Any]
US = TimeUnit.MICROSECOND

_TEXT = files("orderlists._formats.sbe").joinpath("schema.json").read_text("utf-8")
DESCRIPTION: Tree = json.loads(_TEXT)
"""The description of the schema."""

TEMPLATES: dict[str, int] = {m["name"]: int(n) for n, m in DESCRIPTION["messages"].items()}
LAYOUTS: dict[str, Tree] = {each["name"]: each for each in DESCRIPTION["messages"].values()}
CODES = {
    "int8": "b",
    "int16": "h",
    "int32": "i",
    "int64": "q",
    "uint8": "B",
    "uint16": "H",
    "uint32": "I",
    "uint64": "Q",
}
LATEST = 5
NULLS = {
    **{f"int{bits}": -(1 << bits - 1) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": (1 << bits) - 1 for bits in (8, 16, 32, 64)},
}

_REQUESTS: dict[str, type[Request[Any]]] = {
    "CancelOrderListResponse": CancelOrderList,
    "CancelOrderResponse": CancelOrder,
    "CancelOpenOrdersResponse": CancelOpenOrders,
    "ServerTimeResponse": GetServerTime,
    "NewOrderListAckResponse": PlaceOco,
    "NewOrderListResultResponse": PlaceOco,
    "NewOrderListFullResponse": PlaceOco,
    "OrderListResponse": GetOrderList,
    "OrderListsResponse": GetAllOrderLists,
    "OrderResponse": GetOrder,
    "AccountOrderRateLimitResponse": GetUnfilledOrderCount,
    "UserDataStreamSubscribeResponse": Subscribe,
    "UserDataStreamUnsubscribeResponse": Unsubscribe,
    "WebSocketSessionLogonResponse": LogOn,
    "WebSocketSessionStatusResponse": LogOn,
    "WebSocketSessionLogoutResponse": LogOn,
    "WebSocketSessionSubscriptionsResponse": LogOn,
    "PingResponse": Ping,
}
SHAPES: dict[str, Shape[Any]] = {
    name: request.operation.result for name, request in _REQUESTS.items()
}
"""The shape of the reply with this message, by the name of the message."""

ALL_SHAPES = [*dict.fromkeys(SHAPES.values()), AmendOrder.operation.result]
EVENTS = {
    "ListStatusEvent": "listStatus",
    "ExecutionReportEvent": "executionReport",
    "EventStreamTerminatedEvent": "eventStreamTerminated",
    "ServerShutdownEvent": "serverShutdown",
}
"""The types of the events that have a layout, by the name of the message."""


def sbe_reply(body: bytes, status: int = 200, **headers: str) -> RawReply:
    """Return a reply over HTTP that is labelled SBE."""
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return RawReply(status, (("Content-Type", "application/sbe"), *named), body)


# Writing.


def known(layout: Tree, kind: str, version: int) -> list[Tree]:
    """Return the fields, groups or data that a version has."""
    return [each for each in layout.get(kind, ()) if each.get("since", 0) <= version]


def block_of(layout: Tree, values: Tree, version: int = LATEST) -> bytes:
    """Return the block of fixed-size fields; what has no value is null."""
    fields = known(layout, "fields", version)
    packed = Struct("<" + "".join(CODES[each["type"]] for each in fields))
    return packed.pack(*[values.get(each["name"], NULLS[each["type"]]) for each in fields])


class Form:
    """How a message is written, other than by this version of the schema.

    Attributes:
        version: The version that it is written in.
        label: The version in its header.
        cuts: Lengths of blocks that are shorter, by the path of a group; of the message by ``""``.
        more: What is appended to every block.
    """

    def __init__(
        self,
        version: int = LATEST,
        *,
        label: int | None = None,
        cuts: Mapping[str, int] = MappingProxyType({}),
        more: bytes = b"",
    ) -> None:
        self.version = version
        self.label = version if label is None else label
        self._cuts = cuts
        self._more = more

    def block(self, layout: Tree, values: Tree, path: str = "") -> bytes:
        """Return a block."""
        return block_of(layout, values, self.version)[: self._cuts.get(path)] + self._more

    def rest(self, layout: Tree, values: Tree, path: str = "") -> bytes:
        """Return the groups and the data behind a block."""
        body = b""
        for group in known(layout, "groups", self.version):
            inner = f"{path}.{group['name']}"
            entries = values.get(group["name"], ())
            length = len(self.block(group, {}, inner))
            body += pack("<" + "".join(CODES[n] for n in group["dimension"]), length, len(entries))
            for entry in entries:
                body += self.block(group, entry, inner) + self.rest(group, entry, inner)
        for data in known(layout, "data", self.version):
            value = values.get(data["name"], b"")
            raw = value.encode() if isinstance(value, str) else value
            body += pack(f"<{CODES[data['prefix']]}", len(raw)) + raw
        return body


_USUAL = Form()


def encoded(name: str, values: Tree, form: Form = _USUAL) -> bytes:
    """Return a message with these values: numbers, texts and entries, by the schema's names."""
    layout = LAYOUTS[name]
    block = form.block(layout, values)
    header = pack("<HHHH", len(block), TEMPLATES[name], 3, form.label)
    return header + block + form.rest(layout, values)


def enveloped(result: bytes, status: int = 200, request_id: str = "7", **more: Any) -> bytes:
    """Return a frame of the WebSocket API with this message inside."""
    values = {"sbeSchemaIdVersionDeprecated": 0, "status": status, "id": request_id, **more}
    return encoded("WebSocketResponse", {**values, "result": result})


# Samples.


def sample(name: str) -> Tree:
    """Return values for every part of a message, each with another number."""
    if name == "CancelOpenOrdersResponse":
        inner = ("CancelOrderResponse", "CancelOrderListResponse")
        return {"responses": [{"response": message(each)} for each in inner]}
    numbers = count(1)
    values = _sample(LAYOUTS[name], numbers)
    if name == "WebSocketResponse":
        values |= {"status": 200, "result": message("ServerTimeResponse")}
    return values


def message(name: str, form: Form = _USUAL) -> bytes:
    """Return a message with the sample values."""
    return encoded(name, sample(name), form)


def _sample(layout: Tree, numbers: Iterator[int]) -> Tree:
    values: Tree = {each["name"]: _number(each, next(numbers)) for each in layout.get("fields", ())}
    for group in layout.get("groups", ()):
        values[group["name"]] = [_sample(group, numbers) for _ in range(2)]
    for data in layout.get("data", ()):
        values[data["name"]] = b"" if data.get("is_message") else f"text-{next(numbers)}"
    return values


def _number(field: Tree, number: int) -> int:
    if field["name"].endswith("Exponent"):
        return -8
    if "enum" in field:
        # No number that stands for what JSON leaves out.
        return 2 if field["name"] == "orderCapacity" else 1
    return number + 1_700_000_000_000_000 if field.get("is_time") else number


# Meaning.


def meaning(field: Tree, values: Tree, scope: Tree) -> Any:
    """Return what the number of a field means: a Fraction, an Instant, a bool, a word, a number."""
    number = values[field["name"]]
    if "exponent" in field:
        return number * Fraction(10) ** scope[field["exponent"]]
    if "enum" in field:
        word = DESCRIPTION["enums"][field["enum"]].get(str(number), str(number))
        return {"True": True, "False": False}.get(word, word)
    return Instant(number, US) if field.get("is_time") else number


def assert_means(result: Any, layout: Tree, values: Tree, scope: Tree | None = None) -> None:
    """Assert that the attributes of a result have these values, and no other part is lost."""
    attributes = {sent: name for name, sent in wire_names(type(result)).items()}
    scope = {**(scope or {}), **values}
    for field in layout.get("fields", ()):
        if field["name"].endswith("Exponent") or field["name"] not in values:
            continue
        found = part_of(result, attributes, field)
        wanted = meaning(field, values, scope)
        assert (Fraction(found) if isinstance(wanted, Fraction) else found) == wanted, field
    for data in layout.get("data", ()):
        if data["name"] in values:
            assert part_of(result, attributes, data) == values[data["name"]], data
    for group in layout.get("groups", ()):
        _assert_entries(part_of(result, attributes, group), group, values, scope)


def _assert_entries(found: Any, group: Tree, values: Tree, scope: Tree) -> None:
    assert len(found) == len(values[group["name"]])
    for entry, wanted in zip(found, values[group["name"]], strict=True):
        if isinstance(entry, dict):
            assert entry.keys() == {each.get("json", each["name"]) for each in named(group)}
        else:
            assert_means(entry, group, wanted, scope)


def named(layout: Tree) -> list[Tree]:
    """Return the parts that JSON has."""
    parts = [*layout.get("fields", ()), *layout.get("groups", ()), *layout.get("data", ())]
    return [each for each in parts if not each["name"].endswith("Exponent")]


def part_of(result: Any, attributes: dict[str, str], part: Tree) -> Any:
    """Return a part of a result: an attribute, or an unknown field."""
    sent = part.get("json", part["name"])
    return getattr(result, attributes[sent]) if sent in attributes else result.unknown_fields[sent]


def is_page(value: object) -> TypeGuard[tuple[Any, ...]]:
    """Return whether a result is a tuple of results."""
    return isinstance(value, tuple)


def class_of(value: object) -> Any:
    """Return the class of a result, for what type checkers cannot know."""
    return type(value)


def word_of(name: str) -> str:
    """Return the word of JSON for a name of the reference encoder, such as ``StopLossLimit``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()


def report_of(**values: int) -> OrderReport:
    """Return an order with these numbers, as the library reads it."""
    from orderlists import Sbe  # noqa: PLC0415 - the one helper that decodes

    body = encoded("OrderResponse", {**sample("OrderResponse"), **values})
    found: OrderReport = Sbe().decode(sbe_reply(body), SHAPES["OrderResponse"], US)
    return found
