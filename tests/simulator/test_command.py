import http.client
import json
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
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
    assert command.stderr.read() == ""


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

    assert "-1121: Invalid symbol." in str(exit_.value.code)


@pytest.mark.parametrize(
    ("option", "value", "reason"),
    [
        ("--lists", "-1", "must be at least 0"),
        ("--lists", "many", "must be at least 0"),
        ("--limits", "some", "invalid choice"),
        ("--price", "LTCBTC", "must be SYMBOL=PRICE"),
        ("--price", "=2.0", "must be SYMBOL=PRICE"),
        ("--price", "LTCBTC=-1", "must be SYMBOL=PRICE"),
    ],
)
def test_a_wrong_option_is_an_error_with_its_reason(
    capsys: pytest.CaptureFixture[str], option: str, value: str, reason: str
) -> None:
    with pytest.raises(SystemExit):
        main([f"{option}={value}"], wait=interrupt)

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
