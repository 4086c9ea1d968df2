"""The example venue: the documented HMAC key, a published Ed25519 key, and some open lists.

List 0 is the list of the documentation of `Cancel Order List`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from types import MappingProxyType
from typing import Final

from orderlists import InvalidSetting
from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.keys import (
    EXAMPLE_KEY,
    MAIN_ACCOUNT,
    ApiKey,
    AsymmetricApiKey,
)
from orderlists_simulator._engine.symbols import Symbol, check_known
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._validators import Amount, amount

EXAMPLE_ED25519_PRIVATE_KEY = """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
"""
"""The private key of `example_ed25519_key`, published in RFC 8032, 7.1, test 1."""

_PUBLIC_KEY = """\
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
"""
EXAMPLE_BALANCES: Final[Mapping[str, Amount]] = MappingProxyType(
    {"LTC": 1000, "BTC": 100, "USDT": 1_000_000}
)
"""What the account of the example venue has free."""

EXAMPLE_PRICES: Final[Mapping[str, Amount]] = MappingProxyType({"LTCBTC": "2.0"})
"""The last prices of the example venue."""

_API_KEY = "Ed25519ExampleKeyOfRfc8032Ed25519ExampleKeyOfRfc8032Ed25519Examp"


def example_ed25519_key() -> AsymmetricApiKey:
    """Return an Ed25519 key, with which a client can log on; see `EXAMPLE_ED25519_PRIVATE_KEY`.

    Raises:
        MissingExtra: `cryptography` is not installed.
    """
    return AsymmetricApiKey(api_key=_API_KEY, public_key=_PUBLIC_KEY)


def example_venue(
    *,
    now: int,
    lists: int = 5,
    keys: Iterable[ApiKey] = (EXAMPLE_KEY,),
    behaviour: Behaviour | None = None,
    prices: Mapping[str, Amount] = EXAMPLE_PRICES,
    balances: Mapping[str, Amount] = EXAMPLE_BALANCES,
    symbols: Iterable[Symbol | str] = ("LTCBTC", "BTCUSDT"),
) -> Venue:
    """Return a new venue with open OCO lists on LTCBTC.

    Args:
        now: The time of their placement, in nanoseconds since 1970.
        lists: How many, with the ids 0, 1, 2, ...
        keys: The API keys of the venue.
        behaviour: Its settings.
        prices: The last price of each symbol that has a market.  LTCBTC trades between the legs of
            the OCOs by default; with no price, nothing trades.
        balances: What the account of the example keys has free of each asset, beside what the lists
            lock; 1000 LTC, 100 BTC and 1000000 USDT by default.  With none and no lists, the
            account is not accounted for.
        symbols: The symbols that are traded.

    Raises:
        InvalidSetting: A price or a balance is a float, negative or not a number; a price is of an
            unknown symbol; or there are lists, but LTCBTC is none of the symbols.

    Returns:
        The client ids of list 0 are those of the documentation, those of the others ``example-1``
        and so on.

    >>> [each.order_list_id for each in example_venue(now=0).lists]
    [0, 1, 2, 3, 4]
    """
    venue = Venue(order_ids=count(2), keys=keys, behaviour=behaviour, symbols=symbols)
    if lists > 0 and "LTCBTC" not in venue.symbols:
        rule = "must be 0 where LTCBTC, the symbol of the lists, is not traded"
        raise InvalidSetting(field="lists", value=lists, rule=rule)
    for asset, quantity in balances.items():
        venue.balances.deposit(MAIN_ACCOUNT, asset, amount(quantity, f"balances.{asset}"))
    for symbol, price in prices.items():
        check_known(symbol, venue.symbols, field="prices")
        venue.set_price(symbol, amount(price, f"prices.{symbol}"), now=now)
    _place(venue, lists, now=now)
    for each in venue.lists:
        venue.balances.deposit(MAIN_ACCOUNT, "LTC", each.orders[0].left_qty)
    return venue


def _place(venue: Venue, lists: int, *, now: int) -> None:
    if lists > 0:
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity="10",
            price="3",
            stop_price="1",
            stop_limit_price="1",
            list_client_order_id="C3wyj4WVEktd7u9aVBRXcN",
            stop_client_order_id="pO9ufTiFGg3nw2fOdgeOXa",
            limit_client_order_id="TXOvglzXuaubXAaENpaRCB",
            now=now,
        )
    for number in range(1, lists):
        venue.order_entry.place_oco(
            symbol="LTCBTC",
            side="SELL",
            quantity=number,
            price="3.5",
            stop_price="0.9",
            list_client_order_id=f"example-{number}",
            now=now,
        )
