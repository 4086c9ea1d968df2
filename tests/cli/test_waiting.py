"""What a command prints while it waits."""

from typing import Any

import pytest

from command_lines import CommandLine
from orderlists import Instant, TimeUnit
from orderlists.observing import (
    ConnectionFailed,
    ConnectionOpened,
    Retrying,
    Waiting,
    WaitReason,
)
from orderlists_cli._waiting import WaitNotes
from orderlists_simulator import Plan, Simulator
from orderlists_simulator import faults as f

# This machine, at a port that is refused at once.
AWAY = "http://127.0.0.1:9"
AT = Instant(0, TimeUnit.MILLISECOND)


@pytest.mark.parametrize("protocol", ["rest", "websocket"])
def test_a_command_without_an_exchange_prints_once_that_it_retries(
    command: CommandLine, protocol: str
) -> None:
    ended = command("open", "--url", AWAY, "--protocol", protocol, "--deadline", "0.5")

    first, *others = ended.err.splitlines()
    assert first.startswith("no connection to ")
    assert first.endswith("; trying again")
    assert len(others) == 1
    assert others[0].startswith("TransportError: nothing was sent: ")
    assert (ended.code, ended.out) == (6, "")


def test_watch_without_an_exchange_prints_once_that_it_retries_and_ends_by_the_deadline(
    command: CommandLine,
) -> None:
    ended = command("watch", "--url", AWAY, "--deadline", "0.5")

    assert ended.err.count("; trying again\n") == 1
    assert ended.code == 6


def test_of_connections_that_fail_in_a_row_the_first_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notes = WaitNotes()
    failed = [ConnectionFailed(at=AT, reason=f"no route {each}") for each in range(3)]
    opened = ConnectionOpened(at=AT, connection=1, is_reconnect=False)
    for event in (failed[0], failed[1], opened, failed[2]):
        notes(event)

    assert capsys.readouterr().err == "no route 0; trying again\nno route 2; trying again\n"


def test_short_waits_and_retries_of_a_request_that_was_sent_are_not_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call: Any = {"at": AT, "call": 1, "operation": "Query Open Order lists", "symbol": None}
    call |= {"ids": {}, "elapsed": 0.0}
    notes = WaitNotes()
    notes(Waiting(**call, reason=WaitReason.RATE_LIMIT, seconds=0.9))
    notes(Waiting(**call, reason=WaitReason.BACK_OFF, seconds=3.0))
    notes(Retrying(**call, attempt=1, failure="LOST", reason="reset"))

    assert capsys.readouterr().err == ""


def test_a_command_prints_how_long_it_waits_for_a_rate_limit(command: CommandLine) -> None:
    limited = f.rate_limited(retry_after=1)
    with Simulator(plan=Plan([f.NORMAL, limited])) as simulator:
        ended = command("open", "--url", simulator.url)

    assert ended.err == "waiting 1 s for the end of a rate limit\n"
    assert ended.code == 0
