"""What the venue did with a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from orderlists.extending import HttpResponse


@frozen(kw_only=True)
class Attempt:
    """One time that a request reached the venue, which did it or refused it.

    Attributes:
        at: When, in nanoseconds.
        code: The code it was refused with; None if it was done.
        order_list_id: The list that was touched or shown; None if none was.
        response: What the venue answered, whether anybody heard it or not; over a connection, what
            is put into the reply frame: its status, and the result or error as the body.
    """

    at: int
    code: int | None
    order_list_id: int | None
    response: HttpResponse

    @property
    def is_done(self) -> bool:
        """Whether the venue did as it was asked."""
        return self.code is None
