"""What became of the open order lists that were to be canceled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import frozen

from orderlists._attached import attach, find
from orderlists._in_doubt import InDoubt
from orderlists._models.order_lists import CanceledOrderList, OrderList
from orderlists.errors import (
    InvalidRequest,
    OrderListsError,
    OutcomeUnknown,
    Refused,
    TransportError,
)

Verdict: TypeAlias = CanceledOrderList | Refused | TransportError | OutcomeUnknown | InvalidRequest
"""What became of a cancel: a result, or the error that `Client.send` would have raised.

It is an `InvalidRequest` if the symbol or the id of the list breaks a rule of this library: then no
cancel was sent."""

_ATTRIBUTE = "__orderlists_cancel_all__"


@frozen(kw_only=True, repr=False)
class CancelAllReport:
    """What became of the open order lists.

    Attributes:
        verdicts: What became of the cancel of each list, by the id of the list; the last one, if a
            list was canceled more than once.
        left: The lists that were open when they were read, and of which no verdict proves that they
            are over: a query may lag, so that its silence proves nothing.
        is_current: Whether the open lists were read after the last cancel, so that `left` is all
            that was open then.  False after an interrupt.
        error: Why they could not be read; None if they were, or after an interrupt.
        in_doubt: The cancels that may have been sent and are in no verdict: an interrupt ended
            them, or another cancel of their list followed.
    """

    verdicts: Mapping[int, Verdict]
    left: tuple[OrderList, ...] = ()
    is_current: bool = True
    error: OrderListsError | None = None
    in_doubt: tuple[InDoubt, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every list that was read is proven to be over, and the last reading had no other.

        A query may lag: a list that was placed just before may be missing from it.
        """
        return self.is_current and not self.left and not self.in_doubt

    @property
    def to_reconcile(self) -> tuple[InDoubt, ...]:
        """Every cancel whose outcome is unknown: those of the verdicts, and `in_doubt`.

        `Client.reconcile` reconciles each, in this process or a later one.

        >>> CancelAllReport(verdicts={}).to_reconcile
        ()
        """
        unknown = (each for each in self.verdicts.values() if isinstance(each, OutcomeUnknown))
        return (*(each.in_doubt for each in unknown), *self.in_doubt)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for logs, with each verdict by the id of its list.

        >>> CancelAllReport(verdicts={}).to_dict()["is_complete"]
        True
        """
        return {
            "kind": type(self).__name__,
            "is_complete": self.is_complete,
            "verdicts": {str(number): each.to_dict() for number, each in self.verdicts.items()},
            "left": [each.to_dict() for each in self.left],
            "is_current": self.is_current,
            "error": None if self.error is None else self.error.to_dict(),
            "in_doubt": [each.to_dict() for each in self.in_doubt],
        }

    def to_json(self) -> str:
        """Return the same as text.

        >>> CancelAllReport(verdicts={}).to_json()[:29]
        '{"kind": "CancelAllReport", "'
        """
        return json.dumps(self.to_dict())

    @classmethod
    def of(cls, interrupt: BaseException) -> CancelAllReport | None:
        """Return the report of the `cancel_all` that an exception ended, or None.

        What replaced the exception will do, as for `InDoubt.of`, which returns None for an
        interrupt of `cancel_all`: several cancels may be in doubt, and `to_reconcile` has them.
        """
        return find(interrupt, lambda error: getattr(error, _ATTRIBUTE, None))

    def attach_to(self, interrupt: BaseException) -> None:
        """Attach this to an exception, and add a note to its traceback."""
        attach(interrupt, _ATTRIBUTE, self, note=f"cancel_all until then: {self!r}")

    def __repr__(self) -> str:
        kinds = [type(each).__name__ for each in self.verdicts.values()]
        counts = [f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds))]
        if self.in_doubt:
            counts.append(f"{len(self.in_doubt)} in doubt")
        counts.append(f"{len(self.left)} left")
        if not self.is_current:
            counts.append("not read again")
        return f"<CancelAllReport {', '.join(counts)}>"
