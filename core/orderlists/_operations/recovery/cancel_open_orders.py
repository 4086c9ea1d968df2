"""Recovery of a cancel of everything open on a symbol.

The request carries no id of its own, so nothing proves that it was executed; sent again, it would
cancel newer orders as well.  It is never resent: the outcome is unknown, with the open lists.
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from orderlists._operations.get_open_order_lists import GetOpenOrderLists
from orderlists._operations.recovery.case import Case, Steps


class OpenOrdersCancel(Protocol):
    """A cancel of everything open on a symbol."""

    symbol: str


def recover_cancel_open_orders(case: Case[Any]) -> Steps[Any]:
    """Query what is still open.

    Raises:
        OutcomeUnknown: Always.
    """

    def query() -> Steps[None]:
        state, symbol = case.state, cast("OpenOrdersCancel", case.state.request).symbol
        lists = GetOpenOrderLists(recv_window=state.policy.recv_window)
        answer = yield from case.engine.send_once(lists)
        if answer.value is not None:
            still_open = tuple(each for each in answer.value if each.symbol == symbol)
            raise state.unknown(open_lists=still_open)

    return case.rounds(query)
