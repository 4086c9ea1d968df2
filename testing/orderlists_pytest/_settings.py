"""The settings of a test: what its exchange is like at the start, and how its clients reach it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from attrs import Factory, field, fields, frozen

from orderlists import InvalidSetting, Json, Policy, Rest, Sbe, WebSocketApi
from orderlists_simulator import Behaviour, Symbol, Venue, example_venue
from orderlists_simulator.example import EXAMPLE_BALANCES, EXAMPLE_PRICES
from orderlists_simulator.extending import Amount, one_of

START: Final = 1_767_225_600_000_000_000
"""The time at which a test begins: 2026-01-01 00:00 UTC."""

ProtocolName: TypeAlias = Literal["rest", "websocket"]
FormatName: TypeAlias = Literal["json", "sbe"]
Unused: TypeAlias = Literal["error", "allowed"]

_PROTOCOLS: Mapping[str, Callable[..., Rest | WebSocketApi]] = {
    "rest": Rest,
    "websocket": WebSocketApi,
}
_FORMATS: Mapping[str, Callable[[], Json | Sbe]] = {"json": Json, "sbe": Sbe}
_LISTS = 5
_LISTED = "LTCBTC"


def _names(symbols: Iterable[Symbol | str]) -> set[str]:
    return {each if isinstance(each, str) else each.name for each in symbols}


def _to_symbols(given: Symbol | str | Iterable[Symbol | str]) -> tuple[Symbol | str, ...]:
    return (given,) if isinstance(given, str | Symbol) else tuple(given)


def _lists(settings: Settings) -> int:
    return _LISTS if _LISTED in _names(settings.symbols) else 0


def _prices(settings: Settings) -> Mapping[str, Amount]:
    names = _names(settings.symbols)
    return MappingProxyType({name: each for name, each in EXAMPLE_PRICES.items() if name in names})


@frozen(kw_only=True)
class Settings:
    """The settings of a test.

    Attributes:
        protocol: That of the clients.
        format: That of the replies.
        policy: That of the clients.
        timeout: That of the clients, in seconds.
        symbols: The symbols that are traded.
        lists: How many OCOs on LTCBTC are open; none by default where that is not traded.
        prices: The last price of each symbol that has a market.
        balances: What the account has free.
        behaviour: That of the venue.
        start: The time of `orderlists_clock` at the start, in nanoseconds since 1970.
        unused_faults: Whether a test fails if no request took one of its faults.

    Raises:
        InvalidSetting: A word is unknown.
    """

    protocol: ProtocolName = field(default="rest", validator=one_of(ProtocolName))
    format: FormatName = field(default="json", validator=one_of(FormatName))
    policy: Policy = field(factory=Policy)
    timeout: float = 15.0
    symbols: tuple[Symbol | str, ...] = field(default=(_LISTED, "BTCUSDT"), converter=_to_symbols)
    lists: int = field(default=Factory(_lists, takes_self=True))
    prices: Mapping[str, Amount] = field(default=Factory(_prices, takes_self=True))
    balances: Mapping[str, Amount] = EXAMPLE_BALANCES
    behaviour: Behaviour | None = None
    start: int = START
    unused_faults: Unused = field(default="error", validator=one_of(Unused))

    @classmethod
    def merged(cls, *given: Mapping[str, Any]) -> Settings:
        """Return the settings of several mappings, of which the last one prevails.

        Raises:
            InvalidSetting: There is no setting of a name, or a value is not one.
        """
        known = [each.name for each in fields(cls)]
        merged = {name: value for each in given for name, value in each.items()}
        for name, value in merged.items():
            if name not in known:
                rule = f"is no setting of orderlists_settings; they are {', '.join(known)}"
                raise InvalidSetting(field=name, value=value, rule=rule)
        return cls(**merged)

    def make_venue(self, now: int) -> Venue:
        """Return a new venue, with lists that were placed now.

        Args:
            now: In nanoseconds.
        """
        return example_venue(
            now=now,
            lists=self.lists,
            behaviour=self.behaviour,
            prices=self.prices,
            balances=self.balances,
            symbols=self.symbols,
        )

    def make_protocol(self) -> Rest | WebSocketApi:
        """Return a new protocol, with its format."""
        return _PROTOCOLS[self.protocol](format=_FORMATS[self.format]())
