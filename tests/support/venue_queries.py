"""Queries of the lists and orders of a venue."""

from typing import Any

from orderlists_simulator import OrderView, Venue, VenueOrderList


def list_of(venue: Venue, *ids: Any, now: int = 0) -> VenueOrderList:
    with venue.queries(now=now) as queries:
        return queries.order_list(*ids)


def order_of(venue: Venue, *ids: Any, now: int = 0) -> OrderView:
    with venue.queries(now=now) as queries:
        return queries.order("LTCBTC", *ids)
