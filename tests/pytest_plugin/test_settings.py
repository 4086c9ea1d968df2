"""The settings of a test with the fixtures of the pytest plugin."""

from typing import Any

import pytest

from orderlists import InvalidSetting, Json, Rest, Sbe, WebSocketApi
from orderlists_pytest._settings import START, Settings
from orderlists_simulator import Behaviour, Symbol


def test_by_default_a_test_has_the_example_venue_over_rest_and_json() -> None:
    settings = Settings.merged({})
    venue = settings.make_venue(START)

    assert [each.order_list_id for each in venue.lists] == [0, 1, 2, 3, 4]
    assert venue.market.last_prices() == {"LTCBTC": 2}
    assert isinstance(settings.make_protocol(), Rest)
    assert settings.make_protocol() == Rest(format=Json())


def test_the_last_of_several_mappings_prevails() -> None:
    settings = Settings.merged({"lists": 3, "protocol": "websocket"}, {}, {"lists": 2})

    assert len(settings.make_venue(START).lists) == 2
    assert isinstance(settings.make_protocol(), WebSocketApi)


def test_a_format_is_that_of_the_protocol() -> None:
    assert Settings(format="sbe").make_protocol() == Rest(format=Sbe())


def test_without_its_symbol_the_venue_has_neither_the_lists_nor_the_prices_of_the_example() -> None:
    venue = Settings(symbols=("BTCUSDT", Symbol("ETHUSDT"))).make_venue(START)

    assert list(venue.symbols) == ["BTCUSDT", "ETHUSDT"]
    assert (venue.lists, venue.market.last_prices()) == ((), {})


def test_a_single_symbol_needs_no_tuple() -> None:
    given: Any = "LTCBTC"

    assert list(Settings(symbols=given).make_venue(START).symbols) == ["LTCBTC"]


def test_prices_balances_and_behaviour_are_those_of_the_venue() -> None:
    settings = Settings(
        prices={"BTCUSDT": "60000"},
        balances={"BTC": 1},
        behaviour=Behaviour(max_num_order_lists=7),
        lists=0,
    )
    venue = settings.make_venue(START)

    assert venue.market.last_prices() == {"BTCUSDT": 60000}
    assert venue.balances.balance("main", "BTC").free == 1
    assert venue.behaviour.max_num_order_lists == 7


def test_a_price_of_an_unknown_symbol_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidSetting, match=r"prices='XYZ': .*, which trades LTCBTC, BTCUSDT"):
        Settings.merged({"prices": {"XYZ": "1"}}).make_venue(0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"balances": {"LTC": -1}}, r"^balances\.LTC=-1: must be a plain number of at least 0"),
        ({"prices": {"LTCBTC": 2.0}}, r"^prices\.LTCBTC=2\.0: must be .*, never as float"),
    ],
)
def test_a_wrong_amount_is_refused_under_its_setting(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSetting, match=message):
        Settings.merged(given).make_venue(0)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"protcol": "rest"}, "protcol='rest': is no setting .* they are protocol, format, policy"),
        ({"protocol": "fix"}, "protocol='fix': must be one of rest, websocket"),
        ({"format": "xml"}, "format='xml': must be one of json, sbe"),
        ({"unused_faults": None}, "unused_faults=None: must be one of error, allowed"),
    ],
)
def test_an_unknown_setting_or_word_is_refused_with_what_is_known(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidSetting, match=message):
        Settings.merged(given)
