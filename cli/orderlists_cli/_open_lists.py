"""The open order lists, as queries and events report them.  Sans I/O.

A query may lag behind the events, so a list that an event has reported as over stays over: ids are
never used again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from orderlists import Event, ExecutionReport, ListStatus, OrderList, OrderReport
from orderlists.enums import ListOrderStatus

AnyList: TypeAlias = OrderList | ListStatus
AnyOrder: TypeAlias = OrderReport | ExecutionReport

_NO_LIST = -1


class OpenLists:
    """The open lists and the reports on their orders."""

    def __init__(self) -> None:
        self._lists: dict[int, AnyList] = {}
        self._reports: dict[int, AnyOrder] = {}
        self._over: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._lists)

    def __iter__(self) -> Iterator[tuple[AnyList, Sequence[tuple[int, AnyOrder | None]]]]:
        for _, each in sorted(self._lists.items()):
            ids = [order.order_id for order in each.orders]
            yield each, [(order_id, self._reports.get(order_id)) for order_id in ids]

    def read(self, lists: Iterable[OrderList], reports: Iterable[OrderReport]) -> None:
        """Take what queries have returned, instead of all that was known."""
        self._lists = {}
        self._reports = {each.order_id: each for each in reports}
        for each in lists:
            self._set(each)

    def apply(self, event: Event) -> None:
        """Take what an event reports."""
        if isinstance(event, ListStatus):
            self._set(event)
        # Before its list is known as open: the report may come first.
        elif isinstance(event, ExecutionReport) and self._may_be_open(event.order_list_id):
            self._reports[event.order_id] = event

    def _may_be_open(self, order_list_id: int) -> bool:
        """Return whether reports on the orders of a list are kept: else they would pile up."""
        return order_list_id != _NO_LIST and order_list_id not in self._over

    def _set(self, each: AnyList) -> None:
        number = each.order_list_id
        if each.list_order_status is not ListOrderStatus.EXECUTING:
            self._over.add(number)
            self._forget(self._lists.pop(number, None))
        elif number not in self._over:
            self._lists[number] = each

    def _forget(self, ended: AnyList | None) -> None:
        for order in () if ended is None else ended.orders:
            self._reports.pop(order.order_id, None)
