"""Every clause of a contract, checked against one transport."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any
from unittest import SkipTest

from attrs import frozen

from orderlists_transports.conformance.framed import FRAMED_CLAUSES
from orderlists_transports.conformance.http import HTTP_CLAUSES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from orderlists_transports.conformance.clause import (
        Clause,
        FramedFactory,
        HttpFactory,
    )


class Verdict(Enum):
    """The verdict on one clause."""

    PASSED = "passed"
    BROKEN = "broken"
    SKIPPED = "skipped"


@frozen(kw_only=True)
class Result:
    """The result of one clause.

    Attributes:
        name: The name of the clause.
        tls: Whether the servers used TLS.
        verdict: Whether the transport keeps the clause.
        reason: How it is broken, or why it was skipped; empty if it passed.
    """

    name: str
    tls: bool
    verdict: Verdict
    reason: str = ""

    def __str__(self) -> str:
        wire = "tls" if self.tls else "plain"
        text = f"{self.verdict.value} [{wire}] {self.name}"
        return f"{text}: {self.reason}" if self.reason else text


@frozen
class Report:
    """The results of all clauses, in order."""

    results: tuple[Result, ...]

    @property
    def passed(self) -> tuple[Result, ...]:
        """The clauses that the transport keeps."""
        return self._with(Verdict.PASSED)

    @property
    def broken(self) -> tuple[Result, ...]:
        """The clauses that the transport breaks."""
        return self._with(Verdict.BROKEN)

    @property
    def skipped(self) -> tuple[Result, ...]:
        """The clauses that were not checked, each with its reason."""
        return self._with(Verdict.SKIPPED)

    def raise_if_broken(self) -> None:
        """Raise if a clause is broken.

        Raises:
            AssertionError: A clause is broken; the text lists all that are.
        """
        if self.broken:
            raise AssertionError("\n".join(map(str, (*self.broken, self))))

    def __str__(self) -> str:
        counts = (f"{len(self._with(verdict))} {verdict.value}" for verdict in Verdict)
        return ", ".join(counts)

    def _with(self, verdict: Verdict) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.verdict is verdict)


def check_http(
    factory: HttpFactory,
    *,
    is_async: bool = False,
    tls: bool = True,
    only: Collection[str] = (),
    without: Collection[str] = (),
) -> Report:
    """Check an HTTP transport against every clause, over plain HTTP and over TLS.

    Args:
        factory: Makes a transport with the settings it is given.
        is_async: Whether the transport is asynchronous; then an event loop runs in `factory`.
        tls: Whether to check over TLS as well.
        only: The names of the clauses to check; all by default.
        without: The names of optional clauses to skip.

    Returns:
        The verdict on each clause.  `Report.raise_if_broken` makes a test of it.

    Raises:
        ValueError: A name is not that of a clause, one in `without` is not that of an optional
            clause, or names are given as one text.
    """
    return _checked(HTTP_CLAUSES, factory, is_async, tls=tls, only=only, without=without)


def check_framed(
    factory: FramedFactory,
    *,
    is_async: bool = False,
    tls: bool = True,
    only: Collection[str] = (),
) -> Report:
    """Check a framed transport against every clause, as `check_http` does; none is optional.

    Raises:
        ValueError: A name is not that of a clause, or names are given as one text.
    """
    return _checked(FRAMED_CLAUSES, factory, is_async, tls=tls, only=only)


def _checked(
    clauses: Sequence[Clause[Any, Any]],
    factory: Any,  # noqa: ANN401 - fits the clauses
    is_async: bool,  # noqa: FBT001 - passed on
    *,
    tls: bool,
    only: Collection[str],
    without: Collection[str] = (),
) -> Report:
    _check_names("only", only, {clause.name for clause in clauses})
    _check_names("without", without, {clause.name for clause in clauses if clause.optional})
    chosen = [clause for clause in clauses if not only or clause.name in only]

    def results() -> Iterator[Result]:
        for with_tls in (False, True):
            for clause in chosen:
                if clause.name in without:
                    yield _skipped(clause, f"left out: {clause.optional}", tls=with_tls)
                elif with_tls and not tls:
                    yield _skipped(clause, "TLS is left out", tls=with_tls)
                elif with_tls or not clause.needs_tls:
                    yield _result(clause, factory, is_async=is_async, tls=with_tls)

    return Report(tuple(results()))


def _result(
    clause: Clause[Any, Any],
    factory: Any,  # noqa: ANN401 - as above
    *,
    is_async: bool,
    tls: bool,
) -> Result:
    try:
        clause.check(factory, is_async=is_async, tls=tls)
    except SkipTest as skip:
        return _skipped(clause, str(skip), tls=tls)
    except AssertionError as error:
        reason = str(error).removeprefix(f"{clause.name}: ")
        return Result(name=clause.name, tls=tls, verdict=Verdict.BROKEN, reason=reason)
    return Result(name=clause.name, tls=tls, verdict=Verdict.PASSED)


def _skipped(clause: Clause[Any, Any], reason: str, *, tls: bool) -> Result:
    return Result(name=clause.name, tls=tls, verdict=Verdict.SKIPPED, reason=reason)


def _check_names(field: str, names: Collection[str], known: set[str]) -> None:
    if isinstance(names, str):
        raise ValueError(f"{field}={names!r}: must be a list of names, not one text")  # noqa: TRY004 - documented
    if unknown := sorted({*names} - known):
        kind = "an optional clause" if field == "without" else "a clause"
        raise ValueError(f"{field}: {unknown[0]!r} is not the name of {kind}")
