"""Cancels of one list or order, and how their outcomes are reported."""

import errno
import io
import json
import shlex
import stat
import sys
from pathlib import Path

import pytest

from command_lines import CommandLine, Ended, closed_pipe
from orderlists import CancelOrderList, InDoubt, Instant, OutcomeUnknown, TimeUnit
from orderlists_cli._texts import failure
from orderlists_simulator import Leg, Plan, Simulator, Venue, example_venue
from orderlists_simulator import faults as f
from orderlists_simulator._engine.orders import NewOrder


def lost_cancels(_number: int, request: f.ReceivedRequest) -> f.Fault:
    """Lose the replies to cancels, and fail all queries but that of the time."""
    if request.effect == "cancel":
        return f.executed(answer=f.DROPPED)
    if "time" in {request.method, request.path.rpartition("/")[2]}:
        return f.NORMAL
    return f.not_executed(answer=f.bare(503))


def test_cancel_prints_the_canceled_list_and_how_it_is_known(orderlists: CommandLine) -> None:
    ended = orderlists("cancel", "LTCBTC", "0")

    assert (ended.code, ended.err) == (0, "")
    lines = [line.rstrip() for line in ended.out.splitlines()]
    assert lines == [
        "list 0 LTCBTC OCO ALL_DONE, known by REPLY",
        "ORDER  SIDE  TYPE             PRICE  STOP  QTY  FILLED  STATUS",
        "    2  SELL  STOP_LOSS_LIMIT      1     1   10       0  CANCELED",
        "    3  SELL  LIMIT_MAKER          3     -   10       0  CANCELED",
    ]


def test_a_character_that_standard_output_does_not_have_is_an_escape(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "\u5e01\u5b89USDT"
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="cp1252"))

    def make(now: int) -> Venue:
        balances = {name.removesuffix("USDT"): 1}
        prices = {name: 2}
        return example_venue(now=now, lists=0, symbols=[name], prices=prices, balances=balances)

    with Simulator(make) as simulator:
        legs = ("--above", "LIMIT_MAKER,price=3.00", "--below", "STOP_LOSS,stop_price=1.00")
        side = ("--side", "SELL", "--quantity", "1")
        ended = command("place", "oco", name, *side, *legs, "--url", simulator.url)

    assert (ended.code, ended.err) == (0, "")
    assert printed.getvalue().startswith(b"list 0 \\u5e01\\u5b89USDT OCO EXECUTING")


def test_cancel_takes_a_client_id_over_websocket(orderlists: CommandLine) -> None:
    arguments = ("--client-id", "example-1", "--cancel-id", "mine", "--protocol", "websocket")

    (record,) = orderlists("cancel", "LTCBTC", *arguments, "--json").records

    assert (record["kind"], record["order_list_id"]) == ("CanceledOrderList", 1)
    assert {each["client_order_id"] for each in record["order_reports"]} == {"mine"}


def test_a_second_cancel_is_refused_with_exit_code_3(orderlists: CommandLine) -> None:
    orderlists("cancel", "LTCBTC", "0")
    ended = orderlists("cancel", "LTCBTC", "0", "--json")

    assert ended.code == 3
    (record,) = ended.records
    assert (record["kind"], record["ending"]) == ("AlreadyDone", "CANCELED")
    assert ended.err.startswith("AlreadyDone: <OrderList 0 LTCBTC")


def test_cancel_order_cancels_the_list_of_the_order(orderlists: CommandLine) -> None:
    arguments = ("cancel-order", "LTCBTC", "2", "--restrictions", "ONLY_NEW", "--json")

    (record,) = orderlists(*arguments).records

    assert (record["kind"], record["order_list_id"]) == ("CanceledOrderList", 0)


def test_cancel_order_prints_a_single_order(orderlists: CommandLine, simulator: Simulator) -> None:
    leg = Leg(side="BUY", type="LIMIT", quantity=1, price=1)
    order = NewOrder(symbol="BTCUSDT", leg=leg, account="main")
    simulator.venue.placement.place_order(order, now=0)

    ended = orderlists("cancel-order", "BTCUSDT", "12")

    assert [line.rstrip() for line in ended.out.splitlines()] == [
        "ORDER  SIDE  TYPE   PRICE  STOP  QTY  FILLED  STATUS",
        "   12  BUY   LIMIT      1     -    1       0  CANCELED",
    ]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("cancel", "ltcbtc", "0"), "SYMBOL='ltcbtc': must be in upper case"),
        (("cancel", "LTCBTC"), "ID: one of ID and --client-id must be given; nothing"),
        (("cancel", "LTCBTC", "--client-id", "a b"), "--client-id='a b': must be 1 to 36 of"),
        (("cancel", "LTCBTC", "0", "--cancel-id", ""), "--cancel-id='': must be 1 to 36 of"),
        (("cancel", "LTCBTC", "first"), "ID='first': must be a whole number from 0 to"),
        (("cancel-order", "LTCBTC", "99999999999999999999"), "ID='99999999999999999999': must be"),
        (("open", "--deadline", "0"), "--deadline=0.0: must be seconds"),
        (("open", "--deadline", "9" * 400), f"--deadline='{'9' * 79}...: must be seconds"),
        (("cancel-order", "LTCBTC"), "ID: one of ID and --client-id must be given; nothing"),
        (("open", "--deadline", "soon"), "--deadline='soon': must be seconds"),
    ],
)
def test_bad_input_names_option_value_and_rule(
    orderlists: CommandLine, simulator: Simulator, arguments: tuple[str, ...], text: str
) -> None:
    ended = orderlists(*arguments)

    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith(text)
    assert not simulator.venue.log.entries


