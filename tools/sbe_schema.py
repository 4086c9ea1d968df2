"""Write the description of the SBE messages that the library decodes, from the exchange's schema.

    python tools/sbe_schema.py spot_3_5.xml > core/orderlists/_formats/sbe/schema.json

The schema is published by the exchange and is not part of this project.  The description has what
decoding needs: for each message, group and enumeration the names, offsets and types.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, parse

MESSAGES = {
    *(50, 51, 52, 53, 54),  # The envelope of the WebSocket API, and its session.
    *(100, 101, 102),  # Errors, ping, time.
    *(304, 305, 306),  # Orders.
    *(309, 310, 311, 312, 313, 314),  # Order lists.
    402,  # The count of unfilled orders.
    *(503, 504),  # Subscribing.
    *(602, 603, 606, 610),  # Events.
    999,  # What the schema cannot express.
}
"""The templates of the messages about order lists."""

_JSON = "{https://developers.binance.com/docs/binance-spot-api-docs}"
_SIZES = {f"{sign}int{8 * size}": size for sign in ("", "u") for size in (1, 2, 4, 8)}
_DEFAULT_DIMENSION = "groupSizeEncoding"


class Types:
    """The types of a schema by name."""

    def __init__(self, root: Element) -> None:
        self.aliases = {name: name for name in _SIZES}
        self.lengths: dict[str, list[str]] = {}
        self.enums: dict[str, Element] = {}
        for each in root.iter():
            name = each.get("name", "")
            if each.tag == "type" and each.get("length") is None:
                self.aliases.setdefault(name, each.get("primitiveType", ""))
            elif each.tag == "composite":
                self.lengths[name] = [part.get("primitiveType", "") for part in each]
            elif each.tag == "enum":
                self.enums[name] = each
                self.aliases[name] = each.get("encodingType", "")


def described(root: Element, wanted: set[int]) -> dict[str, Any]:
    """Return the description of these messages, and of the enumerations that they use."""
    types = Types(root)
    found = [each for each in root if each.tag.endswith("}message")]
    messages = {
        message.get("id", ""): {"name": message.get("name"), **_block(message, types)}
        for message in found
        if int(message.get("id", "")) in wanted
    }
    text = json.dumps(messages)
    used = {name: _values(each) for name, each in types.enums.items() if f'"{name}"' in text}
    return {
        "id": int(root.get("id", "")),
        "version": int(root.get("version", "")),
        "enums": used,
        "messages": messages,
    }


def _block(parent: Element, types: Types) -> dict[str, Any]:
    fields: list[dict[str, Any]] = []
    offset = 0
    for each in parent.iterfind("field"):
        fields.append(_field(each, offset, types))
        offset += _SIZES[fields[-1]["type"]]
    parts = {
        "fields": fields,
        "groups": [_group(each, types) for each in parent.iterfind("group")],
        "data": [_data(each, types) for each in parent.iterfind("data")],
    }
    return {"length": offset, **{name: part for name, part in parts.items() if part}}


def _field(each: Element, offset: int, types: Types) -> dict[str, Any]:
    kind = each.get("type", "")
    described = {**_names(each), "offset": offset, "type": types.aliases[kind]}
    exponent = each.get(f"{_JSON}exponent")
    if exponent is not None:
        described["exponent"] = exponent
    elif kind in types.enums:
        described["enum"] = kind
    elif kind == "utcTimestampUs":
        described["is_time"] = True
    return described | _default(each)


def _group(each: Element, types: Types) -> dict[str, Any]:
    dimension = types.lengths[each.get("dimensionType", _DEFAULT_DIMENSION)]
    return {**_names(each), "dimension": dimension, **_block(each, types)}


def _data(each: Element, types: Types) -> dict[str, Any]:
    kind = each.get("type", "")
    described = {**_names(each), "prefix": types.lengths[kind][0]}
    if kind.startswith("optional"):
        described["is_optional"] = True
    if "essageData" in kind:
        described["is_message"] = True
    return described | _default(each)


def _names(each: Element) -> dict[str, Any]:
    name = each.get("name", "")
    names: dict[str, Any] = {"name": name}
    path = each.get(f"{_JSON}jsonPath", name)
    if path != name:
        names["json"] = path
    since = int(each.get("sinceVersion", "0"))
    if since:
        names["since"] = since
    return names


def _default(each: Element) -> dict[str, Any]:
    default = each.get(f"{_JSON}jsonDefaultValue")
    return {} if default is None else {"default": default}


def _values(enum: Element) -> dict[str, str]:
    return {
        (each.text or "").strip(): each.get(f"{_JSON}jsonValue", each.get("name", ""))
        for each in enum.iterfind("validValue")
    }


def written(value: object, margin: str = "") -> str:
    """Return JSON with one field, or one enumeration, per line."""
    text = json.dumps(value, ensure_ascii=False)
    inner = margin + "  "
    if len(margin) + len(text) <= 100 or not isinstance(value, dict | list):  # noqa: PLR2004 - the width of a line
        return text
    if isinstance(value, list):
        return "[\n" + ",\n".join(inner + written(each, inner) for each in value) + f"\n{margin}]"
    members = [f"{inner}{json.dumps(key)}: {written(each, inner)}" for key, each in value.items()]
    return "{\n" + ",\n".join(members) + f"\n{margin}}}"


def main() -> None:
    """Describe the schema in the file that is named by the first argument."""
    root = parse(Path(sys.argv[1])).getroot()  # noqa: S314 - the developer's own file
    print(written(described(root, MESSAGES)))


if __name__ == "__main__":
    main()
