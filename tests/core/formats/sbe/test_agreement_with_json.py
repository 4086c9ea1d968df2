"""Any message gives what JSON gives for the same values, in microseconds.

The JSON form of a message is written here from the description and the rules of the documentation.
"""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlists import Json, Sbe
from orderlists.extending import Unreadable
from replies import http_reply
from sbe_messages import (
    DESCRIPTION,
    EVENTS,
    LAYOUTS,
    NULLS,
    SHAPES,
    US,
    Tree,
    encoded,
    sbe_reply,
)
from strategies import client_ids, symbols

SBE, JSON = Sbe(), Json()
ARRAYS = {"OrderListsResponse", "AccountOrderRateLimitResponse"}
# It holds other messages, each of which is compared by itself.
NAMES = sorted({*SHAPES, *EVENTS} - {"CancelOpenOrdersResponse"})
# Lists that no result has an attribute for: an empty one may be left out.
WITHOUT_ATTRIBUTE = {"preventedMatches", "subscriptions"}
texts = st.just("") | client_ids | symbols.filter(lambda text: len(text.encode()) < 256)
times = st.integers(-2, 253_402_300_800_000_000)


def numbers_for(field: Tree) -> st.SearchStrategy[int]:
    if field["name"].endswith("Exponent"):
        return st.integers(-20, 18)
    if "enum" in field:
        known = [int(number) for number in DESCRIPTION["enums"][field["enum"]]]
        return st.sampled_from([*known, 255]) | st.integers(0, 255)
    bits = int(field["type"].rpartition("int")[2])
    is_signed = not field["type"].startswith("u")
    whole = st.integers(-(1 << bits - 1), (1 << bits - 1) - 1)
    anything = whole if is_signed else st.integers(0, (1 << bits) - 1)
    likely = times if field.get("is_time") else st.integers(0, 100)
    return likely | st.just(NULLS[field["type"]]) | anything


@st.composite
def values_of(draw: st.DrawFn, layout: Tree) -> Tree:
    """Draw values for a block and what follows it."""
    values: Tree = {f["name"]: draw(numbers_for(f)) for f in layout.get("fields", ())}
    for group in layout.get("groups", ()):
        least = 1 if group["name"] in WITHOUT_ATTRIBUTE else 0
        values[group["name"]] = draw(st.lists(values_of(group), min_size=least, max_size=2))
    for data in layout.get("data", ()):
        values[data["name"]] = draw(texts)
    return values


# The JSON form.


def json_of(layout: Tree, values: Tree, scope: Tree) -> Tree:
    """Return what JSON has for these values."""
    scope = {**scope, **values}
    tree: Tree = {}
    for field in layout.get("fields", ()):
        number = values[field["name"]]
        name = field.get("json", field["name"])
        if field["name"].endswith("Exponent") or is_left_out(field["name"], values):
            continue
        if number != NULLS[field["type"]]:
            tree[name] = plain(field, number, scope)
        elif "default" in field and field["name"] != "usedSor":
            tree[name] = json.loads(field["default"])
    for group in layout.get("groups", ()):
        entries = [json_of(group, entry, scope) for entry in values[group["name"]]]
        tree[group.get("json", group["name"])] = entries
    for data in layout.get("data", ()):
        text, name = values[data["name"]], data.get("json", data["name"])
        if text or not data.get("is_optional"):
            tree[name] = text if text or name != "listClientOrderId" else None
        elif "default" in data:
            tree[name] = data["default"]
    return tree


def is_left_out(name: str, values: Tree) -> bool:
    """Return whether JSON does not have a field, because it means nothing in this order."""
    match name:
        case "usedSor" | "preventedQuantity" | "preventedQty":
            return bool(values[name] == 0)
        case "orderCapacity":
            return bool(values[name] == 1)
        case "workingFloor":
            return values["usedSor"] in {0, 255}
        case "matchType":
            return bool(values["allocId"] == NULLS["int64"])
        case "subscriptionId":
            return "eventTime" in values
        case _:
            return False


def plain(field: Tree, number: int, scope: Tree) -> Any:
    if "exponent" in field:
        exponent = scope[field["exponent"]]
        digits = str(number * 10 ** max(0, exponent))
        return f"{Decimal(f'{digits}e{min(0, exponent)}'):f}"
    if "enum" in field:
        if field["enum"] == "boolEnum":
            return {0: False, 1: True}.get(number, number)
        return DESCRIPTION["enums"][field["enum"]].get(str(number), str(number))
    return number


def outcome_in_sbe(name: str, values: Tree) -> Any:
    body = encoded(name, values)
    if name in EVENTS:
        return SBE.decode_frame(body, US)
    try:
        return SBE.decode(sbe_reply(body), SHAPES[name], US)
    except Unreadable:
        return Unreadable


def outcome_in_json(name: str, values: Tree) -> Any:
    tree: Any = json_of(LAYOUTS[name], values, {})
    if name in EVENTS:
        event = {"e": EVENTS[name], **tree}
        return JSON.decode_frame(json.dumps({"event": event}), US)
    if name in ARRAYS:
        tree = tree[".."]
    try:
        return JSON.decode(http_reply(json.dumps(tree)), SHAPES[name], US)
    except Unreadable:
        return Unreadable


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=20)
def test_a_message_gives_what_json_gives(name: str, data: st.DataObject) -> None:
    values = data.draw(values_of(LAYOUTS[name]))
    assert outcome_in_sbe(name, values) == outcome_in_json(name, values)
