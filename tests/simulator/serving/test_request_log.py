"""Lines of the log of a simulator."""

import json
from contextlib import closing
from http.client import HTTPConnection, RemoteDisconnected
from urllib.parse import urlsplit

import pytest
import websockets.sync.client as websockets

from orderlists.extending import HttpRequest
from orderlists_simulator import EXAMPLE_KEY, Plan, Simulator, VirtualClock, example_venue
from orderlists_simulator import faults as f
from venue_clients import exchange_over

NOW = 1_700_000_000_123_000_000
STAMP = "2023-11-14T22:13:20.123Z"
TIME = HttpRequest("GET", "/api/v3/time", ())


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


def lines_of(
    *requests: HttpRequest, clock: VirtualClock, faults: f.Rule | list[f.Fault] | None = None
) -> list[str]:
    lines: list[str] = []
    with Simulator(
        lambda now: example_venue(now=now),
        clock=clock,
        plan=Plan(faults or []),
        write_line=lines.append,
    ) as simulator:
        for each in requests:
            connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
            with closing(connection):
                try:
                    exchange_over(connection, each)
                except RemoteDisconnected:
                    continue
    return lines


def test_each_request_has_a_line_with_its_status_and_whether_it_was_executed(
    clock: VirtualClock,
) -> None:
    cancel = HttpRequest("DELETE", "/api/v3/orderList?symbol=LTCBTC&signature=abc", ())

    lines = lines_of(TIME, cancel, TIME, clock=clock, faults=[f.NORMAL, f.NORMAL, f.firewall()])

    assert lines == [
        f"{STAMP} #0 GET /api/v3/time: 200, executed",
        f"{STAMP} #1 DELETE /api/v3/orderList: 401, refused -2014",
        f"{STAMP} #2 GET /api/v3/time: 403, not executed",
    ]


def test_a_request_that_is_executed_after_its_answer_has_a_second_line(
    clock: VirtualClock,
) -> None:
    advance = HttpRequest("POST", "/control/time", (), b'{"advance": 3}')

    lines = lines_of(TIME, advance, clock=clock, faults=[f.executed_late(3)])

    assert lines == [
        f"{STAMP} #0 GET /api/v3/time: dropped, not executed",
        f"{STAMP} #0 GET /api/v3/time: dropped, executed after 3.000 s",
        "2023-11-14T22:13:23.123Z POST /control/time: 200",
    ]


def test_a_request_that_is_executed_twice_has_both_in_its_line(clock: VirtualClock) -> None:
    lines = lines_of(TIME, clock=clock, faults=[f.replayed(2)])

    assert lines == [f"{STAMP} #0 GET /api/v3/time: 200, executed, executed"]


def test_a_request_without_an_answer_has_one_line(clock: VirtualClock) -> None:
    lines = lines_of(TIME, clock=clock, faults=[f.executed(answer=f.SILENT)])

    assert lines == [f"{STAMP} #0 GET /api/v3/time: silent, executed"]


def test_lines_go_on_after_a_reset(clock: VirtualClock) -> None:
    lines = lines_of(TIME, HttpRequest("POST", "/control/reset", ()), TIME, clock=clock)

    assert [each.removeprefix(f"{STAMP} ") for each in lines] == [
        "#0 GET /api/v3/time: 200, executed",
        "POST /control/reset: 200",
        "#0 GET /api/v3/time: 200, executed",
    ]


def test_a_request_over_websocket_has_a_line_with_its_method(clock: VirtualClock) -> None:
    lines: list[str] = []
    with Simulator(clock=clock, write_line=lines.append) as simulator:
        url = f"{simulator.url.replace('http', 'ws')}/ws-api/v3"
        with websockets.connect(url, close_timeout=1) as client:
            for method in ("time", "a\nb"):
                client.send(json.dumps({"id": 1, "method": method}))
                client.recv(timeout=10)

    assert lines == [
        f"{STAMP} #0 time /ws-api/v3: 200, executed",
        f"{STAMP} #1 a... /ws-api/v3: 400, refused -1020",
    ]


SECRETS = [EXAMPLE_KEY.secret, EXAMPLE_KEY.api_key, "5f" * 32, "bG9uZw/+" * 11]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "target",
    [
        "/api/v3/time?signature={}",
        "/api/v3/time?Signature={}",
        "/api/v3/time?apiKey={}",
        "/api/v3/time?{}=1",
        "/api/v3/time&signature={}",
        "/control/time&signature={}",
    ],
)
def test_neither_line_nor_log_has_a_signature_a_secret_or_a_key(
    clock: VirtualClock, target: str, secret: str
) -> None:
    lines: list[str] = []
    with Simulator(clock=clock, write_line=lines.append) as simulator:
        connection = HTTPConnection(urlsplit(simulator.url).netloc, timeout=10)
        with closing(connection):
            exchange_over(connection, HttpRequest("GET", target.format(secret), ()))
            log = exchange_over(connection, HttpRequest("GET", "/control/log", ()))

    shown = "\n".join(lines) + log.body.decode()
    assert len(lines) == 2
    assert not any(part in shown for part in (secret, secret[:30], secret[-30:]))


@pytest.mark.parametrize("secret", SECRETS[:3])
def test_a_key_that_is_a_part_of_the_path_is_hidden(clock: VirtualClock, secret: str) -> None:
    (line,) = lines_of(HttpRequest("GET", f"/api/{secret}/time", ()), clock=clock)

    assert "GET /api/<hidden>/time: 404" in line.replace("...", "<hidden>")
    assert secret not in line
