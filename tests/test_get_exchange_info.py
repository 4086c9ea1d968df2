"""GetExchangeInfo over each protocol and with each client."""

import pytest

from client_and_venue import START, client_and_venue
from orderlists import GetExchangeInfo, Policy, RateLimits, Rejected
from orderlists_simulator import Symbol, Venue
from orderlists_simulator import faults as f
from placements import oco
from symbol_rules import PRICE

BOTH = pytest.mark.parametrize("colour", ["sync", "async"])
PROTOCOLS = pytest.mark.parametrize("protocol", ["REST", "WebSocket"])


@BOTH
@PROTOCOLS
def test_rules_are_read_and_a_placement_that_fails_them_is_refused(
    protocol: str, colour: str
) -> None:
    rules = Symbol("LTCBTC", filters=[{**PRICE, "tickSize": "0.4"}])
    with client_and_venue(protocol, colour, venue=Venue(symbols=[rules, "BTCUSDT"])) as pair:
        info = pair.client.send(GetExchangeInfo(symbols=["LTCBTC"]))
        (found,) = {each.rule for each in info.symbol("LTCBTC").check(oco()).fails}
        with pytest.raises(Rejected) as caught:
            pair.client.send(oco())
    assert len(info.symbols) == 1
    assert (caught.value.code, caught.value.message) == (-1013, f"Filter failure: {found}")
    RateLimits(info.rate_limits)


@PROTOCOLS
def test_several_symbols_and_all_of_them_are_listed(protocol: str) -> None:
    venue = Venue(symbols=["LTCBTC", "BTCUSDT", "ETHBTC"])
    with client_and_venue(protocol, "sync", venue=venue) as pair:
        two = pair.client.send(GetExchangeInfo(symbols=["ETHBTC", "LTCBTC"]))
        every = pair.client.send(GetExchangeInfo())
    assert [each.symbol for each in two.symbols] == ["LTCBTC", "ETHBTC"]
    assert len(every.symbols) == 3


@PROTOCOLS
def test_an_unknown_symbol_is_rejected(protocol: str) -> None:
    with (
        client_and_venue(protocol, "sync") as pair,
        pytest.raises(Rejected, match="Invalid symbol"),
    ):
        pair.client.send(GetExchangeInfo(symbols=["ETHBTC"]))


@PROTOCOLS
def test_a_query_of_rules_is_retried_after_a_lost_reply(protocol: str) -> None:
    with client_and_venue(protocol, "sync", faults=[f.executed(answer=f.DROPPED)]) as pair:
        info = pair.client.send(GetExchangeInfo(), policy=Policy(deadline=9))
    assert len(info.symbols) == 2
    assert pair.clock.now() > START
