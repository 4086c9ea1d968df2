"""Plans in JSON are the plans that `orderlists_simulator.faults` makes."""

from typing import Any, get_args

import pytest

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest
from orderlists_simulator import faults as f
from orderlists_simulator._faults import plan_json
from orderlists_simulator._faults.fault import Copy
from orderlists_simulator._faults.injector import FaultInjector
from orderlists_simulator._faults.plan_json import read_plan
from orderlists_simulator.example import example_venue

SECOND = 10**9


def received(
    method: str = "GET", path: str = "/api/v3/time", effect: Any = None, **parameters: str
) -> f.ReceivedRequest:
    return f.ReceivedRequest(
        protocol="REST",
        method=method,
        path=path,
        parameters=tuple(parameters.items()),
        effect=effect,
        message=HttpRequest(method, path, ()),
    )


def faults_of(faults: list[object], *requests: f.ReceivedRequest) -> list[f.Fault]:
    plan = read_plan({"faults": faults}, now=0)
    return [plan.fault_of(number, each) for number, each in enumerate(requests)]


WRITTEN: list[tuple[object, f.Fault]] = [
    ("normal", f.NORMAL),
    ({"name": "normal"}, f.NORMAL),
    ("connection_refused", f.CONNECTION_REFUSED),
    ("firewall", f.firewall()),
    ("rate_limited", f.rate_limited()),
    ({"name": "rate_limited", "retry_after": 3}, f.rate_limited(retry_after=3)),
    ({"name": "banned", "retry_after": None}, f.banned(retry_after=None)),
    ({"name": "executed", "answer": "dropped"}, f.executed(answer=f.DROPPED)),
    ({"name": "executed", "answer": "reset", "delay": 1}, f.executed(answer=f.RESET, delay=1)),
    ({"name": "not_executed", "answer": "silent"}, f.not_executed(answer=f.SILENT)),
    (
        {"name": "not_executed", "answer": {"name": "bare", "status": 504}},
        f.not_executed(answer=f.bare(504)),
    ),
    (
        {"name": "executed", "answer": {"name": "html", "status": 502}},
        f.executed(answer=f.html(502)),
    ),
    (
        {"name": "executed", "answer": {"name": "json_error", "code": -1007, "status": 504}},
        f.executed(answer=f.json_error(-1007, status=504)),
    ),
    (
        {"name": "executed", "answer": {"name": "null_id_error", "code": -1000}},
        f.executed(answer=f.null_id_error(-1000)),
    ),
    (
        {"name": "executed", "answer": {"name": "truncated", "kept": 0, "noticed": True}},
        f.executed(answer=f.truncated(kept=0, noticed=True)),
    ),
    ({"name": "executed_late", "after": 3}, f.executed_late(3)),
    (
        {"name": "executed_slowly", "after": 3, "answer": "pass_through"},
        f.executed_slowly(3, answer=f.PASS_THROUGH),
    ),
    ({"name": "replayed", "times": 3, "sees": "last"}, f.replayed(3, sees="last")),
    ({"name": "delayed", "seconds": 2}, f.delayed(2)),
    ({"name": "duplicated", "times": 3}, f.duplicated(3)),
    ({"name": "held", "count": 2}, f.held(2)),
    ({"name": "executed", "answer": "non_representable"}, f.executed(answer=f.non_representable())),
    (
        {"name": "executed", "answer": {"name": "unknown_template", "template": 7}},
        f.executed(answer=f.unknown_template(7)),
    ),
    (
        {
            "name": "executed",
            "answer": {"name": "unknown_enum", "enum": "orderStatus", "number": 253},
        },
        f.executed(answer=f.unknown_enum("orderStatus", 253)),
    ),
]


@pytest.mark.parametrize(("written", "fault"), WRITTEN, ids=[str(each) for each, _ in WRITTEN])
def test_a_fault_in_json_is_the_fault_of_that_name(written: object, fault: f.Fault) -> None:
    assert faults_of([written], received()) == [fault]


