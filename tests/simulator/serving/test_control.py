"""The control of a simulator over HTTP."""

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest
import websockets.sync.client as websockets
from attrs import evolve
from websockets.exceptions import ConnectionClosed

from orderlists import InvalidSetting
from orderlists.extending import HttpRequest
from orderlists_simulator import (
    EXAMPLE_KEY,
    Behaviour,
    Plan,
    Simulator,
    Venue,
    VirtualClock,
    example_venue,
)
from orderlists_simulator._faults.plan_json import read_plan
from orderlists_simulator._serving.control import Control
from orderlists_simulator._serving.exchange import Exchange
from orderlists_simulator.faults import firewall
from venue_clients import exchange_over

Ask = Callable[..., tuple[int, Any]]
NOW = 1_700_000_000_000_000_000
TIME = "/api/v3/time"


@contextmanager
def asking(simulator: Simulator) -> Generator[Ask]:
    connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)

    def ask(method: str, path: str, body: object = None) -> tuple[int, Any]:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = HttpRequest(method, path, (), b"" if body is None else text)
        answer = exchange_over(connection, request)
        return answer.status, json.loads(answer.body)

    with closing(connection):
        yield ask


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def simulator(clock: VirtualClock) -> Iterator[Simulator]:
    with Simulator(clock=clock) as simulator:
        yield simulator


@pytest.fixture
def ask(simulator: Simulator) -> Iterator[Ask]:
    with asking(simulator) as ask:
        yield ask


def canceled(number: int, **more: object) -> dict[str, object]:
    return {"name": "cancel", "order_list_id": number, **more}


