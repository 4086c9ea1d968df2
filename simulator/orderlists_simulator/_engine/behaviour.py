"""Behaviour of the exchange that changed over time, is not documented, or is a limit.

Every guess that a client could notice is a setting here, with its source.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, TypeAlias

from attrs import Attribute, field, frozen

from orderlists import InvalidSetting
from orderlists_simulator._sbe.settings import SbeSettings
from orderlists_simulator._validators import Amount, amount, in_range, one_of

BothIds: TypeAlias = Literal["must_match", "id_wins"]
QueryIds: TypeAlias = Literal["client_id_wins", "id_wins"]
CanceledLegShows: TypeAlias = Literal["cancel_id", "original_id"]
EventsSent: TypeAlias = Literal["after_reply", "before_reply"]
FirstEvent: TypeAlias = Literal["reports", "list_status"]
TransactionTime: TypeAlias = Literal["of_cancel", "of_placement"]

_LIMIT = in_range(1, whole=True, optional=True)


def _rate(value: Amount) -> Decimal:
    rate = amount(value, "commission_rate")
    if rate >= 1:
        raise InvalidSetting(field="commission_rate", value=value, rule="must be below 1")
    return rate


def _check_sbe(_behaviour: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, SbeSettings):
        raise InvalidSetting(field=attribute.name, value=value, rule="must be SbeSettings")


@frozen(kw_only=True)
class Behaviour:
    """The settings of a venue's behaviour.

    Attributes:
        both_ids: How a cancel with both ids finds its list.  ``must_match``: by its id, and the
            client id must be that of the list (the exchange since 2025-04-24).  ``id_wins``: by its
            id, and the client id is ignored (the exchange before).
        transaction_time: The ``transactionTime`` of a canceled list: the time of the cancel, or
            that of the placement as in the documentation's sample (not documented otherwise).
        both_query_ids: How a query with both ids finds its list over REST (not documented).  Over
            the WebSocket API the client id wins, as documented.
        canceled_leg_shows: The ``clientOrderId`` of a canceled leg in a query, by which it is also
            found: that of the cancel, or its own (not documented).
        weight_limit: The request weight allowed in a minute; None for no limit.
        ban_after: How many requests after the first 429 of a minute are answered with 429 as well,
            before the address is banned with 418 (the number is not published).
        orders_in_ten_seconds: The unfilled orders allowed in ten seconds; None for no limit.
        orders_in_a_day: The unfilled orders allowed in a day; None for no limit.
        max_num_order_lists: The open lists allowed to an account on a symbol; None for no limit.
        commission_rate: The part of what a trade receives that is its commission, such as
            ``"0.001"``, below 1.  It is rounded to eight decimals, as in the FAQ on commissions.
            One rate for every order: no discount, and no BNB.
        events_sent: Whether the events of a request are sent before or after its reply (not
            documented).
        first_event: Whether the reports of the orders or the status of the list come first (not
            documented; over FIX the status was seen first).
        connection_limit: The WebSocket connections allowed in five minutes; None for no limit.
        connection_age: After how many seconds the venue closes a connection; None for never.
        ping_interval: Seconds between the pings of a server in real time; None for no pings.
        pong_timeout: Seconds without a pong after which such a server drops the connection.
        sbe: How requests for Simple Binary Encoding are answered.

    >>> Behaviour().both_ids
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
    weight_limit: int | None = field(default=6000, validator=_LIMIT)
    ban_after: int = field(default=10, validator=in_range(0, whole=True))
    orders_in_ten_seconds: int | None = field(default=100, validator=_LIMIT)
    orders_in_a_day: int | None = field(default=200_000, validator=_LIMIT)
    max_num_order_lists: int | None = field(default=20, validator=_LIMIT)
    commission_rate: Decimal = field(default=Decimal(0), converter=_rate)
    events_sent: EventsSent = field(default="after_reply", validator=one_of(EventsSent))
    first_event: FirstEvent = field(default="reports", validator=one_of(FirstEvent))
    connection_limit: int | None = field(default=300, validator=_LIMIT)
    connection_age: float | None = field(default=24 * 3600.0, validator=in_range(0, optional=True))
    ping_interval: float | None = field(default=20.0, validator=in_range(0, optional=True))
    pong_timeout: float = field(default=60.0, validator=in_range(0))
    sbe: SbeSettings = field(factory=SbeSettings, validator=_check_sbe)
