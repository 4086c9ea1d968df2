"""Where the exchange is: options, variables, and what counts as live."""

import io
import sys

import pytest

from command_lines import CommandLine
from orderlists import InvalidSetting
from orderlists_cli._environment import Environment, Protocol
from orderlists_simulator import Simulator

# This machine, but not one of the loopback addresses that the library knows: refused at once.
LIVE = "https://0.0.0.0:1"


def environment(variables: dict[str, str], **options: str | bool) -> Environment:
    return Environment.of(options, variables, Protocol.REST)


@pytest.mark.parametrize("name", ["live", "testnet", "demo"])
def test_an_option_or_a_variable_selects_the_environment(name: str) -> None:
    by_option = environment({}, **{name: True})

    assert by_option == environment({"ORDERLISTS_ENVIRONMENT": name})
    assert by_option.arguments == (f"--{name}",)
    assert by_option.is_live == (name == "live")


def test_an_option_takes_precedence_over_variables() -> None:
    assert environment({"ORDERLISTS_ENVIRONMENT": "live"}, demo=True).name == "demo"


@pytest.mark.parametrize(
    ("url", "is_live"),
    [
        ("https://api.binance.com", True),
        ("https://api1.binance.com", True),
        ("https://unknown.example", True),
        ("https://testnet.binance.vision/", False),
        ("https://demo-api.binance.com", False),
        ("http://127.0.0.1:8080", False),
    ],
)
def test_a_url_counts_as_live_unless_it_is_known_to_be_another(url: str, is_live: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert environment({}, url=url).is_live is is_live


def test_the_websocket_address_of_the_testnet_is_not_live() -> None:
    url = "wss://ws-api.testnet.binance.vision"

    assert not Environment.of({"url": url}, {}, Protocol.WEBSOCKET).is_live


@pytest.mark.parametrize(
    ("variables", "options"),
    [
        ({}, {}),
        ({}, {"live": True, "demo": True}),
        ({}, {"live": False, "url": None, "testnet": True, "demo": True}),
        ({"ORDERLISTS_ENVIRONMENT": "demo", "ORDERLISTS_URL": "http://127.0.0.1:1"}, {}),
    ],
)
def test_none_or_several_environments_are_refused(
    variables: dict[str, str], options: dict[str, str | bool | None]
) -> None:
    with pytest.raises(InvalidSetting, match="must be exactly one of --live"):
        Environment.of(options, variables, Protocol.REST)


def test_an_unknown_environment_in_the_variable_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="must be one of live, testnet, demo"):
        environment({"ORDERLISTS_ENVIRONMENT": "production"})


def test_a_command_without_an_environment_is_refused_with_exit_code_2(command: CommandLine) -> None:
    ended = command("cancel", "LTCBTC", "0")

    assert ended.code == 2
    assert ended.out == ""
    assert "must be exactly one of --live" in ended.err
    assert ended.err.endswith("nothing was sent\n")


def test_a_wrong_url_names_its_option(command: CommandLine) -> None:
    ended = command("open", "--url", "http://api.binance.com")

    assert ended.code == 2
    assert ended.err.startswith("--url='http://api.binance.com': must be https://host")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


CANCEL = ("cancel", "LTCBTC", "0", "--url", LIVE, "--deadline", "0.2")


@pytest.mark.parametrize("stdin", [io.StringIO("y\n"), None], ids=["file", "closed"])
def test_a_change_to_a_live_exchange_needs_a_terminal_or_yes(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO | None
) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)

    ended = command(*CANCEL)

    assert ended.code == 2
    assert ended.err.startswith("--yes: must be given to change a live exchange")
    assert command(*CANCEL, "--yes").code == 6


@pytest.mark.parametrize("name", ["open", "show", "watch", "limits", "rules", "time"])
def test_a_command_that_changes_nothing_does_not_offer_to_leave_out_the_question(
    command: CommandLine, name: str
) -> None:
    assert "--yes" not in command(name, "--help").out
    assert command(name, "--yes").code == 2


@pytest.mark.parametrize(("answer", "code"), [("n\n", 2), ("y\n", 6), ("", 130)])
def test_a_terminal_is_asked_to_confirm_a_change_to_a_live_exchange(
    command: CommandLine, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))

    ended = command(*CANCEL)

    assert ended.code == code
    assert "CancelOrderList(symbol='LTCBTC', order_list_id=0)\non 0.0.0.0:1: proceed?" in ended.err
    assert ("Nothing was sent." in ended.err) == (code == 2)


def test_a_query_of_a_live_exchange_is_not_confirmed(command: CommandLine) -> None:
    ended = command("open", "--url", LIVE, "--deadline", "0.2")

    assert ended.code == 6
    assert "\nTransportError: " in ended.err


def test_a_dry_run_prints_every_parameter_and_sends_nothing(
    orderlists: CommandLine, simulator: Simulator
) -> None:
    ended = orderlists("cancel", "LTCBTC", "0", "--cancel-id", "mine", "--dry-run")

    assert ended.code == 0
    *lines, timestamp = ended.out.splitlines()
    assert lines == [
        "DELETE /api/v3/orderList",
        "  symbol=LTCBTC",
        "  orderListId=0",
        "  newClientOrderId=mine",
        "  recvWindow=5000",
    ]
    assert timestamp.startswith("  timestamp=")
    assert "Nothing was sent." in ended.err
    assert not simulator.venue.log.entries


def test_a_dry_run_with_json_prints_an_object(orderlists: CommandLine) -> None:
    ended = orderlists("rules", "LTCBTC", "--dry-run", "--json", "--protocol", "websocket")

    (record,) = ended.records
    assert record["target"] == "exchangeInfo"
    assert record["parameters"] == {"symbols": '["LTCBTC"]'}
