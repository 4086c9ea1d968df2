"""The HTML form of an order list, which notebooks show."""

from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from attrs import evolve

from orderlists import Instant, ListedOrder, OrderList, OrderReport, TimeUnit
from orderlists.enums import (
    ContingencyType,
    ListOrderStatus,
    ListStatusType,
    OrderStatus,
    OrderType,
    Side,
)

NOW = Instant(0, TimeUnit.MILLISECOND)
FIGURE, POINT = "\N{FIGURE SPACE}", "\N{PUNCTUATION SPACE}"


def report(number: int, **facts: Any) -> OrderReport:
    return OrderReport(
        symbol="LTCBTC", order_id=number, order_list_id=0, client_order_id=f"leg-{number}", **facts
    )


LIST = OrderList(
    order_list_id=0,
    contingency_type=ContingencyType.OCO,
    list_status_type=ListStatusType.EXEC_STARTED,
    list_order_status=ListOrderStatus.EXECUTING,
    list_client_order_id="list",
    transaction_time=NOW,
    symbol="LTCBTC",
    orders=tuple(
        ListedOrder(symbol="LTCBTC", order_id=number, client_order_id=f"leg-{number}")
        for number in (2, 13)
    ),
    # In another order than the orders.
    order_reports=(
        report(
            13,
            side=Side.SELL,
            type=OrderType.LIMIT_MAKER,
            status=OrderStatus.NEW,
            price=Decimal("3.50"),
            executed_qty=Decimal("0E-8"),
            orig_qty=Decimal(10),
        ),
        report(2, status=OrderStatus("BRAND_NEW"), price=Decimal(12), stop_price=Decimal("1.000")),
    ),
)


class Cells(HTMLParser):
    """Collects the texts of caption and cells, and refuses what a table does not have."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.caption = ""
        self.rows: list[list[str]] = []
        self._inside: list[str] = []
        self.feed(text)
        self.close()
        assert not self._inside

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert {name for name, _ in attrs} <= {"style"}
        self._inside.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"th", "td"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._inside[-1] == "caption":
            self.caption += data
        else:
            self.rows[-1][-1] += data


def test_a_notebook_shows_a_row_for_each_order_in_their_order() -> None:
    cells = Cells(LIST._repr_html_())  # pyright: ignore[reportPrivateUsage] - the protocol of notebooks
    assert cells.caption == "OrderList 0: LTCBTC OCO EXECUTING (list)"
    head, first, second = cells.rows
    assert head[:4] == ["order", "side", "type", "status"]
    assert first == [
        *("2", "", "", "BRAND_NEW"),
        *(f"12{POINT}{FIGURE * 2}", "1.000", "", "", "leg-2"),
    ]
    assert second == ["13", "SELL", "LIMIT_MAKER", "NEW", "3.50", "", "0.00000000", "10", "leg-13"]


def test_a_list_without_reports_and_without_a_name_shows_its_orders() -> None:
    queried = evolve(LIST, order_reports=(), list_client_order_id=None)
    cells = Cells(queried._repr_html_())  # pyright: ignore[reportPrivateUsage] - as above
    assert cells.caption == "OrderList 0: LTCBTC OCO EXECUTING"
    assert [row[0] for row in cells.rows] == ["order", "2", "13"]


def test_what_the_exchange_sends_is_no_html() -> None:
    evil = "<script>alert('x')</script>&"
    leg = ListedOrder(symbol="LTCBTC", order_id=2, client_order_id=evil)
    cells = Cells(
        evolve(LIST, list_client_order_id=evil, orders=(leg,))._repr_html_()  # pyright: ignore[reportPrivateUsage] - as above
    )
    assert evil in cells.caption
    assert cells.rows[1][-1] == evil
