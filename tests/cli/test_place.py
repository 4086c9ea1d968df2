"""Placements: each kind of list, and legs as text."""

import pytest

from command_lines import CommandLine
from orderlists_simulator import Simulator

MAKER, STOP = "LIMIT_MAKER,price=3.00", "stop_loss stop_price=1.00"
LIMIT = "LIMIT,price=1.50,time_in_force=GTC"
OCO = ("place", "oco", "LTCBTC", "--side", "SELL", "--quantity", "5")
PAIR = ("--pending-above", MAKER, "--pending-below", STOP)
WORKING = ("--working-quantity", "5", "--working", LIMIT)
SIDES = ("--working-side", "BUY", "--pending-side", "SELL", "--pending-quantity", "4")


@pytest.mark.parametrize(
    ("arguments", "statuses"),
    [
        ((*OCO, "--above", MAKER, "--below", STOP), ["NEW", "NEW"]),
        (
            ("place", "oto", "LTCBTC", *WORKING, *SIDES, "--pending", "MARKET"),
            ["NEW", "PENDING_NEW"],
        ),
        (
            ("place", "otoco", "LTCBTC", *WORKING, *SIDES, *PAIR),
            ["NEW", "PENDING_NEW", "PENDING_NEW"],
        ),
        (("place", "opo", "LTCBTC", *WORKING, "--pending", MAKER), ["NEW", "PENDING_NEW"]),
        (("place", "opoco", "LTCBTC", *WORKING, *PAIR), ["NEW", "PENDING_NEW", "PENDING_NEW"]),
    ],
    ids=lambda value: value[1],
)
def test_a_list_of_each_kind_is_placed(
    orderlists: CommandLine, arguments: tuple[str, ...], statuses: list[str]
) -> None:
    ended = orderlists(*arguments, "--client-id", "mine", "--json")

    assert (ended.code, ended.err) == (0, "")
    (record,) = ended.records
    assert (record["kind"], record["list_client_order_id"]) == ("PlacedOrderList", "mine")
    assert [each["status"] for each in record["order_reports"]] == statuses


def test_a_placed_list_is_printed_with_its_orders(orderlists: CommandLine) -> None:
    below = "STOP_LOSS_LIMIT,stop_price=1.00,price=0.99,time_in_force=GTC"

    ended = orderlists(*OCO, "--above", MAKER, "--below", below)

    lines = ended.out.splitlines()
    assert [line.rstrip() for line in lines] == [
        "list 5 LTCBTC OCO EXECUTING, known by REPLY",
        "ORDER  SIDE  TYPE             PRICE  STOP  QTY  FILLED  STATUS",
        "   12  SELL  STOP_LOSS_LIMIT   0.99     1    5       0  NEW",
        "   13  SELL  LIMIT_MAKER          3     -    5       0  NEW",
    ]
    assert max(map(len, lines)) <= 80


def test_prices_and_quantities_are_sent_as_they_were_written(orderlists: CommandLine) -> None:
    trailing = "STOP_LOSS,stop_price=1.00,trailing_delta=100,strategy_id=0"
    mode = ("--self-trade-prevention-mode", "EXPIRE_MAKER")

    (record,) = orderlists(
        *OCO, "--above", "LIMIT_MAKER,price=3.00", "--below", trailing, *mode, "--dry-run", "--json"
    ).records

    sent = record["parameters"]
    assert record["target"] == "POST /api/v3/orderList/oco"
    assert (sent["quantity"], sent["abovePrice"], sent["belowStopPrice"]) == ("5", "3.00", "1.00")
    assert (sent["belowTrailingDelta"], sent["belowStrategyId"]) == ("100", "0")
    assert sent["selfTradePreventionMode"] == "EXPIRE_MAKER"
    assert {"listClientOrderId", "aboveClientOrderId", "recvWindow", "timestamp"} <= sent.keys()


@pytest.mark.parametrize(
    ("above", "text"),
    [
        ("", "--above='': must begin with a type: LIMIT, LIMIT_MAKER"),
        ("MAKER,price=3", "--above='MAKER,price=3': must begin with a type: LIMIT"),
        ("LIMIT_MAKER", "--above='LIMIT_MAKER': price: must be given"),
        ("LIMIT_MAKER,price=3.0e0", "--above='LIMIT_MAKER,price=3.0e0': price='3.0e0': must be"),
        ("LIMIT_MAKER,price=3,00", "--above='LIMIT_MAKER,price=3,00': must have FIELD=VALUE"),
        (
            "LIMIT_MAKER,cost=3",
            "--above='LIMIT_MAKER,cost=3': must have other fields than 'cost' after the type; the",
        ),
        ("LIMIT_MAKER,price=3,price=4", "--above='LIMIT_MAKER,price=3,price=4': must have each"),
        ("LIMIT_MAKER,price=3,strategy_id=x", "--above='LIMIT_MAKER,price=3,strategy_id=x': stra"),
        ("STOP_LOSS,stop_price=3", "--above='STOP_LOSS,stop_price=3': the STOP_LOSS(_LIMIT) of"),
        ("MARKET", "--above='MARKET': must be a leg that an OCO may have: no LIMIT and no MARKET"),
    ],
)
def test_a_leg_that_breaks_a_rule_is_refused_under_its_option(
    orderlists: CommandLine, simulator: Simulator, above: str, text: str
) -> None:
    ended = orderlists(*OCO, "--above", above, "--below", STOP)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(text)
    assert not simulator.venue.log.entries


def test_sides_and_types_may_be_in_lower_case(orderlists: CommandLine) -> None:
    given = ("--quantity", "5", "--above", "limit_maker,price=3.00", "--below", STOP, "--dry-run")

    (record,) = orderlists("place", "oco", "LTCBTC", "--side", "sell", *given, "--json").records

    assert record["parameters"]["side"] == "SELL"
    assert record["parameters"]["aboveType"] == "LIMIT_MAKER"


def test_the_help_says_that_the_client_id_is_that_of_the_new_list(command: CommandLine) -> None:
    place, show = command("place", "oco", "--help").out, command("show", "--help").out

    assert "The client id that the list gets" in place
    assert "The client id, instead of the exchange's" in show


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--side", "SHORT", "--quantity", "5"), "--side='SHORT': must be BUY or SELL (-1117)"),
        (("--side", "SELL", "--quantity", "5,0"), "--quantity='5,0': must be a decimal number: "),
    ],
)
def test_a_wrong_side_or_quantity_is_refused_under_its_option(
    orderlists: CommandLine, arguments: tuple[str, ...], text: str
) -> None:
    ended = orderlists("place", "oco", "LTCBTC", *arguments, "--above", MAKER, "--below", STOP)

    assert ended.code == 2
    assert ended.err.startswith(text)
