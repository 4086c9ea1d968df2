"""The script that describes a schema: every feature of the exchange's XML, in a small one."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from orderlists._formats.sbe import schema

SCRIPT = Path(__file__).parents[4] / "tools" / "sbe_schema.py"
if not SCRIPT.exists():
    pytest.skip("the tools are not part of an installed package", allow_module_level=True)

XML = """<?xml version="1.0" encoding="UTF-8"?>
<sbe:messageSchema xmlns:sbe="http://fixprotocol.io/2016/sbe"
    xmlns:mbx="https://developers.binance.com/docs/binance-spot-api-docs"
    package="small" id="9" version="2" byteOrder="littleEndian">
  <types>
    <composite name="messageHeader">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="templateId" primitiveType="uint16"/>
    </composite>
    <composite name="groupSizeEncoding">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint32"/>
    </composite>
    <composite name="groupSize16Encoding">
      <type name="blockLength" primitiveType="uint16"/>
      <type name="numInGroup" primitiveType="uint16"/>
    </composite>
    <composite name="varString8">
      <type name="length" primitiveType="uint8"/>
      <type name="varData" length="0" primitiveType="uint8" characterEncoding="UTF-8"/>
    </composite>
    <composite name="optionalVarString">
      <type name="length" primitiveType="uint16"/>
      <type name="varData" length="0" primitiveType="uint8" characterEncoding="UTF-8"/>
    </composite>
    <composite name="optionalMessageData">
      <type name="length" primitiveType="uint32"/>
      <type name="varData" length="0" primitiveType="uint8"/>
    </composite>
    <type name="orderId" primitiveType="int64"/>
    <type name="utcTimestampUs" primitiveType="int64"/>
    <enum name="side" encodingType="uint8">
      <validValue name="Buy" mbx:jsonValue="BUY">0</validValue>
      <validValue name="SELL"> 1 </validValue>
      <validValue name="NonRepresentable" mbx:jsonValue="NON_REPRESENTABLE">254</validValue>
    </enum>
    <enum name="unused" encodingType="uint8">
      <validValue name="A">0</validValue>
    </enum>
  </types>
  <sbe:message name="Small" id="7">
    <field id="1" name="priceExponent" type="int8" mbx:jsonPath="priceExponent"/>
    <field id="2" name="orderId" type="orderId"/>
    <field id="3" name="listId" type="orderId" presence="optional" mbx:jsonDefaultValue="-1"/>
    <field id="4" name="price" type="int64" mbx:exponent="priceExponent" mbx:jsonPath="p"/>
    <field id="5" name="when" type="utcTimestampUs" mbx:jsonPath="when"/>
    <field id="6" name="way" type="side" presence="optional"/>
    <field id="7" name="late" type="uint16" sinceVersion="2"/>
    <group id="100" name="legs" dimensionType="groupSize16Encoding" mbx:jsonPath="..">
      <field id="1" name="qty" type="int32"/>
      <group id="101" name="fills">
        <data id="200" name="asset" type="varString8"/>
      </group>
    </group>
    <data id="200" name="symbol" type="varString8"/>
    <data id="201" name="reason" type="optionalVarString" mbx:jsonDefaultValue="NONE"/>
    <data id="202" name="inner" type="optionalMessageData" sinceVersion="1"/>
  </sbe:message>
  <sbe:message name="Empty" id="8"/>
  <sbe:message name="Unwanted" id="9"><field id="1" name="x" type="unused"/></sbe:message>
</sbe:messageSchema>
"""

DESCRIBED: dict[str, Any] = {
    "id": 9,
    "version": 2,
    "enums": {"side": {"0": "BUY", "1": "SELL", "254": "NON_REPRESENTABLE"}},
    "messages": {
        "7": {
            "name": "Small",
            "length": 36,
            "fields": [
                {"name": "priceExponent", "offset": 0, "type": "int8"},
                {"name": "orderId", "offset": 1, "type": "int64"},
                {"name": "listId", "offset": 9, "type": "int64", "default": "-1"},
                {
                    "name": "price",
                    "json": "p",
                    "offset": 17,
                    "type": "int64",
                    "exponent": "priceExponent",
                },
                {"name": "when", "offset": 25, "type": "int64", "is_time": True},
                {"name": "way", "offset": 33, "type": "uint8", "enum": "side"},
                {"name": "late", "since": 2, "offset": 34, "type": "uint16"},
            ],
            "groups": [
                {
                    "name": "legs",
                    "json": "..",
                    "dimension": ["uint16", "uint16"],
                    "length": 4,
                    "fields": [{"name": "qty", "offset": 0, "type": "int32"}],
                    "groups": [
                        {
                            "name": "fills",
                            "dimension": ["uint16", "uint32"],
                            "length": 0,
                            "data": [{"name": "asset", "prefix": "uint8"}],
                        }
                    ],
                }
            ],
            "data": [
                {"name": "symbol", "prefix": "uint8"},
                {"name": "reason", "prefix": "uint16", "is_optional": True, "default": "NONE"},
                {
                    "name": "inner",
                    "since": 1,
                    "prefix": "uint32",
                    "is_optional": True,
                    "is_message": True,
                },
            ],
        },
        "8": {"name": "Empty", "length": 0},
    },
}


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbe_schema", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load()


def test_a_schema_is_described_message_by_message() -> None:
    root = fromstring(XML)  # noqa: S314 - written above
    assert tool.described(root, {7, 8}) == DESCRIBED


def test_a_description_is_read_by_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("schema.json").write_text(tool.written(DESCRIBED), "utf-8")
    folders: dict[str, Path] = {"orderlists._formats.sbe": tmp_path}
    monkeypatch.setattr(schema, "files", folders.__getitem__)
    uncached: Callable[[], schema.Schema] = schema.load.__wrapped__
    found = uncached()
    assert (found.id, found.version, set(found.messages)) == (9, 2, {7, 8})
    assert found.enums == {"side": {0: "BUY", 1: "SELL", 254: "NON_REPRESENTABLE"}}
    name, block = found.messages[7]
    (legs,) = block.groups
    (fills,) = legs.block.groups
    assert (name, [each.code for each in block.fields]) == ("Small", list("bqqqqBH"))
    assert block.names >= {"p", "when", "..", "reason"}
    assert (legs.dimension, fills.dimension) == ("<HH", "<HI")
    assert [each.prefix for each in block.data] == [1, 2, 4]
    assert [len(block.at(version).data) for version in (0, 1, 2)] == [2, 3, 3]
    assert [len(block.at(version).fields) for version in (0, 1, 2)] == [6, 6, 7]
    assert found.messages[8] == ("Empty", schema.Block((), (), ()))


def test_the_script_writes_a_description_that_json_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.xml"
    path.write_text(XML, "utf-8")
    monkeypatch.setattr("sys.argv", ["sbe_schema.py", str(path)])
    monkeypatch.setattr(tool, "MESSAGES", {7, 8})
    tool.main()
    written = capsys.readouterr().out
    assert json.loads(written) == DESCRIBED
    assert max(map(len, written.splitlines())) <= 112


def test_the_description_of_the_library_is_what_the_script_would_write() -> None:
    path = Path(schema.__file__).with_name("schema.json")
    text = path.read_text("utf-8")
    assert tool.written(json.loads(text)) + "\n" == text
    assert {int(number) for number in json.loads(text)["messages"]} == tool.MESSAGES
