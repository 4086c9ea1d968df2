"""The HTML form of an order list, for notebooks: one row for each order.

Every text of the exchange is escaped.  Nothing depends on color: a status is a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orderlists._models.order_lists import OrderList, OrderReport

_TEXT, _NUMBER = "left", "right"
_COLUMNS = (
    ("order", _NUMBER),
    ("side", _TEXT),
    ("type", _TEXT),
    ("status", _TEXT),
    ("price", _NUMBER),
    ("stop price", _NUMBER),
    ("executed", _NUMBER),
    ("quantity", _NUMBER),
    ("client id", _TEXT),
)
# As wide as a digit, where digits are of one width.
_BLANK = "\N{FIGURE SPACE}"
_NONE = ""


def to_html(order_list: OrderList) -> str:
    """Return an order list as a table with a caption."""
    name = order_list.list_client_order_id
    caption = (
        f"{type(order_list).__name__} {order_list.order_list_id}: {order_list.symbol} "
        f"{order_list.contingency_type} {order_list.list_order_status}"
    )
    if name is not None:
        caption += f" ({name})"
    rows = zip(*_columns(order_list), strict=True)
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead>{_row('th', [title for title, _ in _COLUMNS])}</thead>"
        f"<tbody>{''.join(_row('td', row) for row in rows)}</tbody></table>"
    )


def _row(tag: str, cells: Sequence[str]) -> str:
    aligned = zip(cells, (alignment for _, alignment in _COLUMNS), strict=True)
    return f"<tr>{''.join(_cell(tag, text, alignment) for text, alignment in aligned)}</tr>"


def _cell(tag: str, text: str, alignment: str) -> str:
    style = f"text-align:{alignment};padding:0 0.5em;font-variant-numeric:tabular-nums"
    return f'<{tag} style="{style}">{escape(text)}</{tag}>'


def _columns(order_list: OrderList) -> Iterable[list[str]]:
    reports = {each.order_id: each for each in order_list.order_reports}
    found = [reports.get(each.order_id) for each in order_list.orders]
    yield [str(each.order_id) for each in order_list.orders]
    for name in ("side", "type", "status"):
        yield [_word(each, name) for each in found]
    for name in ("price", "stop_price", "executed_qty", "orig_qty"):
        yield _aligned([getattr(each, name, None) for each in found])
    yield [each.client_order_id for each in order_list.orders]


def _word(report: OrderReport | None, name: str) -> str:
    value = getattr(report, name, None)
    return _NONE if value is None else str(value)


def _aligned(amounts: list[Decimal | None]) -> list[str]:
    """Return amounts with their points below each other, if they are aligned to the right."""
    texts = [_NONE if each is None else format(each, "f") for each in amounts]
    after = [len(text.partition(".")[2]) for text in texts]
    widest = max(after, default=0)
    return [
        text + _padding(text, widest - digits) if text else text
        for text, digits in zip(texts, after, strict=True)
    ]


def _padding(text: str, missing: int) -> str:
    # The point of a number without one is narrower than a digit.
    point = "\N{PUNCTUATION SPACE}" if missing and "." not in text else ""
    return point + _BLANK * missing
