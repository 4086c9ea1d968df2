"""An answer of which only the first part arrives.

Knows neither whether it was true, nor how a connection ends.
"""

from __future__ import annotations

from attrs import field, frozen

from orderlists.extending import HttpResponse
from orderlists_simulator._answers import JSON, Broken
from orderlists_simulator._range import within

# What the beginning of a success looks like, for those who are shown one that never was.
_STOCK = HttpResponse(
    200,
    (JSON,),
    b'{"orderListId":0,"contingencyType":"OCO","listStatusType":"ALL_DONE",'
    b'"listOrderStatus":"ALL_DONE","listClientOrderId":"stock"}',
)


@frozen(kw_only=True)
class Truncated:
    """The first part of the venue's answer, or of one that looks like a success if it gave none.

    Attributes:
        kept: How much of the body arrives, from 0 to less than 1.
        noticed: Whether the client can tell: the connection ends in the middle of the body.  If
            not, the length that the headers tell fits what arrives, as behind a careless proxy.
    """

    kept: float = field(default=0.5, validator=within(0, 1))
    noticed: bool = False
    needs_truth: bool = field(default=True, init=False, repr=False)

    def give(self, truth: HttpResponse | None, *, now: int) -> HttpResponse | Broken:
        """Return the first part."""
        del now
        whole = _STOCK if truth is None else truth
        kept = int(len(whole.body) * self.kept)
        if self.noticed:
            return Broken(how="cut short", begun=whole, kept=kept)
        return HttpResponse(whole.status, whole.headers, whole.body[:kept])


def truncated(*, kept: float = 0.5, noticed: bool = False) -> Truncated:
    """Return the first part of an answer: see `Truncated`."""
    return Truncated(kept=kept, noticed=noticed)
