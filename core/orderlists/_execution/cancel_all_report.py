"""What became of the open order lists that were to be cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from attrs import frozen

from orderlists._attached import attach, find
from orderlists._in_doubt import InDoubt
from orderlists._models.order_lists import CanceledOrderList, OrderList
from orderlists.errors import OrderListsError, OutcomeUnknown, Refused, TransportError

Verdict: TypeAlias = CanceledOrderList | Refused | TransportError | OutcomeUnknown
"""What became of a cancel: a result, or the error that `Client.send` would have raised."""

_ATTRIBUTE = "__orderlists_cancel_all__"


@frozen(kw_only=True, repr=False)
class CancelAllReport:
    """What became of the open order lists.

    Attributes:
        verdicts: What became of the cancel of each list, by the id of the list; the last one, if a
            list was cancelled more than once.
        left: The lists that were open when last read, and of which nothing proves that they are
            over.
        error: Why the open lists could not be read again, so that `left` is of the read before;
            None if they were.
        in_doubt: The cancels that an interrupt ended; `Client.reconcile` finds out about each.
    """

    verdicts: Mapping[int, Verdict]
    left: tuple[OrderList, ...] = ()
    error: OrderListsError | None = None
    in_doubt: tuple[InDoubt, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every list that was open is over now, and none has been opened since."""
        return not self.left and not self.in_doubt and self.error is None

    @classmethod
    def of(cls, interrupt: BaseException) -> CancelAllReport | None:
        """Return the report of the `cancel_all` that an exception ended, or None.

        What replaced the exception will do, as for `InDoubt.of`.
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
        return f"<CancelAllReport {', '.join([*counts, f'{len(self.left)} left'])}>"
