"""``python -m orderlists_simulator``: the example venue on a port, until Ctrl-C."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import TypeVar, get_args

from orderlists import InvalidSetting, MissingExtra
from orderlists_simulator._engine.behaviour import Behaviour
from orderlists_simulator._engine.keys import EXAMPLE_KEY, ApiKey
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._faults.plan_json import read_plan
from orderlists_simulator._json_input import parse_json
from orderlists_simulator._protocols.handshake import WEBSOCKET_PATH
from orderlists_simulator._serving.control import ControlAccess
from orderlists_simulator._serving.replay import Trade, read_trades, replay
from orderlists_simulator._serving.server import Simulator
from orderlists_simulator._virtual_time.clock import RealClock, VirtualClock
from orderlists_simulator.example import (
    EXAMPLE_ED25519_PRIVATE_KEY,
    EXAMPLE_PRICES,
    example_ed25519_key,
    example_venue,
)

T = TypeVar("T")

_HOST, _PORT, _LISTS = "127.0.0.1", 8080, 5
_LAST_PORT = 65535
_LIMITS = {
    "documented": Behaviour(),
    "none": Behaviour(
        weight_limit=None,
        connection_limit=None,
        orders_in_ten_seconds=None,
        orders_in_a_day=None,
        max_num_order_lists=None,
    ),
}


def main(arguments: Sequence[str], *, wait: Callable[[], object]) -> None:
    """Serve the example venue until the wait ends.

    Args:
        arguments: Those of the command line, without the program's name.
        wait: Blocks for as long as the simulator serves; a KeyboardInterrupt ends it normally.

    Raises:
        SystemExit: An argument is wrong, the address cannot be listened on, or an extra is missing.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    keys, ed25519 = _keys()
    try:
        with _simulator(options, keys) as simulator:
            sys.stdout.write(_introduction(simulator, ed25519))
            sys.stdout.flush()
            wait()
    except KeyboardInterrupt:
        return
    except (AssertionError, InvalidSetting, MissingExtra) as error:
        # An AssertionError is an error in the plan, which is raised at the end.
        sys.exit(f"{parser.prog}: {error}")


def _simulator(options: argparse.Namespace, keys: Sequence[ApiKey]) -> Simulator:
    def venue(now: int) -> Venue:
        made = example_venue(
            now=now,
            lists=options.lists,
            keys=keys,
            behaviour=_LIMITS[options.limits],
            prices={**EXAMPLE_PRICES, **dict(options.price)},
        )
        replay(options.trades, made, now=now)
        return made

    return Simulator(
        venue,
        host=options.host,
        port=options.port,
        clock=VirtualClock(time.time_ns()) if options.clock == "manual" else RealClock(),
        plan=lambda now: read_plan(options.plan, now=now),
        control=options.control,
        write_line=None if options.quiet else _write_line,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m orderlists_simulator",
        description="A simulated Binance Spot exchange for order lists.",
    )
    parser.add_argument("--host", default=_HOST, help=f"default {_HOST}; 0.0.0.0 for every address")
    parser.add_argument(
        "--port", type=_port, default=_PORT, help=f"default {_PORT}; 0 for a free one"
    )
    parser.add_argument(
        "--lists", type=_number, default=_LISTS, help=f"how many OCOs are open; default {_LISTS}"
    )
    parser.add_argument(
        "--price",
        type=_price,
        action="append",
        default=[],
        metavar="SYMBOL=PRICE",
        help="the last price of a symbol; default LTCBTC=2.0; may be given for each symbol",
    )
    parser.add_argument(
        "--limits",
        choices=tuple(_LIMITS),
        default="documented",
        help="documented: 6000 request weight a minute, 300 connections in 5 minutes, 100 unfilled "
        "orders in 10 seconds, 20 open lists of a symbol; none: none",
    )
    _add_test_options(parser)
    return parser


def _add_test_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of what a test controls."""
    parser.add_argument(
        "--trades",
        type=_trades,
        default=(),
        metavar="FILE",
        help="recorded trades to replay from the start: CSV with the header "
        "time,symbol,price,quantity, or JSON lines; times in milliseconds",
    )
    parser.add_argument(
        "--plan", type=_plan, default={}, metavar="FILE", help="a plan of faults, in JSON"
    )
    parser.add_argument(
        "--clock",
        choices=("real", "manual"),
        default="real",
        help="manual: time stands still but for POST /control/time and delayed answers; until "
        "then nothing planned for later happens, and no rate limit is lifted",
    )
    parser.add_argument(
        "--control",
        choices=get_args(ControlAccess),
        default="loopback",
        help="from which addresses the paths under /control/ are served; default loopback",
    )
    parser.add_argument(
        "--quiet", action="store_true", help="no line on standard error for each request"
    )


def _price(text: str) -> tuple[str, Decimal]:
    symbol, _, price = text.partition("=")
    if not (symbol and price):
        raise argparse.ArgumentTypeError(f"{text!r}: must be SYMBOL=PRICE, such as LTCBTC=2.0")
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", price, re.ASCII):
        rule = "must be a plain number of at least 0, such as 2.0"
        raise argparse.ArgumentTypeError(f"{text!r}: the price {rule}")
    return symbol, Decimal(price)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= _LAST_PORT):
        rule = f"must be from 0 to {_LAST_PORT}, as a whole number"
        raise argparse.ArgumentTypeError(f"{text!r}: {rule}")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r}: must be at least 0, as a whole number")
    return int(text)


def _trades(path: str) -> tuple[Trade, ...]:
    return _read_file(path, lambda data: read_trades(data, path))


def _plan(path: str) -> object:
    def read(data: bytes) -> object:
        document = parse_json(data, "document")
        # Only to refuse it now: a plan that is used up is made again from its document.
        read_plan(document, now=0)
        return document

    return _read_file(path, read)


def _read_file(path: str, read: Callable[[bytes], T]) -> T:
    try:
        return read(Path(path).read_bytes())
    except (OSError, InvalidSetting) as error:
        raise argparse.ArgumentTypeError(f"{path!r}: {error}") from error


def _write_line(line: str) -> None:
    # Who started the program may have closed its end.
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")


def _keys() -> tuple[list[ApiKey], str]:
    """Return the keys of the venue, and what is printed about the Ed25519 key."""
    try:
        key = example_ed25519_key()
    except MissingExtra as error:
        return [EXAMPLE_KEY], f"Ed25519 key: none ({error})\n"
    text = f"Ed25519 API key, for session.logon: {key.api_key}\n{EXAMPLE_ED25519_PRIVATE_KEY}"
    return [EXAMPLE_KEY, key], text


def _introduction(simulator: Simulator, ed25519: str) -> str:
    lists = "".join(
        f"  {each.symbol}  orderListId={each.order_list_id}  "
        f"listClientOrderId={each.list_client_order_id}\n"
        for each in simulator.venue.lists
    )
    market = simulator.venue.market
    prices = ", ".join(f"{each}={price}" for each, price in market.last_prices().items()) or "none"
    return (
        f"Serving a simulated exchange at {simulator.url} until Ctrl-C.\n"
        f"WebSocket API: {simulator.url.replace('http', 'ws', 1)}{WEBSOCKET_PATH}\n"
        f"API key: {simulator.key.api_key}\n"
        f"Secret:  {simulator.key.secret}\n"
        f"{ed25519}"
        f"Last prices: {prices}\n"
        f"Open order lists:\n{lists}"
    )


if __name__ == "__main__":
    main(sys.argv[1:], wait=Event().wait)
