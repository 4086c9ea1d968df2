"""The JSON form of results and events, for logs, files and other processes.

An object with the name of the class as ``kind`` and each attribute under its own name.  Amounts are
text, as the exchange sends them, and so are enumerations.  A time is an object that has the number
that came and its unit; ``iso`` is null for -1, which stands for *not yet*::

    {"iso": "2019-11-18T01:34:28.128000+00:00", "value": 1574040868128, "unit": "MILLISECOND"}

A part whose class depends on one of its fields has a ``kind`` as well.

Unknown and malformed fields are kept as they came; a fraction among them is ``{"$decimal": "0.1"}``
where the parser of replies reads it as a Decimal, because JSON has no exact number.  An object of
the exchange that looks like that is ``{"$object": ...}``.  The raw reply is left out.

Imported when it is first needed: cattrs takes longer to load than the rest of core.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast, get_origin

from attrs import has
from cattrs import BaseValidationError, Converter, transform_error
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from orderlists._lazy import LAZY, load
from orderlists._models.fields import is_general, is_list, is_object, is_tuple
from orderlists._time import Instant, TimeUnit
from orderlists.errors import InvalidInput

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]

_DECIMAL, _OBJECT = "$decimal", "$object"
_TAGS = ({_DECIMAL}, {_OBJECT})
_MAX_REASONS = 3


def to_plain(value: object) -> dict[str, Any]:
    """Return the JSON form as plain values: dict, list, str, int, float, bool and None."""
    return {"kind": type(value).__name__, **_converter().unstructure(value)}


def read(kind: type[T], text: str | bytes) -> T:
    """Parse the JSON form of a value of this class, or of one derived from it.

    Raises:
        InvalidInput: The text is something else.
    """
    try:
        tree = cast("dict[str, Any]", _exact(json.loads(text), dict))
        name = tree.pop("kind")
        if name in LAZY:
            load(name)  # Until then Python does not know it as a derived class.
        found = {each.__name__: each for each in _with_derived(kind)}[name]
        return _converter().structure(tree, found)
    except BaseValidationError as error:
        reasons = "; ".join(transform_error(error, format_exception=_describe)[:_MAX_REASONS])
        raise _invalid(kind, text, f": {reasons}") from error
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise _invalid(kind, text, "") from error


def _invalid(kind: type, text: str | bytes, reasons: str) -> InvalidInput:
    rule = f"must be JSON that {kind.__name__}.to_json() returned{reasons}"
    return InvalidInput(field="text", value=text, rule=rule)


def _describe(error: BaseException, _: type | None) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _with_derived(kind: type[T]) -> Iterator[type[T]]:
    for derived in kind.__subclasses__():
        yield from _with_derived(derived)
    yield kind


@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True)
    for plain in (str, int, bool):
        converter.register_structure_hook(plain, _exact)
    converter.register_structure_hook(Decimal, _to_decimal)
    converter.register_structure_hook(StrEnum, lambda value, kind: kind(_exact(value, str)))
    converter.register_structure_hook(Instant, _to_instant)
    converter.register_structure_hook_factory(is_tuple, _list)
    converter.register_structure_hook_factory(has, _object)
    converter.register_structure_hook_factory(is_general, _tagged)
    converter.register_structure_hook_func(_is_mapping, lambda value, _: _to_mapping(value))

    converter.register_unstructure_hook(Decimal, lambda value: format(value, "f"))
    converter.register_unstructure_hook(Instant, _from_instant)
    converter.register_unstructure_hook_factory(has, _written)
    converter.register_unstructure_hook_factory(is_general, _tagged_written)
    converter.register_unstructure_hook_func(_is_mapping, _from_tree)
    return converter


def _is_mapping(kind: Any) -> bool:  # noqa: ANN401 - any type
    return get_origin(kind) is Mapping


def _exact(value: object, kind: type[T]) -> T:
    if type(value) is not kind:
        raise ValueError(f"must be of type {kind.__name__}")
    return value


def _to_decimal(value: object, _: object) -> Decimal:
    try:
        number = Decimal(_exact(value, str))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError("must be a decimal number, as text")
    return number


def _to_instant(value: object, _: object) -> Instant:
    tree = cast("dict[str, Any]", _exact(value, dict))
    return Instant(_exact(tree["value"], int), TimeUnit[_exact(tree["unit"], str)])


def _from_instant(instant: Instant) -> dict[str, Any]:
    iso = None if instant.value < 0 else instant.to_datetime().isoformat()
    return {"iso": iso, "value": instant.value, "unit": instant.unit.name}


def _list(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a generic alias
    each = homogenous_tuple_structure_factory(kind, converter)
    return lambda value, _: each(_exact(value, list), kind)


def _object(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - an attrs class
    build = make_dict_structure_fn(kind, converter, reply=override(omit=True))
    return lambda value, _: build(cast("Any", _exact(value, dict)), kind)


def _written(kind: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:  # noqa: ANN401 - an attrs class
    return make_dict_unstructure_fn(kind, converter, reply=override(omit=True))


def _tagged(kind: Any, converter: Converter) -> Hook:  # noqa: ANN401 - a class with variants
    build = _object(kind, converter)
    variants = {each.__name__: each for each in kind.variants.values()}

    def hook(value: object, _: object) -> object:
        tree = dict(cast("dict[str, Any]", _exact(value, dict)))
        name = tree.pop("kind", kind.__name__)
        if name == kind.__name__:
            return build(tree, kind)
        return converter.structure(tree, variants[name])

    return hook


def _tagged_written(kind: Any, converter: Converter) -> Callable[[Any], dict[str, Any]]:  # noqa: ANN401 - a class with variants
    write = _written(kind, converter)

    def hook(value: object) -> dict[str, Any]:
        own = write(value) if type(value) is kind else converter.unstructure(value)
        return {"kind": type(value).__name__, **own}

    return hook


def _to_mapping(value: object) -> Mapping[str, Any]:
    tree = cast("dict[str, Any]", _exact(value, dict))
    return {name: _to_tree(each) for name, each in tree.items()}


def _to_tree(value: object) -> Any:  # noqa: ANN401 - JSON is any value
    if is_list(value):
        return [_to_tree(each) for each in value]
    if not is_object(value):
        return value
    if value.keys() == {_DECIMAL}:
        return _to_decimal(value[_DECIMAL], Decimal)
    return _to_mapping(value[_OBJECT] if value.keys() == {_OBJECT} else value)


def _from_tree(value: object) -> Any:  # noqa: ANN401 - JSON is any value
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if is_list(value):
        return [_from_tree(each) for each in value]
    if is_object(value):
        tree = {name: _from_tree(each) for name, each in value.items()}
        return {_OBJECT: tree} if tree.keys() in _TAGS else tree
    return value