def test_a_price_executes_the_orders_that_it_reaches(ask: Ask, simulator: Simulator) -> None:
    status, state = ask("POST", "/control/price", {"symbol": "LTCBTC", "price": "3.2"})

    assert (status, state) == (
        200,
        {"time": NOW // 10**6, "prices": {"LTCBTC": "3.2"}, "open_lists": [1, 2, 3, 4]},
    )
    assert simulator.venue.order_list(0).list_order_status == "ALL_DONE"


def test_a_quantity_is_all_that_can_be_taken_at_a_price(ask: Ask, simulator: Simulator) -> None:
    price = {"symbol": "LTCBTC", "price": 3.20, "quantity": 4}

    status, _ = ask("POST", "/control/price", price)

    assert status == 200
    executed = {str(each.executed_qty) for each in simulator.venue.order_list(0).orders}
    assert executed == {"0", "4"}


def test_a_walk_sets_a_price_after_the_other(ask: Ask) -> None:
    walk = {"symbol": "LTCBTC", "prices": ["2.5", "2.6", "2.7"], "every": 60}

    seen = [ask("POST", "/control/walk", walk)]
    seen += [ask("POST", "/control/time", {"advance": 60}) for _ in range(2)]

    assert [state["prices"]["LTCBTC"] for _, state in seen] == ["2.5", "2.6", "2.7"]


def test_the_prices_of_a_walk_are_a_second_apart_by_default(ask: Ask) -> None:
    ask("POST", "/control/walk", {"symbol": "LTCBTC", "prices": ["2.5", "2.6"]})

    seen = [ask("POST", "/control/time", {"advance": 0.5})[1]["prices"] for _ in range(2)]

    assert [each["LTCBTC"] for each in seen] == ["2.5", "2.6"]


def test_time_is_advanced_for_the_exchange(ask: Ask) -> None:
    status, state = ask("POST", "/control/time", {"advance": 1.5})

    assert (status, state["time"]) == (200, NOW // 10**6 + 1500)
    assert ask("GET", TIME) == (200, {"serverTime": NOW // 10**6 + 1500})


def test_time_cannot_be_advanced_with_a_real_clock() -> None:
    with Simulator() as simulator, asking(simulator) as ask:
        status, error = ask("POST", "/control/time", {"advance": 1})

    assert status == 409
    assert (error["field"], error["value"]) == ("clock", "real")
    assert "--clock manual" in error["rule"]


def test_a_reset_makes_the_venue_and_its_log_anew(ask: Ask, simulator: Simulator) -> None:
    ask("POST", "/control/price", {"symbol": "LTCBTC", "price": "5"})
    ask("GET", TIME)

    status, state = ask("POST", "/control/reset")

    assert (status, state["prices"], state["open_lists"]) == (
        200,
        {"LTCBTC": "2.0"},
        [0, 1, 2, 3, 4],
    )
    assert ask("GET", "/control/log")[1]["entries"] == []
    assert len(simulator.venue.lists) == 5


def test_a_reset_begins_the_plan_of_the_start_again(clock: VirtualClock) -> None:
    document = {"faults": ["rate_limited"]}

    with (
        Simulator(clock=clock, plan=lambda now: read_plan(document, now=now)) as simulator,
        asking(simulator) as ask,
    ):
        before = [ask("GET", TIME)[0] for _ in range(2)]
        ask("POST", "/control/plan", {})
        ask("POST", "/control/reset", {})
        after = [ask("GET", TIME)[0] for _ in range(2)]

    assert (before, after) == ([429, 200], [429, 200])


def test_a_reset_drops_every_connection(ask: Ask, simulator: Simulator) -> None:
    url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3"
    with websockets.connect(url, close_timeout=1) as client:
        client.send('{"id": 1, "method": "ping"}')
        client.recv(timeout=10)

        ask("POST", "/control/reset")

        with pytest.raises(ConnectionClosed):
            client.recv(timeout=10)
    with websockets.connect(url, close_timeout=1) as client:
        client.send('{"id": 1, "method": "ping"}')
        assert json.loads(client.recv(timeout=10))["status"] == 200
    assert len(ask("GET", "/control/log")[1]["entries"]) == 1


def test_a_venue_that_was_given_cannot_be_reset() -> None:
    with Simulator(Venue()) as simulator, asking(simulator) as ask:
        status, error = ask("POST", "/control/reset")

    assert (status, error["field"]) == (409, "venue")
    assert "must be a function" in error["rule"]


def test_a_plan_is_loaded_for_the_requests_after_it(ask: Ask) -> None:
    ask("GET", TIME)

    status, _ = ask("POST", "/control/plan", {"faults": [{"name": "banned", "retry_after": 5}]})

    assert status == 200
    assert [ask("GET", TIME)[0] for _ in range(2)] == [418, 200]


def test_a_plan_can_drop_a_reply(ask: Ask) -> None:
    ask("POST", "/control/plan", {"faults": [{"name": "executed", "answer": "dropped"}]})

    with pytest.raises(RemoteDisconnected):
        ask("GET", TIME)

    (entry,) = ask("GET", "/control/log")[1]["entries"]
    assert (entry["answered"], len(entry["executions"])) == ("dropped", 1)


def test_the_events_of_a_plan_happen_as_time_is_advanced(ask: Ask) -> None:
    plan = {"events": [canceled(0), canceled(1, after=60)]}

    seen = [ask("POST", "/control/plan", plan)]
    seen += [ask("POST", "/control/time", {"advance": each}) for each in (59, 1)]

    assert [state["open_lists"] for _, state in seen] == [[1, 2, 3, 4], [1, 2, 3, 4], [2, 3, 4]]


def test_an_event_about_an_unknown_list_is_reported_and_logged(clock: VirtualClock) -> None:
    answers: list[tuple[int, Any]] = []

    def load_and_read() -> None:
        with Simulator(clock=clock) as simulator, asking(simulator) as ask:
            answers.append(ask("POST", "/control/plan", {"events": [canceled(9)]}))
            answers.append(ask("GET", "/control/log"))

    with pytest.raises(AssertionError, match="there is no such list"):
        load_and_read()

    (status, error), (_, log) = answers
    assert (status, error["field"]) == (409, "plan")
    assert "there is no such list" in error["rule"]
    assert log["plan_error"] == error["rule"]


def test_the_log_shows_what_each_request_did(ask: Ask) -> None:
    ask("GET", TIME)
    ask("DELETE", f"/api/v3/orderList?symbol=LTCBTC&symbol=X&note={EXAMPLE_KEY.secret}")

    log = ask("GET", "/control/log")[1]

    assert log["plan_error"] is None
    time, cancel = log["entries"]
    assert time == {
        "number": 0,
        "protocol": "REST",
        "method": "GET",
        "path": TIME,
        "parameters": {},
        "effect": None,
        "arrived": NOW // 10**6,
        "answered": 200,
        "executions": [{"at": NOW // 10**6, "code": None, "order_list_id": None}],
    }
    assert cancel["parameters"] == {"symbol": "LTCBTC", "note": "<hidden>"}
    assert (cancel["effect"], cancel["answered"]) == ("cancel", 401)
    assert [each["code"] for each in cancel["executions"]] == [-2014]


def test_the_log_shows_an_execution_that_is_due(ask: Ask, clock: VirtualClock) -> None:
    late = {"name": "executed_late", "after": 3, "answer": {"name": "bare", "status": 504}}
    ask("POST", "/control/plan", {"faults": [late]})
    with pytest.raises(ValueError, match="Expecting value"):
        ask("GET", TIME)

    seen = [ask("GET", "/control/log")[1]["entries"][0]["executions"]]
    clock.sleep(3)
    seen.append(ask("GET", "/control/log")[1]["entries"][0]["executions"])

    due = {"at": NOW // 10**6 + 3000, "code": None, "order_list_id": None}
    assert seen == [[], [due]]


def test_the_log_has_the_error_of_an_event_that_is_due(clock: VirtualClock) -> None:
    logs: list[Any] = []

    def load_and_read() -> None:
        with Simulator(clock=clock) as simulator, asking(simulator) as ask:
            ask("POST", "/control/plan", {"events": [canceled(9, after=1)]})
            clock.sleep(1)
            logs.append(ask("GET", "/control/log"))

    with pytest.raises(AssertionError, match="there is no such list"):
        load_and_read()

    ((status, log),) = logs
    assert status == 200
    assert "there is no such list" in log["plan_error"]


def test_requests_of_control_are_no_requests_of_the_exchange(
    ask: Ask, simulator: Simulator
) -> None:
    ask("POST", "/control/plan", {"faults": ["firewall"]})
    ask("GET", "/control/log")

    assert simulator.venue.log.entries == ()
    assert ask("POST", "/control/time", {"advance": 0})[0] == 200


INVALID: list[tuple[str, str, object, int, str]] = [
    ("POST", "/control/price", b"{", 400, "body"),
    ("POST", "/control/price", [], 400, "document"),
    ("POST", "/control/price", None, 400, "symbol"),
    ("POST", "/control/price", {"symbol": "LTCBTC"}, 400, "price"),
    ("POST", "/control/price", {"symbol": "XYZ", "price": 1}, 400, "symbol"),
    ("POST", "/control/price", {"symbol": "LTCBTC", "price": "-1"}, 400, "price"),
    ("POST", "/control/price", {"symbol": "LTCBTC", "price": 1, "quantity": "x"}, 400, "quantity"),
    ("POST", "/control/price", {"symbol": "LTCBTC", "price": 1, "size": 1}, 400, "size"),
    ("POST", "/control/walk", {"symbol": "LTCBTC", "prices": 1}, 400, "prices"),
    ("POST", "/control/walk", {"symbol": "LTCBTC", "prices": ["1", "x"]}, 400, "prices[1]"),
    ("POST", "/control/walk", {"symbol": "XYZ", "prices": ["1"]}, 400, "symbol"),
    ("POST", "/control/walk", {"symbol": "LTCBTC", "prices": [], "every": -1}, 400, "every"),
    ("POST", "/control/walk", {"symbol": "LTCBTC", "prices": []}, 400, "prices"),
    ("POST", "/control/time", {}, 400, "advance"),
    ("POST", "/control/time", {"advance": -1}, 400, "advance"),
    ("POST", "/control/reset", {"to": 1}, 400, "to"),
    ("POST", "/control/plan", {"faults": ["lost"]}, 400, "faults[0].name"),
    ("GET", "/control/log", {"from": 1}, 400, "from"),
    ("GET", "/control/price", None, 405, "method"),
    ("POST", "/control/log", None, 405, "method"),
    ("GET", "/control/log?from=1", None, 404, "path"),
    ("POST", "/control/prices", None, 404, "path"),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "field"), INVALID)
def test_an_invalid_request_is_refused_with_field_value_and_rule(
    ask: Ask, simulator: Simulator, method: str, path: str, body: object, status: int, field: str
) -> None:
    seen, error = ask(method, path, body)

    assert (seen, error["field"]) == (status, field)
    assert set(error) == {"field", "value", "rule"}
    assert error["rule"].startswith("must be ")
    assert simulator.venue.market.last_price("LTCBTC") == 2


def control_of(access: Any) -> Control:
    exchange = Exchange(
        lambda now: example_venue(now=now), Plan(), clock=VirtualClock(), write_line=None
    )
    return Control(exchange, access=access)


LOG = HttpRequest("GET", "/control/log", ())


@pytest.mark.parametrize("address", ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8::1", None])
def test_control_from_another_machine_is_refused(address: str | None) -> None:
    response = control_of("loopback").respond(LOG, address=address)

    assert response.status == 403
    assert json.loads(response.body) == {
        "field": "address",
        "value": address,
        "rule": "must be a loopback address",
    }


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1"])
def test_control_from_this_machine_is_accepted(address: str) -> None:
    assert control_of("loopback").respond(LOG, address=address).status == 200


def test_a_manual_clock_that_nothing_advances_lifts_no_limit_and_holds_what_is_planned(
    clock: VirtualClock,
) -> None:
    venue = example_venue(now=NOW, behaviour=Behaviour(weight_limit=1))
    venue.walk("LTCBTC", ["2.1", "2.2"], now=NOW)
    with Simulator(venue, clock=clock) as simulator, asking(simulator) as ask:
        assert [ask("GET", TIME)[0] for _ in range(3)] == [200, 429, 429]
        assert ask("POST", "/control/time", {"advance": 0})[1]["prices"] == {"LTCBTC": "2.1"}

        assert ask("POST", "/control/time", {"advance": 60})[1]["prices"] == {"LTCBTC": "2.2"}
        assert ask("GET", TIME)[0] == 200


PRICE = HttpRequest("POST", "/control/price", (), b'{"symbol": "LTCBTC", "price": "3.2"}')


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://evil.example:8080", "http://203.0.113.7"),
        *("null", "", "http://[127.0.0.1", "http://localhost.evil.example"),
    ],
)
@pytest.mark.parametrize("access", ["loopback", "any"])
def test_control_by_a_web_page_of_another_site_is_refused(access: Any, origin: str) -> None:
    request = evolve(PRICE, headers=(("origin", origin),))

    response = control_of(access).respond(request, address="127.0.0.1")

    assert response.status == 403
    assert json.loads(response.body) == {
        "field": "Origin",
        "value": origin,
        "rule": "must be a page of this machine, or none",
    }


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]"]
)
def test_control_by_a_web_page_of_this_machine_is_accepted(origin: str) -> None:
    request = evolve(PRICE, headers=(("Origin", origin),))

    assert control_of("loopback").respond(request, address="127.0.0.1").status == 200


def test_control_from_any_address_can_be_allowed() -> None:
    assert control_of("any").respond(LOG, address="203.0.113.7").status == 200


def test_without_control_its_paths_are_unknown_to_the_exchange() -> None:
    with Simulator(control="none") as simulator, asking(simulator) as ask:
        assert ask("GET", "/control/log") == (
            404,
            {"code": -1020, "msg": "This operation is not supported."},
        )


def test_an_unknown_word_for_the_access_to_control_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"control='all': must be one of loopback, any, none"):
        control_of("all")


def test_a_plan_that_was_given_begins_anew_at_a_reset(clock: VirtualClock) -> None:
    with Simulator(clock=clock, plan=Plan([firewall()])) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            statuses = [
                exchange_over(connection, HttpRequest(method, path, ())).status
                for method, path in [("GET", TIME), ("POST", "/control/reset"), ("GET", TIME)]
            ]

    assert statuses == [403, 200, 403]
