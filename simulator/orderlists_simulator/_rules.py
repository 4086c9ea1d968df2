"""What the venue does where the exchange changed its mind, or says nothing.

Every guess that a client could notice is a setting here, with its source.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from orderlists_simulator._terms import one_of

BothIds: TypeAlias = Literal["must_match", "id_wins"]
TransactionTime: TypeAlias = Literal["of_cancel", "of_placement"]


@frozen(kw_only=True)
class Rules:
    """The rules that are open to choice.

    Attributes:
        both_ids: What a cancel with both ids means.  ``must_match``: the list is found by its id
            and must have that client id as well (the exchange since 2025-04-24).  ``id_wins``: the
            client id is not looked at (the exchange before).
        transaction_time: What a cancelled list shows as ``transactionTime``: the time of its
            cancel, or still that of its placement, as in the documentation's sample (nothing is
            said about it).

    >>> Rules().both_ids
    'must_match'
    """

    both_ids: BothIds = field(default="must_match", validator=one_of(BothIds))
    transaction_time: TransactionTime = field(
        default="of_cancel", validator=one_of(TransactionTime)
    )
