"""``orderlists rules``."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from attrs import fields

from orderlists import GetExchangeInfo
from orderlists.extending import Result
from orderlists.markets import Filter, SymbolInfo
from orderlists_cli import _tables, _texts
from orderlists_cli._command import Symbol
from orderlists_cli._session import Session

_NOT_A_RULE = {"filter_type", *(each.name for each in fields(Result))}


def rules(session: Session, symbol: Symbol) -> None:
    """Show the rules of a symbol: its filters, and what is allowed."""
    info = session.send(GetExchangeInfo(symbols=[symbol])).symbol(symbol)
    session.output.table([info.to_dict()], lambda: _tables.rules(_rows(info)))


def _rows(info: SymbolInfo) -> Iterator[tuple[str, str]]:
    yield "symbol", f"{info.symbol} {info.status}"
    yield "order_types", " ".join(info.order_types)
    flags = {each.name: getattr(info, each.name) for each in fields(SymbolInfo)}
    for name, value in flags.items():
        if isinstance(value, bool):
            yield name, "yes" if value else "no"
    for each in info.filters:
        yield each.filter_type, _values(each)


def _values(rule: Filter) -> str:
    names = [each.name for each in fields(type(rule)) if each.name not in _NOT_A_RULE]
    return " ".join(f"{name}={_value(getattr(rule, name))}" for name in names)


def _value(value: object) -> str:
    return _texts.amount(value) if isinstance(value, Decimal) else str(value)
