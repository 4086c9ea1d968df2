import http.client
import io
import json
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websockets.sync.client as websockets

from orderlists import CancelOrderList, Ed25519Key, WebSocketApi
from orderlists_simulator import EXAMPLE_KEY, Simulator
from orderlists_simulator.__main__ import __file__ as program
from orderlists_simulator.__main__ import main
from orderlists_transports import Client


@pytest.fixture
def command() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "orderlists_simulator", "--port", "0"],
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def test_the_command_serves_until_ctrl_c(command: subprocess.Popen[str]) -> None:
    assert command.stdout is not None
    assert command.stderr is not None
    introduction = "".join(iter(command.stdout.readline, "Open order lists:\n"))
    address = re.search(r"http://(127\.0\.0\.1:\d+)", introduction)
    assert address is not None

    with closing(http.client.HTTPConnection(address[1], timeout=10)) as connection:
        connection.request("DELETE", "/api/v3/orderList")
        status = connection.getresponse().status
        command.send_signal(signal.SIGINT)

        assert command.wait(timeout=10) == 0
    assert status == 401
    line = r"\S+Z #0 DELETE /api/v3/orderList: 401, refused -2014\n"
    assert re.fullmatch(line, command.stderr.read())


def interrupt() -> None:
    raise KeyboardInterrupt


def introduction(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(["--port", "0", *arguments], wait=interrupt)
    return capsys.readouterr().out


def test_ctrl_c_ends_the_command_normally_after_its_introduction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printed = introduction(capsys)

    assert "until Ctrl-C" in printed
    assert EXAMPLE_KEY.api_key in printed
    assert EXAMPLE_KEY.secret in printed
    assert "LTCBTC  orderListId=0  listClientOrderId=C3wyj4WVEktd7u9aVBRXcN" in printed
    assert "orderListId=4" in printed


@pytest.mark.parametrize("lists", [0, 1, 7])
def test_the_option_lists_sets_the_number_of_open_ocos(
    capsys: pytest.CaptureFixture[str], lists: int
) -> None:
    assert introduction(capsys, "--lists", str(lists)).count("orderListId=") == lists


def test_the_option_price_sets_the_last_price_of_a_symbol(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "Last prices: LTCBTC=2.0\n" in introduction(capsys)

    printed = introduction(capsys, "--price", "LTCBTC=2.5", "--price", "BTCUSDT=60000")

    assert "Last prices: LTCBTC=2.5, BTCUSDT=60000\n" in printed


def test_the_price_of_an_unknown_symbol_is_an_error_in_one_line() -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--port", "0", "--price", "XYZ=1"], wait=interrupt)

    rule = "must be a symbol of the venue, which trades LTCBTC, BTCUSDT"
    assert f"prices='XYZ': {rule}" in str(exit_.value.code)


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--lists", "-1", "must be at least 0"),
        ("--lists", "many", "must be at least 0"),
        ("--limits", "some", "invalid choice"),
        ("--price", "LTCBTC", "must be SYMBOL=PRICE"),
        ("--price", "=2.0", "must be SYMBOL=PRICE"),
        ("--price", "LTCBTC=-1", "the price must be a plain number of at least 0"),
        ("--price", "LTCBTC=two", "the price must be a plain number of at least 0"),
        ("--port", "99999", "must be from 0 to 65535"),
        ("--port", "-1", "must be from 0 to 65535"),
        ("--port", "http", "must be from 0 to 65535"),
    ],
)
def test_a_wrong_option_is_an_error_with_its_reason(
    capsys: pytest.CaptureFixture[str], option: str, value: str, reason: str
) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([f"{option}={value}"], wait=interrupt)

    assert exit_.value.code == 2
    assert reason in capsys.readouterr().err


def test_the_printed_ed25519_key_logs_on(capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[str] = []

    def log_on() -> None:
        printed = capsys.readouterr().out
        found = re.search(r"(?s)logon: (\w{64})\n(-----BEGIN.*KEY-----\n)", printed)
        url = re.search(r"http://127\.0\.0\.1:\d+", printed)
        assert found is not None
        assert url is not None
        key = Ed25519Key(api_key=found[1], private_key=found[2])
        with Client(key, exchange=url[0], protocol=WebSocketApi()) as client:
            canceled = client.send(CancelOrderList(symbol="LTCBTC", order_list_id=0))
        seen.append(canceled.list_order_status)

    main(["--port", "0"], wait=log_on)

    assert seen == ["ALL_DONE"]


def test_without_cryptography_the_command_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "orderlists_simulator._engine.public_keys", raising=False)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)

    assert "Ed25519 key: none" in (printed := introduction(capsys))
    assert "pip install 'orderlists[crypto]'" in printed


@pytest.mark.parametrize(("limits", "limit"), [("documented", 6000), ("none", 2**31 - 1)])
def test_the_option_limits_sets_the_weight_limit_that_replies_contain(
    capsys: pytest.CaptureFixture[str], limits: str, limit: int
) -> None:
    seen: list[int] = []

    def send_request() -> None:
        address = re.search(r"ws://\S+", capsys.readouterr().out)
        assert address is not None
        with websockets.connect(address[0], close_timeout=1) as client:
            client.send('{"id": 1, "method": "ping"}')
            seen.append(json.loads(client.recv(timeout=10))["rateLimits"][0]["limit"])

    main(["--port", "0", "--limits", limits], wait=send_request)

    assert seen == [limit]


Request = tuple[str, str, object]


