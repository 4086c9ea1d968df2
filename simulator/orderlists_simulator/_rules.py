"""What the venue does where the exchange changed its mind, or says nothing.

Every guess that a client could notice is a setting here, with its source.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import field, frozen

from orderlists_simulator._range import within
from orderlists_simulator._terms import one_of

BothIds: TypeAlias = Literal["must_match", "id_wins"]
QueryIds: TypeAlias = Literal["client_id_wins", "id_wins"]
CanceledLegShows: TypeAlias = Literal["cancel_id", "original_id"]
EventsCome: TypeAlias = Literal["after_reply", "before_reply"]
FirstEvent: TypeAlias = Literal["reports", "list_status"]
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
        both_query_ids: What a query of a list with both ids means over REST: which of them finds
            the list while the other is not looked at.  For REST nothing is said; the WebSocket API
            documents that the client id wins, and so it does there.
        canceled_leg_shows: What a query of a cancelled leg shows as ``clientOrderId``, and finds it
            by: the id of the cancel, or still its own (nothing is said about it).
        weight_limit: How much request weight a minute may use; None for any.  The exchange allows
            6000.
        ban_after: How many requests may follow the first that is answered with 429, before the
            window is over, until they are answered with 418 (a number that is not published).
        events_come: Whether those who are subscribed are told what a request did before it is
            answered, or after that (nothing is said about it).
        first_event: Which comes first of the reports of a list's orders, and the status of the list
            (nothing is said about it; over FIX the status was seen first).
        connection_limit: How many WebSocket connections may be asked for in five minutes; None for
            any number.
        connection_age: After how many seconds the venue ends a WebSocket connection; None for
            never.
        ping_interval: How many seconds there are between the pings of a server, where time is real;
            None for no pings.
        pong_timeout: After how many seconds without a pong such a server drops the connection.

    >>> Rules().both_ids
    'must_match'
    """

    both_ids: BothIds = field(default="must_match", validator=one_of(BothIds))
    transaction_time: TransactionTime = field(
        default="of_cancel", validator=one_of(TransactionTime)
    )
    both_query_ids: QueryIds = field(default="client_id_wins", validator=one_of(QueryIds))
    canceled_leg_shows: CanceledLegShows = field(
        default="cancel_id", validator=one_of(CanceledLegShows)
    )
    weight_limit: int | None = field(default=None, validator=within(1, whole=True, optional=True))
    ban_after: int = field(default=10, validator=within(0, whole=True))
    events_come: EventsCome = field(default="after_reply", validator=one_of(EventsCome))
    first_event: FirstEvent = field(default="reports", validator=one_of(FirstEvent))
    connection_limit: int | None = field(
        default=300, validator=within(1, whole=True, optional=True)
    )
    connection_age: float | None = field(default=24 * 3600.0, validator=within(0, optional=True))
    ping_interval: float | None = field(default=20.0, validator=within(0, optional=True))
    pong_timeout: float = field(default=60.0, validator=within(0))
