"""Results whose class is named by one of their own fields, such as the filters of a symbol.

Invariant: a value is never refused for its tag.  One with an unknown tag, or that lacks what its
class requires, is a value of the general class, with everything that came in `unknown_fields`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import frozen

from orderlists._models.base import Result


@frozen(kw_only=True, slots=False)
class Tagged(Result):
    """The base of such results.

    The class derived from it directly is the general one, and names the field.  The classes derived
    from that one are its variants; each has its tag as the default of the field.

    Attributes:
        tag: The attribute that names the class.
        variants: The classes by tag.
    """

    tag: ClassVar[str]
    variants: ClassVar[dict[str, type[Any]]]

    def __init_subclass__(cls) -> None:
        """Register a variant."""
        super().__init_subclass__()
        if "tag" in vars(cls):
            cls.variants = {}
        else:
            cls.variants[vars(cls)[cls.tag]] = cls