def answers_of(
    capsys: pytest.CaptureFixture[str], arguments: list[str], *requests: Request
) -> list[tuple[int, Any]]:
    """Start the command, send requests, and return status and JSON of each answer."""
    answers: list[tuple[int, Any]] = []

    def send_all() -> None:
        address = re.search(r"http://(127\.0\.0\.1:\d+)", capsys.readouterr().out)
        assert address is not None
        with closing(http.client.HTTPConnection(address[1], timeout=10)) as connection:
            for method, path, body in requests:
                connection.request(method, path, json.dumps(body))
                answer = connection.getresponse()
                answers.append((answer.status, json.loads(answer.read() or "null")))

    main(["--port", "0", *arguments], wait=send_all)
    return answers


TIME: Request = ("GET", "/api/v3/time", {})


def test_each_request_has_a_line_on_standard_error_unless_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers_of(capsys, [], TIME)
    lines = capsys.readouterr().err
    answers_of(capsys, ["--quiet"], TIME)

    assert re.fullmatch(r"\S+Z #0 GET /api/v3/time: 200, executed\n", lines)
    assert capsys.readouterr().err == ""


def test_a_closed_standard_error_does_not_stop_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())

    assert [status for status, _ in answers_of(capsys, [], TIME, TIME)] == [200, 200]


def test_the_option_plan_loads_a_plan_of_faults(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(
        '{"faults": [{"name": "not_executed", "answer": {"name": "bare", "status": 503}}]}'
    )
    reset: Request = ("POST", "/control/reset", {})

    answers = answers_of(capsys, ["--plan", str(plan)], TIME, TIME, reset, TIME)

    assert [status for status, _ in answers] == [503, 200, 200, 503]


def test_the_option_trades_replays_trades_from_the_start(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    trades = tmp_path / "trades.csv"
    trades.write_text("time,symbol,price,quantity\n5000,LTCBTC,2.5,1\n65000,LTCBTC,2.6,1\n")
    arguments = ["--clock", "manual", "--trades", str(trades)]
    requests: list[Request] = [
        ("POST", "/control/time", {"advance": 0}),
        ("POST", "/control/time", {"advance": 60}),
        ("POST", "/control/reset", {}),
    ]

    answers = answers_of(capsys, arguments, *requests)

    assert [state["prices"]["LTCBTC"] for _, state in answers] == ["2.5", "2.6", "2.5"]


def test_the_clock_is_real_unless_it_is_manual(capsys: pytest.CaptureFixture[str]) -> None:
    advance: Request = ("POST", "/control/time", {"advance": 1.5})

    ((status, error),) = answers_of(capsys, [], advance)
    (_, before), (_, state), (_, after) = answers_of(
        capsys, ["--clock", "manual"], TIME, advance, TIME
    )

    assert (status, error["field"]) == (409, "clock")
    assert state["time"] == after["serverTime"] == before["serverTime"] + 1500


def test_the_option_control_can_turn_control_off(capsys: pytest.CaptureFixture[str]) -> None:
    ((status, _),) = answers_of(capsys, ["--control", "none"], ("GET", "/control/log", {}))

    assert status == 404


@pytest.mark.parametrize(
    ("option", "text", "reason"),
    [
        ("--plan", None, "No such file"),
        ("--plan", "{", "must be JSON"),
        ("--plan", '{"faults": ["lost"]}', "faults[0].name='lost': must be one of normal, "),
        ("--trades", None, "No such file"),
        ("--trades", "1,LTCBTC,2,1", "must be time,symbol,price,quantity"),
    ],
)
def test_a_wrong_file_is_an_error_with_its_reason(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    option: str,
    text: str | None,
    reason: str,
) -> None:
    file = tmp_path / "file"
    if text is not None:
        file.write_text(text)

    with pytest.raises(SystemExit):
        main([f"{option}={file}"], wait=interrupt)

    assert reason in capsys.readouterr().err


def test_a_trade_of_an_unknown_symbol_is_an_error_in_one_line(tmp_path: Path) -> None:
    trades = tmp_path / "trades.csv"
    trades.write_text("time,symbol,price,quantity\n1,XYZ,2,1\n")

    with pytest.raises(SystemExit) as exit_:
        main(["--port", "0", f"--trades={trades}"], wait=interrupt)

    assert "trades.csv:2.symbol='XYZ': must be a symbol of the venue" in str(exit_.value.code)


def test_a_plan_that_failed_is_an_error_in_one_line_at_the_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan: Request = ("POST", "/control/plan", {"events": [{"name": "expire", "order_list_id": 9}]})

    with pytest.raises(SystemExit) as exit_:
        answers_of(capsys, [], plan)

    assert "there is no such list" in str(exit_.value.code)


def test_a_port_in_use_is_an_error_in_one_line() -> None:
    with Simulator() as simulator, pytest.raises(SystemExit) as exit_:
        main(["--port", str(urlsplit(simulator.url).port)], wait=lambda: None)

    assert "must be free to listen on" in str(exit_.value.code)


def test_a_missing_extra_is_an_error_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "orderlists_simulator._serving.http_server", raising=False)
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    with pytest.raises(SystemExit) as exit_:
        main(["--port", "0"], wait=lambda: None)

    assert "pip install 'orderlists[aiohttp]'" in str(exit_.value.code)


def test_the_program_parses_its_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["orderlists_simulator", "--help"])

    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(program, run_name="__main__")

    assert exit_.value.code == 0
    assert "--port" in capsys.readouterr().out