def unknown(command: CommandLine, *more: str) -> Ended:
    with Simulator(plan=Plan(lost_cancels)) as simulator:
        return command("cancel", "LTCBTC", "0", "--url", simulator.url, "--deadline", "0.3", *more)


def test_after_an_unknown_outcome_the_command_that_reconciles_is_printed(
    command: CommandLine, tmp_path: Path
) -> None:
    ended = unknown(command)

    assert (ended.code, ended.out) == (5, "")
    (file,) = tmp_path.glob("orderlists-in-doubt-*.json")
    doubt = InDoubt.from_json(file.read_text())
    assert f"The request and its attempts are in {file.name}." in ended.err
    program, name, option, _, printed = shlex.split(ended.err.splitlines()[-1])
    assert (program, name, option, printed) == ("orderlists", "reconcile", "--url", file.name)
    assert doubt.attempts
    assert "signature" not in ended.err


def test_an_unknown_outcome_is_an_object_with_the_request_and_its_attempts(
    command: CommandLine,
) -> None:
    (record,) = unknown(command, "--json").records

    assert record["kind"] == "OutcomeUnknown"
    assert InDoubt.from_json(json.dumps(record["in_doubt"])).attempts


def test_a_request_in_doubt_that_cannot_be_stored_is_printed(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "touch", fail)
    ended = unknown(command)

    assert ended.code == 5
    line = next(each for each in ended.err.splitlines() if each.startswith("{"))
    assert InDoubt.from_json(line).attempts
    assert "(No space left on device). Store this line in a FILE:" in ended.err
    assert ended.err.rstrip().endswith(" FILE")


def test_a_second_request_in_doubt_with_the_same_id_has_a_file_of_its_own(
    command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    arguments = ("--in-doubt-dir", "folder", "--cancel-id", "mine")
    endings = [unknown(command, *arguments) for _ in range(2)]

    files = [shlex.split(each.err.splitlines()[-1])[-1] for each in endings]
    assert files == [f"folder/orderlists-in-doubt-{name}.json" for name in ("mine", "mine-2")]
    doubts = [InDoubt.from_json((tmp_path / each).read_text()) for each in files]
    assert doubts[0].attempts != doubts[1].attempts


def test_a_request_in_doubt_is_stored_for_its_owner_alone(
    command: CommandLine, tmp_path: Path
) -> None:
    unknown(command, "--cancel-id", "mine")

    mode = (tmp_path / "orderlists-in-doubt-mine.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_request_in_doubt_is_stored_and_its_exit_code_kept_where_standard_output_is_closed(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_pipe() as out:
        monkeypatch.setattr(sys, "stdout", out)
        ended = unknown(command, "--cancel-id", "mine", "--json")

    assert ended.code == 5
    assert InDoubt.from_json((tmp_path / "orderlists-in-doubt-mine.json").read_text()).attempts
    assert ended.err.startswith("OutcomeUnknown: ")
    assert ended.err.endswith(" orderlists-in-doubt-mine.json\n")


@pytest.mark.parametrize("arguments", ["cancel LTCBTC 0", "cancel-order LTCBTC 0", "show 0"])
def test_an_id_beside_a_client_id_is_refused_with_nothing_sent(
    command: CommandLine, arguments: str
) -> None:
    with Simulator() as simulator:
        ended = command(*arguments.split(), "--client-id", "x", "--url", simulator.url)
        assert simulator.venue.log.entries == ()

    assert ended.code == 2
    assert ended.err == "ID='0': must be given, or --client-id, but not both; nothing was sent\n"


def test_a_result_is_on_standard_error_where_standard_output_is_closed(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator() as simulator, closed_pipe() as out:
        monkeypatch.setattr(sys, "stdout", out)
        ended = command("cancel", "LTCBTC", "0", "--url", simulator.url)

    assert ended.code == 130
    assert ended.err.startswith("done: <CanceledOrderList 0 LTCBTC OCO ALL_DONE")


def test_a_request_in_doubt_is_stored_and_its_exit_code_kept_where_standard_error_is_closed(
    command: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closed_pipe() as err:
        monkeypatch.setattr(sys, "stderr", err)
        ended = unknown(command, "--cancel-id", "mine", "--json")

    assert ended.code == 5
    assert InDoubt.from_json((tmp_path / "orderlists-in-doubt-mine.json").read_text()).attempts


def test_after_an_unknown_outcome_the_advice_is_a_command_and_not_python(
    command: CommandLine,
) -> None:
    ended = unknown(command)

    first, *_, step = ended.err.splitlines()
    assert first.startswith("OutcomeUnknown: Cancel Order List may or may not have been exec")
    assert "client." not in ended.err
    assert step.startswith("  orderlists reconcile ")


def test_an_unknown_outcome_says_whether_the_list_is_over_and_until_when_it_is_open() -> None:
    doubt = InDoubt(CancelOrderList(symbol="LTCBTC", order_list_id=0))
    until = Instant(1_500_000_000_000_000, TimeUnit.MICROSECOND)

    over = failure(OutcomeUnknown(doubt, cause=None, list_over=True))
    pending = failure(OutcomeUnknown(doubt, cause=None, may_arrive_until=until))

    assert over.endswith(" (no reply arrived); the list is over")
    assert pending.endswith("; it can execute until 2017-07-14 02:40:00.000Z")


def test_the_command_that_reconciles_names_the_protocol(command: CommandLine) -> None:
    ended = unknown(command, "--protocol", "websocket")

    assert ended.code == 5
    assert "--protocol websocket" in ended.err.splitlines()[-1]


def test_a_negative_id_is_refused(orderlists: CommandLine) -> None:
    ended = orderlists("cancel", "LTCBTC", "--", "-1")

    assert ended.code == 2
    assert ended.err.startswith("ID=-1: must be a whole number from 0 to")
