"""Recorded trades, which are replayed as the prices of a venue.

Two forms: CSV with the header ``time,symbol,price,quantity``, or a JSON object with these members
on each line.  Times are milliseconds, of any origin: the first trade happens at once, the others as
much later as they were recorded.

Invariant: a file is read completely, or refused with the line of its first error.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from typing import Any

from attrs import frozen

from orderlists_simulator._engine.symbols import check_known
from orderlists_simulator._engine.venue import Venue
from orderlists_simulator._json_input import (
    Read,
    member,
    parse_json,
    read_amount,
    read_object,
    read_text,
    refuse,
)

_COLUMNS = ["time", "symbol", "price", "quantity"]
_MILLISECOND = 10**6
_LATEST = 10**15


@frozen(kw_only=True)
class Trade:
    """A trade.

    Attributes:
        place: Where it is recorded, such as ``trades.csv:2``.
        time: In nanoseconds.
        symbol: Its symbol.
        price: Its price.
        quantity: Its quantity, which is all that can be taken at its price.
    """

    place: str
    time: int
    symbol: str
    price: Decimal
    quantity: Decimal


def read_trades(data: bytes, name: str) -> tuple[Trade, ...]:
    """Return recorded trades.

    Args:
        data: CSV or JSON lines, in UTF-8.
        name: The name of the file in errors.

    Raises:
        InvalidSetting: A line is no trade, or is earlier than the one above; or there is none.

    >>> line = b'{"time": 1700000000000, "symbol": "LTCBTC", "price": "2.5", "quantity": "4"}'
    >>> [trade] = read_trades(line, "trades.jsonl")
    >>> trade.place, trade.price
    ('trades.jsonl:1', Decimal('2.5'))
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(name, None, f"must be UTF-8 ({error})")
    rows = _json_rows(text, name) if text.lstrip().startswith("{") else _csv_rows(text, name)
    trades = tuple(_trade(row, place) for place, row in rows)
    if trades == ():
        refuse(name, None, "must have at least one trade")
    for before, after in pairwise(trades):
        if after.time < before.time:
            rule = "must not be before the time of the trade above"
            refuse(member(after.place, "time"), str(Decimal(after.time) / _MILLISECOND), rule)
    return trades


def replay(trades: Iterable[Trade], venue: Venue, *, now: int) -> None:
    """Schedule trades as prices of a venue, the first one for now, in nanoseconds.

    Raises:
        InvalidSetting: A symbol is not one of the venue.
    """
    first: int | None = None
    for each in trades:
        check_known(each.symbol, venue.symbols, field=member(each.place, "symbol"))
        first = each.time if first is None else first
        venue.schedule(now + each.time - first, _price_of(each))
    venue.run_until(now)


def _price_of(trade: Trade) -> Callable[[Venue, int], object]:
    return lambda venue, now: venue.set_price(
        trade.symbol, trade.price, available=trade.quantity, now=now
    )


def _csv_rows(text: str, name: str) -> Iterator[tuple[str, object]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            place = f"{name}:{reader.line_num}"
            if reader.line_num == 1:
                if row != _COLUMNS:
                    refuse(place, ",".join(row), f"must be {','.join(_COLUMNS)}")
            elif len(row) != len(_COLUMNS):
                refuse(place, ",".join(row), f"must have {len(_COLUMNS)} values")
            else:
                yield place, dict(zip(_COLUMNS, row, strict=True))
    except csv.Error as error:
        refuse(f"{name}:{reader.line_num}", None, f"must be CSV ({error})")


def _json_rows(text: str, name: str) -> Iterator[tuple[str, object]]:
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        place = f"{name}:{number}"
        yield place, parse_json(line.encode(), place)


def _trade(row: object, place: str) -> Trade:
    required: dict[str, Read[Any]] = {
        "time": _read_time,
        "symbol": read_text,
        "price": _read_positive,
        "quantity": _read_positive,
    }
    return Trade(place=place, **read_object(row, place, required=required))


def _read_time(value: object, place: str) -> int:
    milliseconds = read_amount(value, place)
    if milliseconds >= _LATEST:
        refuse(place, value, f"must be milliseconds below {_LATEST}")
    return int(milliseconds * _MILLISECOND)


def _read_positive(value: object, place: str) -> Decimal:
    number = read_amount(value, place)
    return number if number > 0 else refuse(place, value, "must be more than 0")
