"""Cancels of every open list: a verdict a line, a summary, and the worst exit code."""

import json
import re
import sys
from pathlib import Path

import pytest

from command_lines import CommandLine, closed_pipe
from orderlists import CancelAllReport, CancelOrderList, InDoubt, OutcomeUnknown
from orderlists_cli import _command
from orderlists_cli._commands.cancel_all import code_of
from orderlists_cli._errors import in_doubt_of
from orderlists_cli._exit_codes import ExitCode
from orderlists_cli._output import HumanOutput, Record
from orderlists_simulator import Plan, Simulator, Venue
from orderlists_simulator import faults as f


def test_cancel_all_prints_a_verdict_a_line_and_a_summary(orderlists: CommandLine) -> None:
    ended = orderlists("cancel-all", "LTCBTC")

    *verdicts, summary = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert [line.partition(".")[0] for line in verdicts] == ["1", "2", "3", "4", "5"]
    texts = sorted(line.partition(" ")[2] for line in verdicts)
    assert texts == [f"list {each} LTCBTC: canceled, known by REPLY" for each in range(5)]
    assert summary == "5 of 5 lists canceled; none is left."


def test_cancel_all_says_that_there_was_nothing_to_cancel(orderlists: CommandLine) -> None:
    ended = orderlists("cancel-all", "BTCUSDT")

    assert (ended.code, ended.out) == (0, "There was no open order list of BTCUSDT.\n")


def test_cancel_all_with_json_prints_the_verdicts_and_the_report(orderlists: CommandLine) -> None:
    *verdicts, report = orderlists("cancel-all", "--all-symbols", "--json").records

    assert [each["kind"] for each in verdicts] == ["CanceledOrderList"] * 5
    assert report == {
        "kind": "CancelAllSummary",
        "lists": 5,
        "canceled": 5,
        "left": [],
        "is_complete": True,
        "error": None,
    }


@pytest.mark.parametrize("arguments", [(), ("LTCBTC", "--all-symbols")])
def test_cancel_all_needs_a_symbol_or_all_symbols(
    orderlists: CommandLine, arguments: tuple[str, ...]
) -> None:
    ended = orderlists("cancel-all", *arguments)

    assert ended.code == 2
    assert "must be given, or --all-symbols, but not both" in ended.err


def test_a_dry_run_of_cancel_all_prints_the_query_and_what_follows(
    orderlists: CommandLine, simulator: Simulator
) -> None:
    ended = orderlists("cancel-all", "LTCBTC", "--dry-run")

    assert ended.out.startswith("GET /api/v3/openOrderList\n")
    assert ended.out.endswith("\nThen a cancel for each list of LTCBTC.\n")
    assert not simulator.venue.log.entries


def faulty(order_list_id: str, fault: f.Fault) -> Plan:
    """Return a plan in which the cancels of a list take a fault, and queries of it fail."""

    def rule(_number: int, request: f.ReceivedRequest) -> f.Fault:
        if request.parameter("orderListId") != order_list_id:
            return f.NORMAL
        return fault if request.effect == "cancel" else f.not_executed(answer=f.bare(503))

    return Plan(rule)


def test_a_refused_cancel_leaves_its_list_open(command: CommandLine) -> None:
    fault = f.not_executed(answer=f.json_error(-2010, status=400))
    with Simulator(plan=faulty("2", fault)) as simulator:
        ended = command("cancel-all", "LTCBTC", "--url", simulator.url, "--deadline", "1")

    assert re.search(r"\d\. list 2 LTCBTC: Rejected: HTTP 400, code -2010.*\n", ended.out)
    assert ended.out.endswith("4 of 5 lists canceled; still open: 2; not complete.\n")
    assert ended.code == 4


def test_a_list_whose_symbol_breaks_a_rule_is_left_open(command: CommandLine) -> None:
    venue = Venue(symbols=("LTC/BTC", "LTCBTC"))
    for symbol in venue.symbols:
        venue.order_entry.place_oco(
            symbol=symbol, side="SELL", quantity="1", price="3", stop_price="1", now=0
        )
    with Simulator(venue) as simulator:
        ended = command("cancel-all", "--all-symbols", "--url", simulator.url)

    first = ended.out.partition("\n")[0]
    assert first.startswith("1. list 0 LTC/BTC: InvalidRequest: symbol='LTC/BTC': must")
    assert ended.out.endswith("1 of 2 lists canceled; still open: 0; not complete.\n")
    assert ended.code == 4


