"""What a check finds: of each rule, whether a placement breaks it, keeps it, or neither."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import frozen

from orderlists._operations.validators import write_decimal

Judgement: TypeAlias = Literal["fails", "passes", "unknown"]
Value: TypeAlias = Decimal | int | str | None


def plain(value: Value) -> str:
    """Return a value or a figure as the exchange writes it."""
    return write_decimal(value) if isinstance(value, Decimal) else str(value)


@frozen(kw_only=True)
class Finding:
    """One rule of a symbol, and whether one value of a placement keeps it.

    Attributes:
        judgement: ``fails``, ``passes`` or ``unknown``.
        rule: The name of the rule in `exchangeInfo`: the type of a filter, such as
            ``PRICE_FILTER``, or a field of the symbol, such as ``ocoAllowed``.
        leg: The slot of the leg, such as ``pending_above``; None for the placement as a whole.
        field: The field of the leg or of the placement; None where the rule is for no field alone.
        value: Its value.
        text: Of what fails, what must hold, with the figures of the filter; of what passes, the
            figures; of what is unknown, what would have to be known.
    """

    judgement: Judgement
    rule: str
    leg: str | None = None
    field: str | None = None
    value: Value = None
    text: str

    def __str__(self) -> str:
        name = ".".join(each for each in (self.leg, self.field) if each is not None)
        place = name if self.value is None else f"{name}={plain(self.value)}"
        return ": ".join(each for each in (self.rule, place, self.text) if each)


@frozen(kw_only=True)
class SymbolCheck:
    """What is known of a placement before it is sent, by the rules of its symbol.

    Attributes:
        fails: What the exchange refuses, as long as the rules are those that were read.
        passes: What it does not refuse by these rules.
        unknown: What depends on the market or the account, and on what.
    """

    fails: tuple[Finding, ...]
    passes: tuple[Finding, ...]
    unknown: tuple[Finding, ...]


def sorted_out(findings: Iterable[Finding]) -> SymbolCheck:
    """Return findings by their judgement."""
    found: dict[Judgement, list[Finding]] = {"fails": [], "passes": [], "unknown": []}
    for each in findings:
        found[each.judgement].append(each)
    return SymbolCheck(**{name: tuple(group) for name, group in found.items()})
