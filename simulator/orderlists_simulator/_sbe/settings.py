"""The settings of SBE: which versions of the schema a venue has, and how it writes messages.

Source: "SBE FAQ" and its life cycle of schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, cast

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._sbe.enums import ENUMS
from orderlists_simulator._sbe.messages import MESSAGES
from orderlists_simulator._validators import Validator, in_range, is_whole, must_be_boolean

SCHEMA_ID: Final = 3
NEWEST: Final = 5
"""The newest version with a published schema."""

_INVENTED = NEWEST + 1
_EXPONENT = in_range(-128, 128, whole=True)


@frozen
class SbeFormat:
    """The format of the messages for one request or one connection.

    Attributes:
        version: The version of the schema in which they are written.
        is_deprecated: Whether the version that was asked for is deprecated.
    """

    version: int
    is_deprecated: bool


def _numbers(names: Mapping[str, object], what: str, most: int) -> Validator:
    rule = f"must be a mapping of the names of {what} to numbers from 0 to {most}"

    def fits(name: object, number: object) -> bool:
        return name in names and is_whole(number) and number in range(most + 1)

    def check(_settings: object, attribute: Attribute[Any], value: object) -> None:
        if not all(fits(name, number) for name, number in _given(value).items()):
            raise InvalidSetting(field=attribute.name, value=value, rule=rule)

    return check


def _given(value: object) -> Mapping[object, object]:
    return cast("Mapping[object, object]", value) if isinstance(value, Mapping) else {"": 0}


def _none() -> Mapping[str, int]:
    return MappingProxyType({})


@frozen(kw_only=True)
class SbeSettings:
    """How a venue answers requests for SBE.

    Attributes:
        enabled: Whether it does at all.
        version: The newest version of the schema 3 that it has, and the one in which it writes.
            6 is an invented one, with data behind every block and every message.
        written: Another version in which it writes, whatever was asked for; None for `version`.
        oldest: The oldest version that is not retired.  One from here to below `version` is
            deprecated, and answered in `version`.
        price_exponent: The exponent of prices and quote quantities.  A message that has a finer
            value has a finer exponent.
        qty_exponent: The same for quantities.
        commission_exponent: The same for commissions.
        enum_values: Numbers that are written in the place of every value of an enum, such as
            ``{"orderStatus": 12}``, by the name of the enum in the schema.
        templates: Template ids that are written in the place of that of a message, such as
            ``{"ListStatusEvent": 999}``, by its name in the schema.  999 has no content.

    >>> SbeSettings().format_of(3, 4)
    SbeFormat(version=5, is_deprecated=True)
    """

    enabled: bool = field(default=True, validator=must_be_boolean)
    version: int = field(default=NEWEST, validator=in_range(0, _INVENTED + 1, whole=True))
    written: int | None = field(
        default=None, validator=in_range(0, _INVENTED + 1, whole=True, optional=True)
    )
    oldest: int = field(default=0, validator=in_range(0, _INVENTED + 1, whole=True))
    price_exponent: int = field(default=-8, validator=_EXPONENT)
    qty_exponent: int = field(default=-8, validator=_EXPONENT)
    commission_exponent: int = field(default=-8, validator=_EXPONENT)
    enum_values: Mapping[str, int] = field(
        factory=_none, validator=_numbers(ENUMS, "enums", 255), hash=False
    )
    templates: Mapping[str, int] = field(
        factory=_none, validator=_numbers(MESSAGES, "messages", 65535), hash=False
    )

    def format_of(self, schema_id: int, version: int) -> SbeFormat | None:
        """Return the format for a schema that was asked for; None if it is not supported."""
        if schema_id != SCHEMA_ID or not self.oldest <= version <= self.version:
            return None
        return SbeFormat(self._writes, version < self.version)

    @property
    def default_format(self) -> SbeFormat:
        """The format where no supported schema was asked for."""
        return SbeFormat(self._writes, is_deprecated=False)

    @property
    def _writes(self) -> int:
        return self.version if self.written is None else self.written
