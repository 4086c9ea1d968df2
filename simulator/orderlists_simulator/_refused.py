"""What the venue says when it does not do as it was asked.

Knows no protocol: how a code becomes an HTTP status or another protocol's error is the front's.

Invariant: a request that was refused has changed nothing but the counters of its weight.
"""

from __future__ import annotations


class Refused(Exception):
    """A request is refused, with the exchange's own code and words.

    Attributes:
        code: The exchange's error code, a negative number.
        message: The exchange's text for it.

    >>> str(Refused(-2011, "Unknown order list sent."))
    '-2011: Unknown order list sent.'
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
