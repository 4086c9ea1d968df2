"""Replies in SBE that a client cannot read in full, to requests that were executed.

Over JSON they are the venue's own response.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._faults.responses import PassThrough
from orderlists_simulator._sbe.enums import ENUMS
from orderlists_simulator._sbe.messages import MESSAGES
from orderlists_simulator._validators import in_range


def _check_enum(_reply: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None and value not in ENUMS:
        rule = f"must be one of {', '.join(ENUMS)}, or None"
        raise InvalidSetting(field=attribute.name, value=value, rule=rule)


@frozen(kw_only=True)
class SbeReply(PassThrough):
    """The venue's own response, with other numbers where it is written in SBE.

    Attributes:
        template: The template id of the message; over a connection that of the result or the error
            within the reply.  None for its own.
        enum: The enum, by its name in the schema, of which every value is another number; None for
            none.
        number: That number.
    """

    template: int | None = field(
        default=None, validator=in_range(0, 65536, whole=True, optional=True)
    )
    enum: str | None = field(default=None, validator=_check_enum)
    number: int = field(default=0, validator=in_range(0, 256, whole=True))

    @property
    def enum_values(self) -> Mapping[str, int]:
        """The number, by the name of its enum."""
        return {} if self.enum is None else {self.enum: self.number}


def non_representable() -> SbeReply:
    """Return a reply of which SBE says only that it cannot be represented.

    >>> non_representable().template
    999
    """
    return SbeReply(template=MESSAGES["NonRepresentableMessage"].template)


def unknown_template(template: int = 9999) -> SbeReply:
    """Return a reply with a template that no published schema has."""
    return SbeReply(template=template)


def unknown_enum(enum: str, number: int = 12) -> SbeReply:
    """Return a reply with a number that an enum does not have.

    Args:
        enum: Its name in the schema, such as ``orderStatus``.
        number: The number; 253 is that of an unknown status, and 254 that of one that cannot be
            represented in the schema.
    """
    return SbeReply(enum=enum, number=number)
