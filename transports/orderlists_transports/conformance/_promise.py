"""One sentence of a contract, whatever it is about, and how it is kept or broken.

Invariant: a transport that breaks a promise gets an AssertionError that begins with its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar
from unittest import SkipTest

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

B = TypeVar("B")


@frozen(kw_only=True)
class Promise(Generic[B]):
    """One sentence of a contract.

    Attributes:
        name: As it appears in a test's name.
        promise: The sentence.
    """

    name: str
    promise: str
    test: Callable[[B], None] = field(repr=False)

    def keep(self, bench: AbstractContextManager[B]) -> None:
        """Look whether it is kept, with what the bench brings.

        Raises:
            AssertionError: It is broken.
            unittest.SkipTest: It cannot be checked here (pytest understands this, too).
        """
        try:
            with bench as ready:
                self.test(ready)
        except SkipTest:
            raise
        except Exception as error:
            told = str(error) if isinstance(error, AssertionError) else repr(error)
            raise AssertionError(f"{self.name}: {self.promise} But: {told}") from error

    def __str__(self) -> str:
        return self.name


def sentence_of(test: Callable[[B], None]) -> str:
    """Return the promise that a test's docstring makes, in one line."""
    return " ".join((test.__doc__ or "").split())
