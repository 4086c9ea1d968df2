"""``orderlists cancel-all``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Annotated, Any

import typer
from typer import Argument, Option

from orderlists import (
    CancelAllReport,
    CanceledOrderList,
    GetOpenOrderLists,
    InvalidRequest,
    OrderList,
    Verdict,
)
from orderlists_cli import _texts
from orderlists_cli._errors import next_steps, record_of
from orderlists_cli._exit_codes import ExitCode, exit_code_of, worst
from orderlists_cli._output import note
from orderlists_cli._session import Session

_RULE = "must be given, or --all-symbols, but not both"


def cancel_all(
    session: Session,
    symbol: Annotated[str | None, Argument(metavar="[SYMBOL]", help="Such as LTCBTC.")] = None,
    all_symbols: Annotated[bool, Option("--all-symbols", help="Of every symbol.")] = False,
) -> None:
    """Cancel every open order list, of a symbol or of all.  Protective stops go too."""
    if (symbol is None) != all_symbols:
        raise InvalidRequest(field="symbol", value=symbol, rule=_RULE)
    where = "of every symbol" if symbol is None else f"of {symbol}"
    session.prepare(
        GetOpenOrderLists(),
        what=f"Cancel every open order list {where}",
        then=f"Then a cancel for each list {where}.",
    )
    numbers = count(1)

    def on_verdict(each: OrderList, verdict: Verdict) -> None:
        text = (
            f"{next(numbers)}. list {each.order_list_id} {each.symbol}: {_texts.verdict(verdict)}"
        )
        try:
            session.output.line(_record(each, verdict), text)
        except OSError:
            # The reader of the results is gone; the cancels of this batch are sent all the same.
            note(text)
            raise

    try:
        report = session.client().cancel_all(symbol, on_verdict=on_verdict)
    except BaseException as error:
        so_far = CancelAllReport.of(error)
        if so_far is not None and (so_far.verdicts or so_far.in_doubt):
            note(_summary_text(so_far, where))
        raise
    # Before the summary, which may fail: the reader of the results may be gone.
    for step in next_steps(
        report.to_reconcile, session.settings.in_doubt_folder, session.arguments
    ):
        note(step)
    session.output.line(_summary(report), _summary_text(report, where))
    raise typer.Exit(code_of(report))


def _record(each: OrderList, verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, CanceledOrderList):
        return verdict.to_dict()
    return {**record_of(verdict), "order_list_id": each.order_list_id, "symbol": each.symbol}


def _summary(report: CancelAllReport) -> dict[str, Any]:
    return {
        "kind": "CancelAllSummary",
        "lists": len(report.verdicts),
        "canceled": len(_canceled(report)),
        "left": [each.order_list_id for each in report.left],
        "is_complete": report.is_complete,
        "error": None if report.error is None else record_of(report.error),
    }


def _summary_text(report: CancelAllReport, where: str) -> str:
    if report.is_complete and not report.verdicts:
        return f"There was no open order list {where}."
    text = f"{len(_canceled(report))} of {len(report.verdicts)} lists canceled"
    if report.left:
        text += f"; still open: {', '.join(str(each.order_list_id) for each in report.left)}"
    if report.error is not None:
        text += f"; the open lists could not be read again: {report.error}"
    return f"{text}; {'none is left' if report.is_complete else 'not complete'}."


def _canceled(report: CancelAllReport) -> list[Verdict]:
    return [each for each in report.verdicts.values() if isinstance(each, CanceledOrderList)]


def code_of(report: CancelAllReport) -> ExitCode:
    """Return the worst exit code of the verdicts, and of what is left open or in doubt."""
    return worst(_codes(report))


def _codes(report: CancelAllReport) -> Iterator[ExitCode]:
    yield from map(exit_code_of, report.verdicts.values())
    if report.left:
        yield ExitCode.NOT_EXECUTED
    if report.error is not None:
        yield exit_code_of(report.error)
    if report.in_doubt:
        yield ExitCode.UNKNOWN
