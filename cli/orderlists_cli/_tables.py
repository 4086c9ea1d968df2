"""Tables that fit into 80 columns.

Rich is imported when the first table is made: a command that prints none, such as ``--help``, does
without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from orderlists import OrderList, OrderReport
from orderlists_cli import _texts
from orderlists_cli._open_lists import AnyOrder, OpenLists

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

NO_LISTS = "No open order lists."

# With their widths: live ids have eleven digits.
_WATCHED = {"ORDER": 11, "SIDE": 4, "TYPE": 17, "PRICE": 10, "STOP": 10, "STATUS": 16}
_PLACE_COLUMNS = ("ORDER", "SIDE", "TYPE", "PRICE", "STOP")
_ON_THE_RIGHT = {"LIST", "ORDER", "PRICE", "STOP", "QTY", "FILLED", "SECONDS", "USED", "LIMIT"}


def table(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> Table:
    """Return a table without lines; what does not fit is folded, never cut."""
    from rich.table import Table  # noqa: PLC0415 - as above

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in columns:
        is_number = name in _ON_THE_RIGHT
        made.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        made.add_row(*(str(each) for each in row))
    return made


def open_lists(lists: Sequence[OrderList]) -> RenderableType:
    """Return open lists, a row each."""
    if not lists:
        return NO_LISTS
    columns = ("LIST", "SYMBOL", "KIND", "CLIENT ID", "ORDERS", "LAST CHANGE")
    return table(columns, [_list_row(each) for each in lists])


def _list_row(each: OrderList) -> Sequence[object]:
    orders = " ".join(str(order.order_id) for order in each.orders)
    changed = _texts.time(each.transaction_time).partition(".")[0]
    client_id = _word(each.list_client_order_id)
    return (each.order_list_id, each.symbol, each.contingency_type, client_id, orders, changed)


def results(found: Iterable[object]) -> RenderableType:
    """Return results of any kind: tables of lists and orders, else their text."""
    from rich.console import Group  # noqa: PLC0415 - as above

    return Group(*(_result(each) for each in found))


def _result(each: object) -> RenderableType:
    if isinstance(each, OrderList):
        return one_list(each, each.order_reports)
    if isinstance(each, OrderReport):
        return _orders([each])
    return str(each)


def one_list(title: OrderList, reports: Iterable[OrderReport]) -> RenderableType:
    """Return a list with the reports on its orders."""
    from rich.console import Group  # noqa: PLC0415 - as above

    return Group(_texts.order_list(title), _orders(reports))


def _orders(reports: Iterable[OrderReport]) -> Table:
    return table(
        (*_PLACE_COLUMNS, "QTY", "FILLED", "STATUS"), [_order_row(each) for each in reports]
    )


def _order_row(each: OrderReport) -> Sequence[object]:
    quantities = (_texts.amount(each.orig_qty), _texts.amount(each.executed_qty))
    return (each.order_id, *_how(each), *quantities, _word(each.status))


def _how(each: AnyOrder) -> Sequence[object]:
    prices = (_texts.price(each.price), _texts.price(each.stop_price))
    return (_word(each.side), _word(each.type), *prices)


def _word(value: object) -> object:
    return _texts.NONE if value is None else value


def watched(lists: OpenLists) -> RenderableType:
    """Return open lists, each with its orders and what is known of them."""
    from rich.console import Group  # noqa: PLC0415 - as above

    parts: list[RenderableType] = []
    for each, orders in lists:
        parts.append(f"list {each.order_list_id} {each.symbol} {each.contingency_type}")
        made = table(_WATCHED, [_watched_row(*order) for order in orders])
        made.show_header = not parts[1:]
        # The tables of all lists align.
        for column, width in zip(made.columns, _WATCHED.values(), strict=True):
            column.min_width = width
        parts.append(made)
    return Group(*parts) if parts else NO_LISTS


def _watched_row(order_id: int, report: AnyOrder | None) -> Sequence[object]:
    if report is None:
        return (order_id, *[_texts.NONE] * 5)
    return (order_id, *_how(report), _word(report.status))


def limits(records: Iterable[Mapping[str, object]]) -> RenderableType:
    """Return rate limits and their usage."""
    names = ("limiter", "seconds", "used", "limit")
    rows = [[_word(each[name]) for name in names] for each in records]
    return table([name.upper() for name in names], rows)


def rules(rows: Iterable[tuple[str, str]]) -> RenderableType:
    """Return the rules of a symbol."""
    return table(("RULE", "VALUE"), rows)
