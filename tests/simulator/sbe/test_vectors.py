"""Messages, byte by byte, against those of the reference generator."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from orderlists_simulator import SbeSettings
from orderlists_simulator._sbe import replies
from orderlists_simulator._sbe.writer import SbeWriter

TIMES = {
    *("serverTime", "transactionTime", "transactTime", "workingTime"),
    *("E", "T", "O", "W"),
}
CANCELED = "cancel_order_list_rest_sample"


def in_microseconds(tree: object) -> Any:
    """Return a tree with its times in microseconds instead of milliseconds."""
    if isinstance(tree, list):
        return [in_microseconds(each) for each in cast("list[object]", tree)]
    if not isinstance(tree, dict):
        return tree
    return {
        name: value * 1000
        if name in TIMES and isinstance(value, int) and value > 0
        else in_microseconds(value)
        for name, value in cast("dict[str, Any]", tree).items()
    }


class Frames:
    """The published values and bytes, by the name of a vector."""

    def __init__(self, vectors: Mapping[str, Any]) -> None:
        found = [*vectors["sbe"]["vectors"], *vectors["sbe_evolution"]["vectors"]]
        self._named: dict[str, Any] = {each["id"]: each for each in found}

    def __getitem__(self, name: str) -> Any:
        return self._named[name]

    def json(self, name: str) -> Any:
        return in_microseconds(self[name]["json_equivalent"])


@pytest.fixture
def frames(vectors: dict[str, Any]) -> Frames:
    return Frames(vectors)


def written(name: str, tree: Mapping[str, Any], *, version: int = 5, **settings: Any) -> str:
    return SbeWriter(SbeSettings(**settings), version).message(name, tree).hex()


@pytest.mark.parametrize(
    "name",
    [
        "server_time",
        "error_2011_list",
        CANCELED,
        "order_list_query",
        "place_oco_result",
        "place_otoco_result",
        "cancel_order",
        "subscribe_response",
    ],
)
def test_a_reply_is_the_message_of_its_values(frames: Frames, name: str) -> None:
    assert written(frames[name]["message"], frames.json(name)) == frames[name]["hex"]


def test_an_array_is_a_message_with_a_group(frames: Frames) -> None:
    writer = SbeWriter(SbeSettings(), 5)

    message = replies.result(writer, "openOrderLists.status", [])

    assert message.hex() == frames["order_lists_empty"]["hex"]


def test_a_symbol_has_its_length_in_bytes(frames: Frames) -> None:
    vector = frames["cancel_order_list_unicode_symbol"]
    symbol, tree = vector["values"]["symbol"], frames.json(CANCELED)
    order = {**tree["orders"][0], "symbol": symbol, "clientOrderId": "a"}
    smallest = {
        "symbol": symbol,
        "origClientOrderId": "a",
        "clientOrderId": "b",
        "type": "LIMIT",
        "price": "0.00000001",
        "origQty": "0.00000001",
    }
    report = {**tree["orderReports"][0], **smallest}
    del report["stopPrice"]
    shown = {**tree, "symbol": symbol, "orders": [order], "orderReports": [report]}

    assert written("CancelOrderListResponse", shown) == vector["hex"]


def test_an_acknowledgement_has_reports_without_state(frames: Frames) -> None:
    tree = frames.json("place_oco_result")
    known = ("symbol", "orderId", "orderListId", "clientOrderId", "transactTime")
    reports = [{name: each[name] for name in known} for each in tree["orderReports"]]

    message = written("NewOrderListAckResponse", {**tree, "orderReports": reports})

    assert message == frames["place_oco_ack"]["hex"]


@pytest.mark.parametrize(
    "name",
    [
        "event_list_status",
        "event_execution_report_new",
        "event_stream_terminated",
        "event_server_shutdown",
    ],
)
def test_an_event_is_the_message_of_its_values(frames: Frames, name: str) -> None:
    tree = frames.json(name)
    facts = {each: value for each, value in tree["event"].items() if each != "v"}

    message = replies.event(SbeWriter(SbeSettings(), 5), facts, tree.get("subscriptionId"))

    assert message is not None
    assert message.hex() == frames[name]["hex"]


def test_a_trade_has_its_commission_and_its_asset(frames: Frames) -> None:
    facts = frames.json("event_execution_report_new")["event"]
    trade = {
        **facts,
        "x": "TRADE",
        "X": "PARTIALLY_FILLED",
        "t": 956281,
        "z": "0.5",
        "Z": "0.05132205",
        "l": "0.5",
        "L": "0.10264410",
        "Y": "0.05132205",
        "n": "0.00037500",
        "N": "BNB",
        "m": True,
        "v": None,
        "subscriptionId": 0,
    }

    assert written("ExecutionReportEvent", trade) == frames["event_execution_report_trade"]["hex"]


@pytest.mark.parametrize("name", ["session_logon", "session_logout"])
def test_a_session_has_its_key_and_its_times(frames: Frames, name: str) -> None:
    values = frames[name]["values"]
    flags = {each: value == "True" for each, value in values.items() if value in {"True", "False"}}
    tree = {**values, **flags, "apiKey": values["loggedOnApiKey"] or None}

    assert written(frames[name]["message"], tree) == frames[name]["hex"]


def test_a_reply_over_a_connection_wraps_another_message(frames: Frames) -> None:
    error = bytes.fromhex(frames["error_2011_list"]["hex"])
    tree = {"sbeSchemaIdVersionDeprecated": True, "status": 400, "id": 7, "result": error}

    assert written("WebSocketResponse", tree) == frames["ws_error_2011"]["hex"]


def test_a_template_999_has_no_content(frames: Frames) -> None:
    message = written("PingResponse", {}, templates={"PingResponse": 999})

    assert message == frames["non_representable"]["hex"]


def test_an_old_version_has_no_later_fields(frames: Frames) -> None:
    message = written("CancelOrderListResponse", frames.json(CANCELED), version=0)

    assert message == frames["evolution_cancel_order_list_3_0"]["hex"]


def test_a_later_version_has_longer_blocks_and_trailing_data(frames: Frames) -> None:
    unknown = {"orderStatus": 12}

    message = written(
        "CancelOrderListResponse", frames.json(CANCELED), version=6, enum_values=unknown
    )

    assert message == frames["evolution_unknown_enum_value"]["hex"]
