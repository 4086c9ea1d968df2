"""Every order list, page by page: none is left out, none comes twice."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderlists import IncompletePage, Instant, InvalidRequest, OrderList, TimeUnit
from orderlists._operations.get_all_order_lists import GetAllOrderLists
from orderlists._operations.order_list_pages import OrderListPages
from orderlists.enums import ContingencyType, ListOrderStatus, ListStatusType

DAY = 24 * 60 * 60 * 1000
LATEST_ID = 2**63 - 1
BASE = 1_700_000_000_000 // DAY * DAY
MILLISECOND, MICROSECOND = TimeUnit.MILLISECOND, TimeUnit.MICROSECOND


def order_list(number: int, time: int) -> OrderList:
    return OrderList(
        order_list_id=number,
        contingency_type=ContingencyType.OCO,
        list_status_type=ListStatusType.ALL_DONE,
        list_order_status=ListOrderStatus.ALL_DONE,
        transaction_time=Instant(time, TimeUnit.MILLISECOND),
        symbol="LTCBTC",
        orders=(),
    )


def answer(history: list[OrderList], request: GetAllOrderLists) -> tuple[OrderList, ...]:
    """Return what the exchange returns, newest first, as its samples have it."""
    if request.from_id is not None:
        found = sorted(
            (each for each in history if each.order_list_id >= request.from_id),
            key=lambda each: each.order_list_id,
        )
    else:
        start, end = request.start_time, request.end_time
        assert start is not None
        assert end is not None
        assert 0 <= end - start <= DAY
        found = sorted(
            (each for each in history if start <= each.transaction_time.value <= end),
            key=lambda each: (each.transaction_time, each.order_list_id),
        )
    return tuple(reversed(found[: request.limit]))


def every(pages: OrderListPages, history: list[OrderList]) -> list[OrderList]:
    found: list[OrderList] = []
    for _ in range(1000):
        if pages.request is None:
            return found
        found += pages.read(answer(history, pages.request))
    raise AssertionError("no end")


histories = st.dictionaries(
    st.integers(0, 30) | st.sampled_from([LATEST_ID - 1, LATEST_ID]), st.integers(0, 4), max_size=20
)


@given(times=histories, page_size=st.integers(1, 5), first=st.integers(0, 31) | st.none())
def test_by_id_every_list_comes_once_in_order(
    times: dict[int, int], page_size: int, first: int | None
) -> None:
    history = [order_list(number, time) for number, time in times.items()]
    pages = OrderListPages.of(first, None, None, page_size=page_size, now=0, unit=MILLISECOND)
    assert ids_of(every(pages, history)) == sorted(
        number for number in times if number >= (first or 0)
    )


@given(
    quarters=st.dictionaries(st.integers(0, 30), st.integers(0, 12), max_size=20),
    page_size=st.integers(1, 5),
    start=st.integers(0, 8),
    length=st.integers(0, 12),
)
def test_by_time_every_list_of_the_range_comes_once_in_order(
    quarters: dict[int, int], page_size: int, start: int, length: int
) -> None:
    # In quarters of a day: several lists have the same time.
    quarter = DAY // 4
    history = [order_list(number, BASE + time * quarter) for number, time in quarters.items()]
    first, last = BASE + start * quarter - 1, BASE + (start + length) * quarter
    pages = OrderListPages.of(None, first, last, page_size=page_size, now=0, unit=MILLISECOND)
    wanted = sorted(
        (time, number) for number, time in quarters.items() if start <= time <= start + length
    )
    # Though a page may be smaller than what is of one instant.
    assert ids_of(every(pages, history)) == [number for _, number in wanted]


def ids_of(found: list[OrderList]) -> list[int]:
    return [each.order_list_id for each in found]


def test_a_full_page_of_one_instant_is_asked_for_in_the_largest_size_and_no_gap() -> None:
    pages = OrderListPages.of(None, BASE, BASE + 9, page_size=2, now=0, unit=MILLISECOND)
    assert ids_of(pages.read((order_list(1, BASE), order_list(0, BASE)))) == [0, 1]
    assert pages.request is not None
    assert (pages.request.start_time, pages.request.limit) == (BASE, 1000)
    with pytest.raises(IncompletePage, match=rf"1000 order lists .* at {BASE}, .*by from_id"):
        pages.read(tuple(order_list(number, BASE) for number in range(1000)))


def test_a_full_page_before_from_id_is_an_error_and_no_endless_loop() -> None:
    pages = OrderListPages.of(7, None, None, page_size=1, now=0, unit=MILLISECOND)
    with pytest.raises(IncompletePage, match="before from_id=7"):
        pages.read((order_list(6, 5),))


def test_a_full_page_by_time_is_followed_by_one_from_its_latest_time() -> None:
    pages = OrderListPages.of(None, BASE, BASE + 9, page_size=2, now=0, unit=MILLISECOND)
    pages.read((order_list(1, BASE + 3), order_list(0, BASE)))
    assert pages.request is not None
    assert (pages.request.start_time, pages.request.end_time) == (BASE + 3, BASE + 9)


def test_a_full_page_up_to_the_largest_id_is_the_last() -> None:
    pages = OrderListPages.of(0, None, None, page_size=1, now=0, unit=MILLISECOND)
    pages.read((order_list(LATEST_ID, 5),))
    assert pages.request is None


def test_without_an_end_it_is_now_and_the_windows_are_of_24_hours() -> None:
    half, now = BASE + DAY // 2, BASE + 3 * DAY
    pages = OrderListPages.of(None, half, None, page_size=1000, now=now, unit=MILLISECOND)
    windows: list[Any] = []
    while (request := pages.request) is not None:
        windows.append((request.start_time, request.end_time))
        pages.read(())
    assert windows == [
        (half, half + DAY),
        (half + DAY + 1, half + 2 * DAY + 1),
        (half + 2 * DAY + 2, now),
    ]


def test_microseconds_have_windows_of_24_hours_too() -> None:
    start = BASE * 1000
    pages = OrderListPages.of(None, start, start * 2, page_size=9, now=0, unit=MICROSECOND)
    assert pages.request is not None
    assert pages.request.end_time == start + DAY * 1000


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from_id": -1}, "from_id"),
        ({"from_id": 0, "start": BASE}, "from_id"),
        ({"from_id": 0, "end": BASE}, "from_id"),
        ({"start": -1}, "start_time"),
        ({"end": BASE}, "start_time"),
        ({"start": BASE, "end": -1}, "end_time"),
        ({"start": BASE + 2, "end": BASE + 1}, "end_time"),
        ({"start": BASE + 8}, "end_time"),
        # Seconds, and microseconds for milliseconds; and milliseconds for microseconds.
        ({"start": BASE // 1000}, "start_time"),
        ({"start": 0, "end": BASE * 1000}, "end_time"),
        ({"start": BASE, "unit": MICROSECOND}, "start_time"),
        ({"page_size": 0}, "page_size"),
        ({"page_size": 1001}, "page_size"),
        ({"page_size": True}, "page_size"),
        ({"page_size": None}, "page_size"),
    ],
)
def test_a_range_that_is_none_is_refused(given: dict[str, Any], field: str) -> None:
    values: dict[str, Any] = {"from_id": None, "start": None, "end": None, "page_size": 9}
    values |= {"now": BASE + 7, "unit": MILLISECOND}
    with pytest.raises(InvalidRequest) as caught:
        OrderListPages.of(**values | given)
    assert caught.value.field == field
