"""Every order list of an account, page by page: sans I/O.

By id a page continues after the greatest id of the one before.  By time it continues at the latest
update of the one before, which it includes, in windows of at most 24 hours.  The exchange does not
document that a full page holds the oldest of what was asked for; this relies on it.
"""

from __future__ import annotations

from attrs import define, field

from orderlists._models.order_lists import OrderList
from orderlists._operations.get_all_order_lists import (
    LARGEST_PAGE,
    GetAllOrderLists,
    longest_window,
)
from orderlists._operations.rules import Rule
from orderlists._operations.validators import LARGEST_ID
from orderlists.errors import InvalidRequest, OrderListsError


@define(eq=False)
class OrderListPages:
    """The pages of one iteration: send `request`, pass the result to `read`, until it is None.

    Attributes:
        request: The request of the next page; None after the last one.
    """

    request: GetAllOrderLists | None
    _end: int | None = None
    _seen: set[int] = field(init=False, factory=set[int])

    @classmethod
    def of(
        cls,
        from_id: int | None,
        start: int | None,
        end: int | None,
        *,
        page_size: int,
        now: int,
    ) -> OrderListPages:
        """Return the pages by id, or by time if a start is given.

        Raises:
            InvalidRequest: A value breaks a rule.
        """
        if type(page_size) is not int or not 1 <= page_size <= LARGEST_PAGE:
            raise Rule.LIMIT.broken("page_size", page_size)
        if start is None and end is None:
            first = 0 if from_id is None else from_id
            return cls(GetAllOrderLists(from_id=first, limit=page_size))
        # One by one: together they may be more than 24 hours apart.
        GetAllOrderLists(from_id=from_id, start_time=start)
        GetAllOrderLists(from_id=from_id, end_time=end)
        if start is None:
            raise Rule.GIVEN.broken("start_time", start)
        latest = now if end is None else end
        if latest < start:
            rule = "must not be before start_time"
            raise InvalidRequest(field="end_time", value=latest, rule=rule)
        return cls(_window(start, latest, page_size), latest)

    def read(self, page: tuple[OrderList, ...]) -> list[OrderList]:
        """Return the lists of a page that no page had before, oldest first.

        Raises:
            OrderListsError: A full page is of one instant: the exchange returns no more of it.
        """
        request = self.request
        assert request is not None  # noqa: S101 - it was sent
        if self._end is None:
            self.request = _after(request, page)
            return sorted(page, key=lambda each: each.order_list_id)
        self.request = _next_window(request, page, self._end)
        fresh = [each for each in page if each.order_list_id not in self._seen]
        self._seen.update(each.order_list_id for each in fresh)
        return sorted(fresh, key=lambda each: (each.transaction_time, each.order_list_id))


def _next_window(
    request: GetAllOrderLists, page: tuple[OrderList, ...], end: int
) -> GetAllOrderLists | None:
    start, upto, limit = _int(request.start_time), _int(request.end_time), _int(request.limit)
    if len(page) < limit:
        return _window(upto + 1, end, limit) if upto < end else None
    latest = max(each.transaction_time.value for each in page)
    if latest <= start:
        raise OrderListsError(
            f"{limit} order lists were last updated at {start}, and the exchange returns no more "
            "of one instant: ask by from_id"
        )
    return _window(latest, end, limit)


def _window(start: int, end: int, limit: int) -> GetAllOrderLists:
    upto = min(end, start + longest_window(start))
    return GetAllOrderLists(start_time=start, end_time=upto, limit=limit)


def _after(request: GetAllOrderLists, page: tuple[OrderList, ...]) -> GetAllOrderLists | None:
    first, limit = _int(request.from_id), _int(request.limit)
    if len(page) < limit:
        return None
    greatest = max(each.order_list_id for each in page)
    if greatest < first:
        raise OrderListsError(f"the exchange returned order lists before from_id={first}")
    if greatest == LARGEST_ID:
        return None
    return GetAllOrderLists(from_id=greatest + 1, limit=limit)


def _int(value: int | None) -> int:
    assert value is not None  # noqa: S101 - the requests of these pages have it
    return value
