"""Where the exchange is.  There is no default: a command must not reach the live one by accident.

Invariant: an address counts as live unless it is known to be another.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from attrs import frozen

from orderlists import InvalidSetting
from orderlists_transports import Exchange, parse_framed_origin, parse_origin

_RULE = (
    "must be exactly one of --live, --testnet, --demo and --url URL; "
    "or, without an option, of the variables ORDERLISTS_ENVIRONMENT and ORDERLISTS_URL"
)
_Selected: TypeAlias = dict[str, str | bool | None]
_NAMES = {each.name.lower(): each for each in Exchange}
_FOR_TESTS = (Exchange.TESTNET, Exchange.DEMO)
_TEST_HOSTS = {
    parse(each).host for each in _FOR_TESTS for parse in (parse_origin, parse_framed_origin)
}


class Protocol(StrEnum):
    """The protocol of the exchange that is used."""

    REST = "rest"
    WEBSOCKET = "websocket"


@frozen
class Environment:
    """One exchange.

    Attributes:
        exchange: What a client is given.
        name: ``live``, ``testnet``, ``demo``, or the host and port of a URL.
        arguments: The options that select it.
        is_live: Whether changes there may cost money, so that they are confirmed.
    """

    exchange: Exchange | str
    name: str
    arguments: tuple[str, ...]
    is_live: bool

    @classmethod
    def of(
        cls,
        chosen: Mapping[str, str | bool | None],
        variables: Mapping[str, str],
        protocol: Protocol,
    ) -> Environment:
        """Return the environment that options select, or else variables.

        Args:
            chosen: The options by name: ``live``, ``testnet``, ``demo``, ``url``.
            variables: The variables of the process.
            protocol: The protocol that an address must serve.

        Raises:
            InvalidSetting: Not exactly one is selected, or it is no address of an exchange.
        """
        selected: _Selected = {
            name: value for name, value in chosen.items() if value not in {None, False}
        }
        if not selected:
            selected = _from_variables(variables)
        if len(selected) != 1:
            shown = ", ".join(selected) or None
            raise InvalidSetting(field="ENVIRONMENT", value=shown, rule=_RULE)
        ((name, value),) = selected.items()
        if name != "url":
            return cls(_NAMES[name], name, (f"--{name}",), _NAMES[name] is Exchange.LIVE)
        return _at(str(value), protocol)


def _from_variables(variables: Mapping[str, str]) -> _Selected:
    selected: _Selected = {}
    if url := variables.get("ORDERLISTS_URL"):
        selected["url"] = url
    if name := variables.get("ORDERLISTS_ENVIRONMENT"):
        if name not in _NAMES:
            rule = f"must be one of {', '.join(_NAMES)}"
            raise InvalidSetting(field="ORDERLISTS_ENVIRONMENT", value=name, rule=rule)
        selected[name] = True
    return selected


def _at(url: str, protocol: Protocol) -> Environment:
    parse = parse_origin if protocol is Protocol.REST else parse_framed_origin
    origin = parse(url)
    # Unencrypted origins are on loopback: the parser refuses any other.
    is_encrypted = origin.scheme in {"https", "wss"}
    is_live = is_encrypted and origin.host not in _TEST_HOSTS
    return Environment(url, f"{origin.host}:{origin.port}", ("--url", url), is_live)
