"""Finding out what became of a request whose outcome is unknown."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from command_lines import CommandLine
from orderlists import CancelOpenOrders, CancelOrderList, InDoubt, PlaceOco
from orderlists.enums import Side
from orderlists.extending import Request
from orderlists.legs import LimitMaker, StopLoss
from orderlists_simulator import Plan, Simulator
from orderlists_simulator import faults as f

CANCEL = CancelOrderList(symbol="LTCBTC", order_list_id=0, new_client_order_id="mine")
PLACE = PlaceOco(
    symbol="LTCBTC",
    side=Side.SELL,
    quantity="1",
    above=LimitMaker(price="3"),
    below=StopLoss(stop_price="1"),
)


def stored(request: Request[Any]) -> str:
    Path("doubt.json").write_text(InDoubt(request).to_json())
    return "doubt.json"


def test_reconcile_finds_a_cancel_that_was_executed(orderlists: CommandLine) -> None:
    orderlists("cancel", "LTCBTC", "0", "--cancel-id", "mine")

    ended = orderlists("reconcile", stored(CANCEL))

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("list 0 LTCBTC OCO ALL_DONE, known by QUERY\n")


def test_reconcile_reads_standard_input_and_sends_a_cancel_again(
    orderlists: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(InDoubt(CANCEL).to_json()))

    (record,) = orderlists("reconcile", "-", "--json", "--deadline", "5").records

    assert (record["kind"], record["evidence"]) == ("CanceledOrderList", "REPLY")


def test_reconcile_with_query_only_sends_no_cancel(
    orderlists: CommandLine, simulator: Simulator
) -> None:
    arguments = ("--query-only", "--deadline", "0.3")

    ended = orderlists("reconcile", stored(CANCEL), *arguments)

    assert ended.code == 5
    assert all(each.effect is None for each in simulator.venue.log.entries)
    assert "orderlists reconcile --url" in ended.err


def lost(fault: f.Fault) -> Plan:
    """Return a plan in which cancels take a fault, and all queries but that of the time fail."""

    def rule(_number: int, request: f.ReceivedRequest) -> f.Fault:
        if request.path == "/api/v3/time":
            return f.NORMAL
        return fault if request.effect == "cancel" else f.not_executed(answer=f.bare(503))

    return Plan(rule)


@pytest.mark.parametrize(
    ("fault", "target", "evidence"),
    [
        (f.executed(answer=f.DROPPED), ("0",), "QUERY"),
        # By client id a cancel is sent again only with attempts by a clock that was measured.
        (f.not_executed(answer=f.DROPPED), ("--client-id", "example-1"), "REPLY"),
    ],
)
def test_a_cancel_whose_reply_was_lost_is_reconciled_from_its_file(
    command: CommandLine, fault: f.Fault, target: tuple[str, ...], evidence: str
) -> None:
    with Simulator(plan=lost(fault)) as first:
        venue = first.venue
        arguments = ("--url", first.url, "--deadline", "0.3")
        assert command("cancel", "LTCBTC", *target, *arguments).code == 5
    (file,) = Path().glob("orderlists-in-doubt-*.json")

    with Simulator(venue) as again:
        ended = command("reconcile", str(file), "--url", again.url, "--deadline", "5", "--json")

    assert ended.code == 0
    assert [each["evidence"] for each in ended.records] == [evidence]


def test_a_dry_run_of_reconcile_prints_what_was_sent(orderlists: CommandLine) -> None:
    ended = orderlists("reconcile", stored(CANCEL), "--dry-run")

    assert "  newClientOrderId=mine\n" in ended.out
    assert ended.out.splitlines()[-1].startswith("This was sent earlier.")


@pytest.mark.parametrize("text", ["{}", "\udcff", "no JSON"])
def test_a_file_that_holds_no_request_is_refused(orderlists: CommandLine, text: str) -> None:
    Path("doubt.json").write_bytes(text.encode("utf-8", "surrogateescape"))

    ended = orderlists("reconcile", "doubt.json")

    assert ended.code == 2
    assert ended.err == (
        "FILE='doubt.json': must be a file that was written after an unknown outcome; "
        "nothing was sent\n"
    )


def test_a_file_that_holds_no_request_is_refused_under_the_same_name_in_json(
    orderlists: CommandLine,
) -> None:
    Path("doubt.json").write_text("{}")

    (record,) = orderlists("reconcile", "doubt.json", "--json").records

    assert (record["field"], record["value"]) == ("FILE", "doubt.json")
    assert record["rule"] == "must be a file that was written after an unknown outcome"


@pytest.mark.parametrize(
    ("request_", "valid", "invalid", "text"),
    [
        (CANCEL, "LTCBTC", "ltcbtc", "symbol='ltcbtc': must be in upper case"),
        (PLACE, "SELL", "SHORT", "side='SHORT': must be BUY or SELL"),
    ],
)
def test_a_file_with_an_invalid_request_is_refused_under_its_field(
    orderlists: CommandLine, request_: Request[Any], valid: str, invalid: str, text: str
) -> None:
    file = Path(stored(request_))
    file.write_text(file.read_text().replace(valid, invalid))

    ended = orderlists("reconcile", "doubt.json")

    assert ended.code == 2
    assert ended.err.startswith(f"FILE='doubt.json': {text}")


def test_a_file_that_does_not_exist_is_refused(orderlists: CommandLine) -> None:
    ended = orderlists("reconcile", "missing.json")

    assert ended.code == 2
    assert ended.err.startswith("FILE='missing.json': must be a file that can be read")


def test_a_request_without_an_id_of_its_own_stays_unknown(orderlists: CommandLine) -> None:
    ended = orderlists("reconcile", stored(CancelOpenOrders(symbol="LTCBTC")), "--deadline", "0.3")

    assert ended.code == 5
    assert Path("orderlists-in-doubt-CancelOpenOrders.json").exists()
    *_, advice, step = ended.err.splitlines()
    assert advice == "Before you send it anew, see what is still open:"
    assert step.startswith("  orderlists open --url ")
