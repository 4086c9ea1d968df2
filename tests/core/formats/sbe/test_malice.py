"""Damaged and hostile messages: a value or `Unreadable`, in time and memory as the input has."""

import tracemalloc
import warnings
from collections.abc import Iterator
from contextlib import suppress
from struct import pack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderlists import Sbe, SbeSchemaWarning
from orderlists.extending import Unreadable
from sbe_messages import (
    SHAPES,
    TEMPLATES,
    US,
    Form,
    encoded,
    enveloped,
    message,
    sample,
    sbe_reply,
)
from sbe_mutations import read_in_every_way, run, samples

# Tracing multiplies the time of so many readings.
untraced = pytest.mark.no_cover
PAGE = "OrderListsResponse"
# Tracing doubles their time.
pytestmark = pytest.mark.no_cover
SAMPLES = samples()


@pytest.fixture(autouse=True)
def no_warning() -> Iterator[None]:
    """A damaged header may name a template of another schema."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SbeSchemaWarning)
        yield


def read(name: str, body: bytes) -> Any:
    return Sbe().decode(sbe_reply(body), SHAPES[name], US)


@untraced
@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_every_cut_of_a_message_gives_a_value_or_is_unreadable(number: int) -> None:
    body = SAMPLES[number]
    for length in range(len(body)):
        read_in_every_way(body[:length])


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_no_cut_of_a_message_is_read_as_the_whole(name: str) -> None:
    body = message(name)
    for length in range(len(body)):
        with pytest.raises(Unreadable, match="cut"):
            read(name, body[:length])


@untraced
def test_every_cut_of_a_published_message_is_harmless(vectors: dict[str, Any]) -> None:
    for each in [*vectors["sbe"]["vectors"], *vectors["sbe_evolution"]["vectors"]]:
        body = bytes.fromhex(each["hex"])
        for length in range(len(body)):
            read_in_every_way(body[:length])


@given(st.data())
@settings(max_examples=200)
def test_changed_bytes_give_a_value_or_are_unreadable(data: st.DataObject) -> None:
    body = bytearray(data.draw(st.sampled_from(SAMPLES)))
    places = st.integers(0, len(body) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=8)):
        body[place] = data.draw(st.integers(0, 255))
    read_in_every_way(bytes(body))


@given(
    header=st.sampled_from(sorted(TEMPLATES.values())),
    length=st.integers(0, 300),
    version=st.integers(0, 7),
    rest=st.binary(max_size=600),
)
def test_any_bytes_behind_a_header_give_a_value_or_are_unreadable(
    header: int, length: int, version: int, rest: bytes
) -> None:
    read_in_every_way(pack("<HHHH", length, header, 3, version) + rest)


@given(st.binary(max_size=64))
def test_any_bytes_give_a_value_or_are_unreadable(body: bytes) -> None:
    read_in_every_way(body)


@untraced
def test_mutations_of_messages_give_values_or_are_unreadable() -> None:
    assert sum(run(300, seed=7)) > 0


# Counts and lengths beyond the message.


@pytest.mark.parametrize("length", [0, 1, 19, 65535])
@pytest.mark.parametrize("count", [2**31, 2**32 - 1])
@pytest.mark.parametrize(
    "name", [PAGE, "AccountOrderRateLimitResponse", "CancelOpenOrdersResponse"]
)
def test_a_group_of_more_entries_than_bytes_is_refused(name: str, count: int, length: int) -> None:
    body = pack("<HHHHHI", 0, TEMPLATES[name], 3, 5, length, count) + bytes(1000)
    assert peak_of(name, body) < 100_000
    with pytest.raises(Unreadable, match="cut"):
        read(name, body)


def test_empty_entries_take_a_byte_each() -> None:
    # As many as there are bytes behind them: each could be empty.
    name = "WebSocketSessionSubscriptionsResponse"
    head = pack("<HHHH", 0, TEMPLATES[name], 3, 5)
    found = read(name, head + pack("<HI", 0, 1000) + bytes(1000))
    assert len(found.unknown_fields["subscriptions"]) == 1000
    with pytest.raises(Unreadable, match="cut"):
        read(name, head + pack("<HI", 0, 1001) + bytes(1000))


@pytest.mark.parametrize("length", [1, 100, 65535])
def test_a_message_inside_that_ends_outside_is_refused(length: int) -> None:
    name = "CancelOpenOrdersResponse"
    inner = message("CancelOrderResponse")
    head = pack("<HHHHHI", 0, TEMPLATES[name], 3, 5, 0, 1)
    whole = head + pack("<H", len(inner)) + inner
    assert len(read(name, whole)) == 1
    with pytest.raises(Unreadable, match="cut"):
        read(name, head + pack("<H", min(65535, len(inner) + length)) + inner)


def test_a_message_inside_may_not_use_the_bytes_behind_it() -> None:
    name = "CancelOpenOrdersResponse"
    inner = message("CancelOrderListResponse")
    head = pack("<HHHHHI", 0, TEMPLATES[name], 3, 5, 0, 1)
    for length in range(len(inner)):
        with pytest.raises(Unreadable, match="cut"):
            read(name, head + pack("<H", length) + inner + bytes(100))


def test_a_message_inside_itself_is_unreadable() -> None:
    name = "CancelOpenOrdersResponse"
    body = message(name)
    for _ in range(50):
        body = encoded(name, {"responses": [{"response": body}]})
    with pytest.raises(Unreadable, match="instead of"):
        read(name, body)


@pytest.mark.parametrize("length", [2**31, 2**32 - 1])
def test_a_result_longer_than_its_envelope_is_no_reply(length: int) -> None:
    frame = enveloped(b"")[:-4] + pack("<I", length) + bytes(100)
    assert Sbe().decode_frame(frame, US) is None


# Memory.


def peak_of(name: str, body: bytes) -> int:
    """Return the most bytes that reading takes at once, after a first reading."""
    with suppress(Unreadable):
        read(name, body)
    tracemalloc.start()
    try:
        with suppress(Unreadable):
            read(name, body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def page_of(entries: int) -> bytes:
    return encoded(PAGE, {"orderLists": sample(PAGE)["orderLists"][:1] * entries})


@untraced
@pytest.mark.parametrize("entries", [1, 100, 1000])
def test_the_memory_of_a_page_is_in_proportion_to_its_bytes(entries: int) -> None:
    body = page_of(entries)
    assert peak_of(PAGE, body) < 50 * len(body) + 20_000


@untraced
def test_the_memory_of_entries_of_one_byte_is_in_proportion_to_their_number() -> None:
    name = "NewOrderListFullResponse"
    form = Form(cuts={".orderReports.preventedMatches": 0})
    values = sample(name)

    def peak_with(entries: int) -> int:
        values["orderReports"][0]["preventedMatches"] = [{}] * entries
        return peak_of(name, encoded(name, values, form))

    assert peak_with(20_000) < 2.2 * peak_with(10_000)


@untraced
def test_a_cut_page_takes_no_more_memory_than_the_whole() -> None:
    body = page_of(1000)
    assert peak_of(PAGE, body[:-1]) < 1.1 * peak_of(PAGE, body)
