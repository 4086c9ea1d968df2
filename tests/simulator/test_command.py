import http.client
import re
import runpy
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from orderlists_simulator import EXAMPLE_KEY, Simulator
from orderlists_simulator.__main__ import __file__ as program
from orderlists_simulator.__main__ import main


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


def test_the_command_serves_until_it_is_interrupted(command: subprocess.Popen[str]) -> None:
    assert command.stdout is not None
    assert command.stderr is not None
    introduction = "".join(command.stdout.readline() for _ in range(10))
    address = re.search(r"http://(127\.0\.0\.1:\d+)", introduction)
    assert address is not None

    with closing(http.client.HTTPConnection(address[1], timeout=10)) as connection:
        connection.request("DELETE", "/api/v3/orderList")
        status = connection.getresponse().status
        command.send_signal(signal.SIGINT)

        assert command.wait(timeout=10) == 0
    assert status == 401
    assert EXAMPLE_KEY.api_key in introduction
    assert EXAMPLE_KEY.secret in introduction
    assert "LTCBTC  orderListId=0  listClientOrderId=C3wyj4WVEktd7u9aVBRXcN" in introduction
    assert "orderListId=4" in introduction
    assert command.stderr.read() == ""


def test_an_interrupt_ends_it_in_peace(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    main(["--port", "0"], wait=interrupt)

    assert "until Ctrl-C" in capsys.readouterr().out


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with Simulator() as simulator, pytest.raises(SystemExit) as exit_:
        main(["--port", str(urlsplit(simulator.url).port)], wait=lambda: None)

    assert "must be free to listen on" in str(exit_.value.code)


def test_a_missing_extra_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "orderlists_simulator._aiohttp", raising=False)
    monkeypatch.setitem(sys.modules, "aiohttp", None)

    with pytest.raises(SystemExit) as exit_:
        main(["--port", "0"], wait=lambda: None)

    assert "pip install 'orderlists[aiohttp]'" in str(exit_.value.code)


def test_the_program_reads_its_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["orderlists_simulator", "--help"])

    with pytest.raises(SystemExit) as exit_:
        runpy.run_path(program, run_name="__main__")

    assert exit_.value.code == 0
    assert "--port" in capsys.readouterr().out
