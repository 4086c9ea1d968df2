"""Faults of requests over REST, in process and over HTTP."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest, HttpResponse
from orderlists_simulator import Fault, Plan, ReceivedRequest, Venue, VirtualClock
from orderlists_simulator.faults import (
    CONNECTION_REFUSED,
    DROPPED,
    NORMAL,
    PASS_THROUGH,
    RESET,
    Answer,
    BrokenConnection,
    CannedResponse,
    banned,
    bare,
    executed,
    firewall,
    html,
    json_error,
    not_executed,
    rate_limited,
    truncated,
)
from venue_clients import Outcome, answer, canceled_by, error

SendWithPlan = Callable[[Plan], Callable[[HttpRequest], Outcome]]
Written = Callable[..., HttpRequest]

LIST = "/api/v3/orderList"
CANCELED = 1_688_005_070_874


def test_requests_after_the_script_have_no_fault(
    send_with_plan: SendWithPlan, cancel: HttpRequest
) -> None:
    send = send_with_plan(Plan([NORMAL, NORMAL]))

    seen = [send(cancel) for _ in range(3)]

    assert answer(seen[0]).status == 200
    assert [error(each) for each in seen[1:]] == [(400, -2011), (400, -2011)]


def test_a_rule_returns_the_fault_by_number_and_request(
    send_with_plan: SendWithPlan, written: Written
) -> None:
    received: list[tuple[int, str]] = []

    def rule(number: int, request: ReceivedRequest) -> Fault:
        received.append((number, request.method))
        return not_executed(answer=bare(503)) if number == 1 else NORMAL

    send = send_with_plan(Plan(rule))
    seen = [send(written("GET", LIST, orderListId=0)) for _ in range(3)]

    assert [answer(each).status for each in seen] == [200, 503, 200]
    assert received == [(0, "GET"), (1, "GET"), (2, "GET")]


def test_a_refused_connection_executes_nothing(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, *, is_in_process: bool
) -> None:
    seen = send_with_plan(Plan([CONNECTION_REFUSED]))(cancel)

    assert seen == ("refused, never sent" if is_in_process else "dropped")
    assert canceled_by(venue) is None


@pytest.mark.parametrize("then", [DROPPED, RESET, truncated(noticed=True)], ids=repr)
def test_a_lost_reply_was_executed(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, then: Answer
) -> None:
    seen = send_with_plan(Plan([executed(answer=then)]))(cancel)

    assert seen in {"dropped", "reset", "cut short"}
    assert canceled_by(venue) == "mine"


@pytest.mark.parametrize(
    ("then", "how"),
    [(DROPPED, "dropped"), (RESET, "reset"), (truncated(noticed=True), "cut short")],
)
def test_a_lost_request_was_not_executed(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, then: Answer, how: str
) -> None:
    seen = send_with_plan(Plan([not_executed(answer=then)]))(cancel)

    assert seen == how
    assert canceled_by(venue) is None


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_5xx_replaces_the_response_executed_or_not(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, *, status: int, done: bool
) -> None:
    fault = executed(answer=bare(status)) if done else not_executed(answer=bare(status))

    response = answer(send_with_plan(Plan([fault]))(cancel))

    assert (response.status, response.body) == (status, b"")
    assert canceled_by(venue) == ("mine" if done else None)


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [400, 500, 504])
@pytest.mark.parametrize("code", [-1001, -1006, -1007, -4711])
def test_json_error_replaces_the_response_executed_or_not(
    send_with_plan: SendWithPlan,
    cancel: HttpRequest,
    venue: Venue,
    *,
    code: int,
    status: int,
    done: bool,
) -> None:
    then = json_error(code, status=status)

    seen = send_with_plan(Plan([executed(answer=then) if done else not_executed(answer=then)]))(
        cancel
    )

    assert error(seen) == (status, code)
    assert canceled_by(venue) == ("mine" if done else None)


@pytest.mark.parametrize("done", [True, False], ids=["executed", "not_executed"])
@pytest.mark.parametrize("status", [200, 502])
def test_an_html_page_replaces_the_response(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue, *, status: int, done: bool
) -> None:
    fault = executed(answer=html(status)) if done else not_executed(answer=html(status))

    response = answer(send_with_plan(Plan([fault]))(cancel))

    assert (response.status, response.header("Content-Type")) == (status, "text/html")
    assert response.body.startswith(b"<html>")
    assert canceled_by(venue) == ("mine" if done else None)


def test_a_truncated_body_has_a_matching_length_unless_noticed(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
) -> None:
    response = answer(send_with_plan(Plan([executed(answer=truncated(kept=0.1))]))(cancel))

    assert response.status == 200
    assert response.body.startswith(b'{"orderListId":0,')
    assert not response.body.endswith(b"}")
    assert canceled_by(venue) == "mine"


def test_truncated_without_execution_is_part_of_a_success(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
) -> None:
    response = answer(send_with_plan(Plan([not_executed(answer=truncated())]))(cancel))

    assert response.status == 200
    assert response.body.startswith(b'{"orderListId":0,')
    assert canceled_by(venue) is None


def test_firewall_is_403_with_an_html_page(
    send_with_plan: SendWithPlan, cancel: HttpRequest, venue: Venue
) -> None:
    response = answer(send_with_plan(Plan([firewall()]))(cancel))

    assert (response.status, response.header("Content-Type")) == (403, "text/html")
    assert canceled_by(venue) is None


@pytest.mark.parametrize(("fault", "status"), [(rate_limited, 429), (banned, 418)])
def test_rate_limited_is_429_with_retry_after(
    send_with_plan: SendWithPlan,
    cancel: HttpRequest,
    venue: Venue,
    fault: Callable[..., Fault],
    status: int,
) -> None:
    send = send_with_plan(Plan([fault(retry_after=3), fault(retry_after=None)]))

    timed, silent = send(cancel), send(cancel)

    assert error(timed) == error(silent) == (status, -1003)
    assert answer(timed).header("Retry-After") == "3"
    assert answer(silent).header("Retry-After") is None
    assert canceled_by(venue) is None


def test_a_ban_has_the_time_of_its_end(
    send_with_plan: SendWithPlan, cancel: HttpRequest, virtual: VirtualClock
) -> None:
    response = answer(send_with_plan(Plan([banned(retry_after=120)]))(cancel))

    end = -(-(virtual.now() + 120 * 10**9) // 10**6)
    assert f"IP banned until {end}. " in json.loads(response.body)["msg"]


def test_faults_apply_to_queries_and_server_time(
    send_with_plan: SendWithPlan, written: Written
) -> None:
    send = send_with_plan(Plan([not_executed(answer=bare(502)), executed(answer=DROPPED)]))

    assert answer(send(written("GET", LIST, orderListId=0))).status == 502
    assert send(HttpRequest("GET", "/api/v3/time", ())) == "dropped"
    assert answer(send(HttpRequest("GET", "/api/v3/time", ()))).status == 200


class HalfTruth:
    """A custom answer."""

    needs_response = True

    def give(self, response: HttpResponse | None, *, now: int) -> HttpResponse | BrokenConnection:
        assert now > 0
        return HttpResponse(299, (), b"" if response is None else response.body)


def test_a_custom_answer_may_be_used(send_with_plan: SendWithPlan, cancel: HttpRequest) -> None:
    send = send_with_plan(Plan([executed(answer=HalfTruth()), not_executed(answer=HalfTruth())]))

    first, second = answer(send(cancel)), answer(send(cancel))

    assert (first.status, json.loads(first.body)["listOrderStatus"]) == (299, "ALL_DONE")
    assert second.body == b""


@pytest.mark.parametrize(
    "wrong",
    [
        {"executed_after": []},
        {"executed_after": [0], "answer": CONNECTION_REFUSED.answer},
        {"executed_after": [2, 1]},
        {"executed_after": [-1]},
        {"executed_after": [float("inf")]},
        {"delay": -0.5},
        {"delay": float("nan")},
        {"sees": "middle"},
    ],
    ids=repr,
)
def test_an_impossible_fault_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidSetting, match="must"):
        Fault(**wrong)


def test_pass_through_before_the_execution_raises() -> None:
    with pytest.raises(RuntimeError, match="not responded yet"):
        PASS_THROUGH.give(None, now=0)


def test_a_canned_response_has_a_valid_status() -> None:
    with pytest.raises(InvalidSetting, match="at least 200 and below 600"):
        CannedResponse(status=600)


def test_truncated_keeps_less_than_the_whole() -> None:
    with pytest.raises(InvalidSetting, match="below 1"):
        truncated(kept=1)


def test_the_answer_of_a_fault_must_be_an_answer() -> None:
    with pytest.raises(InvalidSetting, match="must be an Answer"):
        not_executed(answer=CONNECTION_REFUSED)  # type: ignore[arg-type]