def test_an_unknown_outcome_is_the_worst_and_has_a_next_step(command: CommandLine) -> None:
    fault = f.executed(answer=f.DROPPED)
    with Simulator(plan=faulty("2", fault)) as simulator:
        ended = command(
            "cancel-all", "LTCBTC", "--url", simulator.url, "--deadline", "0.6", "--json"
        )

    unknown = [each for each in ended.records if each["kind"] == "OutcomeUnknown"]
    assert [each["order_list_id"] for each in unknown] == [2]
    assert ended.code == 5
    assert ended.err.count("orderlists reconcile --url") == 1


def test_an_unknown_outcome_is_stored_where_the_summary_cannot_be_printed(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def line(_: object, record: Record, text: str) -> None:
        del text
        if record["kind"] == "CancelAllReport":
            raise BrokenPipeError

    monkeypatch.setattr(HumanOutput, "line", line)
    monkeypatch.setattr(_command, "discard_results", lambda: None)
    with Simulator(plan=faulty("2", f.executed(answer=f.DROPPED))) as simulator:
        url = simulator.url
        ended = command("cancel-all", "LTCBTC", "--url", url, "--deadline", "0.6")

    (file,) = tmp_path.glob("orderlists-in-doubt-*.json")
    assert ended.err.count(f"orderlists reconcile --url {url} {file.name}") == 1


def test_every_verdict_is_on_standard_error_where_standard_output_is_closed(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator() as simulator, closed_pipe() as out:
        monkeypatch.setattr(sys, "stdout", out)
        ended = command("cancel-all", "LTCBTC", "--url", simulator.url)

    *verdicts, summary, end = ended.err.splitlines()
    assert ended.code == 130
    assert sorted(line.partition(" ")[2] for line in verdicts) == [
        f"list {each} LTCBTC: canceled, known by REPLY" for each in range(5)
    ]
    assert summary == "5 of 5 lists canceled; not complete."
    assert end == "interrupted: standard output was closed"


def test_open_lists_that_cannot_be_read_the_first_time_are_a_network_error_without_a_summary(
    command: CommandLine,
) -> None:
    with Simulator(plan=Plan([f.not_executed(answer=f.bare(503))] * 99)) as simulator:
        ended = command("cancel-all", "LTCBTC", "--url", simulator.url, "--deadline", "0.3")

    assert (ended.code, ended.out) == (6, "")
    assert "canceled" not in ended.err


def test_open_lists_that_cannot_be_read_again_are_a_network_error(command: CommandLine) -> None:
    read: list[int] = []

    def rule(number: int, request: f.ReceivedRequest) -> f.Fault:
        if request.path != "/api/v3/openOrderList":
            return f.NORMAL
        read.append(number)
        return f.NORMAL if len(read) == 1 else f.not_executed(answer=f.bare(503))

    with Simulator(plan=Plan(rule)) as simulator:
        ended = command("cancel-all", "LTCBTC", "--url", simulator.url, "--deadline", "0.5")

    assert ended.code == 6
    assert "5 of 5 lists canceled; the open lists could not be read again: " in ended.out
    assert ended.out.endswith("; not complete.\n")


def doubt(number: int) -> InDoubt:
    return InDoubt(CancelOrderList(symbol="LTCBTC", order_list_id=number, new_client_order_id="a"))


def test_a_cancel_that_is_in_no_verdict_is_unknown() -> None:
    assert code_of(CancelAllReport(verdicts={}, in_doubt=(doubt(1),))) is ExitCode.UNKNOWN


def test_an_interrupt_of_cancel_all_carries_every_cancel_in_doubt() -> None:
    interrupt = KeyboardInterrupt()
    verdicts = {0: OutcomeUnknown(doubt(0), cause=None)}
    CancelAllReport(verdicts=verdicts, in_doubt=(doubt(1),)).attach_to(interrupt)

    assert [
        json.loads(each.to_json())["request"]["order_list_id"] for each in in_doubt_of(interrupt)
    ] == [
        0,
        1,
    ]
