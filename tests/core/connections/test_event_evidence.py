"""Evidence of cancels, placements and amends from events."""

import json
from typing import Any

import pytest

from orderlists import Event, Evidence, WebSocketApi
from orderlists._connections.event_evidence import EventEvidence

CANCELED = {"g": 2, "x": "CANCELED", "X": "CANCELED", "c": "mine"}
OVER = {"g": 2, "L": "ALL_DONE"}


@pytest.fixture
def report(vectors: dict[str, Any]) -> dict[str, Any]:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "executionReport")
    event: dict[str, Any] = sample["event"]
    return event


@pytest.fixture
def status(vectors: dict[str, Any]) -> dict[str, Any]:
    (sample,) = (one for one in vectors["events"] if one["event"]["e"] == "listStatus")
    event: dict[str, Any] = sample["event"]
    return event


def event(fields: dict[str, Any]) -> Event:
    api: Any = WebSocketApi()
    (received,) = api.session(key=None).received(f'{{"event":{json.dumps(fields)}}}')
    found: Event = received.event
    return found


def test_a_canceled_order_and_the_end_of_its_list_prove_the_cancel(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(report | CANCELED))
    assert evidence.canceled_under("mine") is None
    evidence.record(event(status | OVER))

    proof = evidence.canceled_under("mine")
    assert proof is not None
    assert (proof.order_list_id, proof.evidence) == (2, Evidence.EVENT)
    assert [each.client_order_id for each in proof.order_reports] == ["mine"]
    assert evidence.canceled_under("theirs") is None


@pytest.mark.parametrize(
    "change",
    [{"x": "NEW"}, {"X": "EXPIRED"}, {"g": -1}, {"g": 3}, {"c": "theirs"}],
    ids=str,
)
def test_only_a_canceled_order_of_the_list_under_the_id_of_the_cancel_is_a_proof(
    change: dict[str, Any], report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(report | CANCELED | change))
    evidence.record(event(status | OVER))

    assert evidence.canceled_under("mine") is None


def test_a_list_that_is_still_executing_is_no_proof(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(report | CANCELED))
    evidence.record(event(status | OVER | {"L": "EXECUTING"}))

    assert evidence.canceled_under("mine") is None


def test_only_the_latest_thousand_cancels_are_kept(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(status | OVER))
    for number in range(1001):
        evidence.record(event(report | CANCELED | {"c": f"cancel-{number}"}))

    assert evidence.canceled_under("cancel-0") is None
    assert evidence.canceled_under("cancel-1000") is not None


def test_a_list_whose_last_report_is_recent_is_kept_however_old_its_first_is(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(report | {"g": 0}))
    for number in range(1, 1000):
        evidence.record(event(report | {"g": number}))
    evidence.record(event(report | CANCELED | {"g": 0}))
    evidence.record(event(report | {"g": 1000}))
    evidence.record(event(status | OVER | {"g": 0}))

    proof = evidence.canceled_under("mine")
    assert proof is not None
    assert [each.client_order_id for each in proof.order_reports] == ["mine"]


def test_the_newest_list_with_a_client_id_is_found_with_the_reports_on_its_orders(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    assert evidence.placed_as("name") is None
    evidence.record(event(status | {"g": 2, "C": "name", "L": "ALL_DONE"}))
    evidence.record(event(report | {"g": 3, "i": 7, "c": "leg"}))
    evidence.record(event(report | {"g": -1, "i": 8}))
    evidence.record(event(status | {"g": 3, "C": "name", "L": "EXECUTING"}))

    found = evidence.placed_as("name")
    assert found is not None
    assert (found.order_list_id, found.list_client_order_id) == (3, "name")
    assert found.list_order_status == "EXECUTING"
    assert [(each.order_id, each.client_order_id) for each in found.order_reports] == [(7, "leg")]


def test_a_late_report_of_a_canceled_order_does_not_replace_the_proof(
    report: dict[str, Any], status: dict[str, Any]
) -> None:
    evidence = EventEvidence()
    evidence.record(event(report | CANCELED))
    evidence.record(event(report | CANCELED | {"x": "NEW", "X": "NEW", "c": "before"}))
    evidence.record(event(status | OVER))
    proof = evidence.canceled_under("mine")
    assert proof is not None
    assert [each.client_order_id for each in proof.order_reports] == ["mine"]


def test_the_rejection_of_a_second_copy_does_not_replace_the_placed_list(
    status: dict[str, Any],
) -> None:
    evidence = EventEvidence()
    for list_id, said in ((2, "REJECT"), (3, "EXECUTING"), (4, "REJECT")):
        evidence.record(event(status | {"g": list_id, "C": "name", "L": said}))
        found = evidence.placed_as("name")
        assert found is not None
        assert found.order_list_id == min(list_id, 3)


@pytest.mark.parametrize("list_id", [-1, 2])
def test_an_order_that_is_replaced_is_found_by_its_new_client_id(
    report: dict[str, Any], list_id: int
) -> None:
    evidence = EventEvidence()
    replaced = {"x": "REPLACED", "X": "NEW", "c": "mine", "C": "before", "g": list_id}
    evidence.record(event(report | replaced | {"x": "NEW"}))
    assert evidence.amended_as("mine") is None
    evidence.record(event(report | replaced))

    found = evidence.amended_as("mine")
    assert found is not None
    assert (found.orig_client_order_id, found.order_list_id) == ("before", list_id)
    assert evidence.amended_as("before") is None