def test_every_fault_answer_and_event_in_python_has_a_name_in_json() -> None:
    names = {*plan_json.FAULTS, *plan_json.ANSWERS, *plan_json.EVENTS}
    words = {each.replace("_", "").lower() for each in names}

    public = {each.replace("_", "").lower() for each in f.__all__}
    types = {
        *("answer", "brokenconnection", "cannedresponse", "connectionend", "fault", "plan"),
        *("querylag", "receivedrequest", "rule", "scheduledevent"),
    }
    assert words == public - types


def test_each_request_takes_the_next_fault_and_the_rest_have_none() -> None:
    faults: list[object] = ["firewall", "normal", "rate_limited"]

    seen = faults_of(faults, *[received()] * 4)

    assert seen == [f.firewall(), f.NORMAL, f.rate_limited(), f.NORMAL]


def test_a_fault_with_uses_is_taken_by_so_many_requests_and_null_by_all() -> None:
    twice: list[object] = [{"name": "firewall", "uses": 2}]
    always: list[object] = [{"name": "firewall", "uses": None}]

    assert faults_of(twice, *[received()] * 3) == [f.firewall(), f.firewall(), f.NORMAL]
    assert faults_of(always, *[received()] * 3) == [f.firewall()] * 3


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"protocol": "REST"},
        {"method": "DELETE"},
        {"path": "/api/v3/orderList"},
        {"effect": "cancel"},
        {"parameters": {"orderListId": "0"}},
        {"parameters": {"orderListId": 0, "symbol": "LTCBTC"}, "method": "DELETE"},
    ],
)
def test_a_fault_is_taken_by_a_request_that_meets_its_condition(condition: object) -> None:
    cancel = received("DELETE", "/api/v3/orderList", "cancel", symbol="LTCBTC", orderListId="0")

    assert faults_of([{"name": "firewall", "when": condition}], cancel) == [f.firewall()]


@pytest.mark.parametrize(
    "condition",
    [
        {"protocol": "WebSocket"},
        {"method": "GET"},
        {"path": "/api/v3/order"},
        {"effect": "place"},
        {"parameters": {"orderListId": "1"}},
        {"parameters": {"newClientOrderId": "mine"}},
        {"method": "DELETE", "parameters": {"orderListId": 1}},
    ],
)
def test_a_fault_is_left_for_later_by_a_request_that_does_not_meet_its_condition(
    condition: object,
) -> None:
    cancel = received("DELETE", "/api/v3/orderList", "cancel", symbol="LTCBTC", orderListId="0")
    faults: list[object] = [{"name": "firewall", "when": condition}, "rate_limited"]

    assert faults_of(faults, cancel) == [f.rate_limited()]


def test_events_have_times_after_the_plan_is_loaded() -> None:
    events = [
        {"name": "disconnect", "after": 1, "how": "reset"},
        {"name": "fill", "order_list_id": 0, "order_id": 3, "quantity": "1.5"},
        {"name": "cancel", "order_list_id": 0, "by": "other"},
        {"name": "unsolicited_frame", "frame": "{}"},
        {"name": "shut_down", "seconds": 5},
        "revoke",
    ]

    plan = read_plan({"events": events}, now=10 * SECOND)

    assert [time for time, _ in plan.events] == [11 * SECOND] + [10 * SECOND] * 5
    assert [act for _, act in plan.events[2:]] == [
        f.Cancel(0, "other"),
        f.UnsolicitedFrame("{}"),
        f.ShutDown(5),
        f.Revoke(),
    ]


def test_lags_have_times_after_the_plan_is_loaded() -> None:
    lags = [{"seconds": 2}, {"seconds": 1, "since": 3, "until": 4}]

    plan = read_plan({"lags": lags}, now=10 * SECOND)

    assert plan.lags == (f.QueryLag(2), f.QueryLag(1, since=13 * SECOND, until=14 * SECOND))


def test_the_cut_is_that_of_the_plan() -> None:
    assert (read_plan({"cut": 2}, now=0).cut, read_plan({}, now=0).cut) == (2, None)


