"""Every order list of an account, page by page: sans I/O.

By id a page continues after the greatest id of the one before.  By time it continues at the latest
update of the one before, which it includes, in windows of at most 24 hours.  The exchange does not
document that a full page holds the oldest of what was asked for; this relies on it.
"""

from __future__ import annotations

from attrs import define, field

from orderlists._models.order_lists import OrderList
from orderlists._operations.get_all_order_lists import GetAllOrderLists
from orderlists._operations.rules import LARGEST_PAGE, Rule
from orderlists._operations.validators import LARGEST_ID
from orderlists._time import SECOND, TimeUnit
from orderlists.errors import IncompletePage, InvalidRequest

_DAY = 24 * 60 * 60
# In microseconds: of the years 1973 and 5138.
_EARLIEST, _LATEST = 10**14, 10**17


@define(eq=False)
class OrderListPages:
    """The pages of one iteration: send `request`, pass the result to `read`, until it is None.

    Attributes:
        request: The request of the next page; None after the last one.
    """

    request: GetAllOrderLists | None
    _end: int | None = None
    _day: int = 0
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
        unit: TimeUnit,
    ) -> OrderListPages:
        """Return the pages by id, or by time if a start is given.

        Args:
            from_id: The smallest id.
            start: The earliest time of the last update, in the unit.
            end: The latest one.
            page_size: How many lists a request asks for.
            now: The end if none is given, in the unit.
            unit: The unit of the protocol.

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
        _check_unit("start_time", start, unit)
        _check_unit("end_time", latest, unit)
        if latest < start:
            rule = "must not be before start_time"
            raise InvalidRequest(field="end_time", value=latest, rule=rule)
        day = _DAY * SECOND // unit.nanoseconds
        return cls(_window(start, latest, page_size, day), latest, day)

    def read(self, page: tuple[OrderList, ...]) -> list[OrderList]:
        """Return the lists of a page that no page had before, oldest first.

        Raises:
            IncompletePage: A full page is of one instant: the exchange returns no more of it.
        """
        request = self.request
        assert request is not None  # noqa: S101 - it was sent
        if self._end is None:
            self.request = _after(request, page)
            return sorted(page, key=lambda each: each.order_list_id)
        self.request = self._next_window(request, page, self._end)
        fresh = [each for each in page if each.order_list_id not in self._seen]
        self._seen.update(each.order_list_id for each in fresh)
        return sorted(fresh, key=lambda each: (each.transaction_time, each.order_list_id))

    def _next_window(
        self, request: GetAllOrderLists, page: tuple[OrderList, ...], end: int
    ) -> GetAllOrderLists | None:
        start, upto, limit = _int(request.start_time), _int(request.end_time), _int(request.limit)
        if len(page) < limit:
            return _window(upto + 1, end, limit, self._day) if upto < end else None
        latest = max(each.transaction_time.value for each in page)
        if latest > start:
            return _window(latest, end, limit, self._day)
        if limit < LARGEST_PAGE:
            return _window(start, end, LARGEST_PAGE, self._day)
        raise IncompletePage(
            f"{limit} order lists were last updated at {start}, and the exchange returns no more "
            "of one instant: ask by from_id"
        )


def _window(start: int, end: int, limit: int, day: int) -> GetAllOrderLists:
    return GetAllOrderLists(start_time=start, end_time=min(end, start + day), limit=limit)


def _check_unit(name: str, time: int, unit: TimeUnit) -> None:
    """Reject a time that is most likely in another unit: of before 1973, or of after 5138."""
    value = time * unit.microseconds
    if 0 < value < _EARLIEST or value >= _LATEST:
        rule = f"must be 0, or a time after 1973 in {unit.name}S, the unit of the protocol"
        raise InvalidRequest(field=name, value=time, rule=rule)


def _after(request: GetAllOrderLists, page: tuple[OrderList, ...]) -> GetAllOrderLists | None:
    first, limit = _int(request.from_id), _int(request.limit)
    if len(page) < limit:
        return None
    greatest = max(each.order_list_id for each in page)
    if greatest < first:
        raise IncompletePage(f"the exchange returned order lists before from_id={first}")
    if greatest == LARGEST_ID:
        return None
    return GetAllOrderLists(from_id=greatest + 1, limit=limit)


def _int(value: int | None) -> int:
    assert value is not None  # noqa: S101 - the requests of these pages have it
    return value
