"""Readers: compiled once for a template, a version and a class."""

from typing import Any

import pytest

from orderlists import Sbe
from orderlists._formats.sbe import messages, values
from orderlists._formats.sbe.schema import Field
from orderlists._formats.scalars import Mismatch
from orderlists._time import Instant
from orderlists.enums import Side
from sbe_messages import EVENTS, SHAPES, US, Form, enveloped, message, sbe_reply

CACHED: Any = (
    messages._value_reader,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    messages._plain_reader,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    messages._event_reader,  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    values.words_of,
    values.typed_of,
)


@pytest.fixture
def uncompiled() -> None:
    """Have every reader compiled again."""
    for each in CACHED:
        each.cache_clear()
    values.AMOUNTS.clear()


def read_all(form: Form) -> list[Any]:
    reader = Sbe()
    bodies = {name: sbe_reply(message(name, form)) for name in SHAPES}
    results = [reader.decode(bodies[name], shape, US) for name, shape in SHAPES.items()]
    events = [reader.decode_frame(message(name, form), US) for name in EVENTS]
    return [*results, *events, reader.decode_frame(enveloped(message("PingResponse", form)), US)]


def compiled() -> list[int]:
    return [each.cache_info().currsize for each in CACHED[:3]]


@pytest.mark.usefixtures("uncompiled")
def test_a_reader_is_compiled_once_for_a_version_and_class() -> None:
    first = read_all(Form())
    after_first = compiled()
    assert read_all(Form()) == first
    assert compiled() == after_first
    assert min(after_first) > 0


@pytest.mark.usefixtures("uncompiled")
def test_versions_above_the_known_one_have_no_readers_of_their_own() -> None:
    read_all(Form())
    before = compiled()
    for label in (6, 7, 1000, 65535):
        read_all(Form(label=label))
    assert compiled() == before


@pytest.mark.usefixtures("uncompiled")
def test_templates_of_no_message_take_no_memory() -> None:
    head = message("ServerTimeResponse")
    for template in range(2000, 2100):
        body = head[:2] + template.to_bytes(2, "little") + head[4:]
        Sbe().decode_frame(body, US)
    assert compiled() == [0, 0, 0]


# Conversions, by the type of a field and that of its attribute.

NUMBER = Field("n", "n", "q", -(2**63), 0, None, None, is_time=False, default=None)
UNSIGNED = NUMBER._replace(code="Q", null=2**64 - 1)
WAY = NUMBER._replace(code="B", null=255, enum="orderSide")
FLAG = WAY._replace(enum="boolEnum")


def convert(field: Field, kind: type, number: int) -> Any:
    found: Any = values.typed_of(field, kind)
    return found(number) if callable(found) else found[number]


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    ("field", "kind", "number", "value"),
    [
        (UNSIGNED, int, 2**63 - 1, 2**63 - 1),
        (NUMBER, Instant, 5, Instant(5, US)),
        (WAY, Side, 1, Side.SELL),
        (WAY, Side, 9, "9"),
        (WAY, str, 0, "BUY"),
        (FLAG, bool, 1, True),
        (FLAG, bool, 0, False),
    ],
)
def test_a_number_is_converted_to_the_type_of_its_attribute(
    field: Field, kind: type, number: int, value: object
) -> None:
    assert convert(field, kind, number) == value


@pytest.mark.usefixtures("uncompiled")
@pytest.mark.parametrize(
    ("field", "kind", "number", "rule"),
    [
        (UNSIGNED, int, 2**63, "must be a 64-bit integer"),
        (NUMBER, Instant, -2, "must be a time, or -1"),
        (NUMBER, str, 5, "must be text"),
        (NUMBER, bool, 1, "must be true or false"),
        (WAY, int, 1, "must be a 64-bit integer"),
        (FLAG, bool, 2, "must be true or false"),
        (FLAG, bool, 254, "must be true or false"),
    ],
)
def test_a_number_that_its_attribute_cannot_hold_is_a_mismatch(
    field: Field, kind: type, number: int, rule: str
) -> None:
    for _ in range(2):
        with pytest.raises(Mismatch, match=f"^{rule}$"):
            convert(field, kind, number)


@pytest.mark.usefixtures("uncompiled")
def test_a_signed_number_of_an_int_stays_as_it_is() -> None:
    assert values.typed_of(NUMBER, int) is None
    assert values.words_of(NUMBER) is None