INVALID: list[tuple[Any, str, str]] = [
    ([], "document", "must be an object"),
    ({"fault": []}, "fault", "must be one of faults, events, lags, cut"),
    ({"faults": {}}, "faults", "must be a list"),
    ({"faults": [1]}, "faults[0]", "must be a name, or an object with a name"),
    ({"faults": ["lost"]}, "faults[0].name", "must be one of normal, "),
    ({"faults": [{}]}, "faults[0].name", "must be one of normal, "),
    ({"faults": [{"name": []}]}, "faults[0].name", "must be one of normal, "),
    ({"faults": ["normal", "executed"]}, "faults[1].answer", "must be given"),
    ({"faults": [{"name": "normal", "delay": 1}]}, "faults[0].delay", "must be one of name, "),
    ({"faults": [{"name": "held", "count": 2, "shuffle": "x"}]}, "faults[0].shuffle", "must"),
    ({"faults": [{"name": "executed", "answer": "lost"}]}, "faults[0].answer.name", "dropped"),
    (
        {"faults": [{"name": "executed", "answer": {"name": "bare", "status": 700}}]},
        "faults[0].answer.status",
        "must be at least 200 and below 600",
    ),
    (
        {"faults": [{"name": "not_executed", "answer": "pass_through"}]},
        "faults[0].answer",
        "must not be the venue's response if nothing is executed",
    ),
    ({"faults": [{"name": "normal", "uses": 0}]}, "faults[0].uses", "must be at least 1"),
    (
        {"faults": [{"name": "normal", "when": {"verb": "GET"}}]},
        "faults[0].when.verb",
        "must be one of protocol, method, path, effect, parameters",
    ),
    (
        {"faults": [{"name": "normal", "when": {"effect": "delete"}}]},
        "faults[0].when.effect",
        "must be one of place, cancel, amend",
    ),
    (
        {"faults": [{"name": "normal", "when": {"parameters": []}}]},
        "faults[0].when.parameters",
        "must be an object",
    ),
    (
        {"faults": [{"name": "normal", "when": {"parameters": {"symbol": True}}}]},
        "faults[0].when.parameters.symbol",
        "must be text or a whole number",
    ),
    ({"events": [{"name": "fill"}]}, "events[0].order_list_id", "must be given"),
    (
        {"events": [{"name": "disconnect", "how": "slowly"}]},
        "events[0].how",
        "must be one of dropped, reset",
    ),
    ({"events": [{"name": "revoke", "after": -1}]}, "events[0].after", "must be a number"),
    ({"lags": [{}]}, "lags[0].seconds", "must be given"),
    ({"cut": -1}, "cut", "must be at least 0"),
]


@pytest.mark.parametrize(("document", "place", "rule"), INVALID, ids=str)
def test_an_invalid_plan_is_refused_with_the_place_of_its_error(
    document: object, place: str, rule: str
) -> None:
    with pytest.raises(InvalidSetting, match=rule) as refused:
        read_plan(document, now=0)

    assert refused.value.field == place


@pytest.mark.parametrize("sees", get_args(Copy))
def test_the_words_of_an_argument_are_those_of_python(sees: str) -> None:
    assert faults_of([{"name": "replayed", "sees": sees}], received())[0].sees == sees


def test_a_plan_that_is_loaded_replaces_the_one_before() -> None:
    venue = example_venue(now=0)
    venue.lags += (f.QueryLag(1),)
    expire = [{"name": "expire", "order_list_id": 0, "after": 1}]
    injector = FaultInjector(venue, read_plan({"events": expire, "lags": [{"seconds": 2}]}, now=0))
    second = [{"name": "expire", "order_list_id": 1, "after": 1}]

    injector.load(read_plan({"events": second, "lags": [{"seconds": 3}]}, now=0))
    venue.run_until(2 * SECOND)

    assert [venue.order_list(each).list_order_status for each in (0, 1)] == [
        "EXECUTING",
        "ALL_DONE",
    ]
    assert list(venue.lags) == [f.QueryLag(1), f.QueryLag(3)]


def test_a_plan_that_is_loaded_counts_requests_from_0() -> None:
    venue = example_venue(now=0)
    injector = FaultInjector(venue, f.Plan([f.NORMAL, f.NORMAL, f.firewall()]))
    for _ in range(2):
        injector.receive(received(), lambda _now: pytest.fail("executed"), lost=True, now=0)

    injector.load(f.Plan([f.rate_limited()]))
    pending = injector.receive(received(), lambda _now: pytest.fail("executed"), now=0)

    assert pending.fault == f.rate_limited()
