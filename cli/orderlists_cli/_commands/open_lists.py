"""``orderlists open``."""

from orderlists import GetOpenOrderLists
from orderlists_cli import _tables
from orderlists_cli._session import Session


def open_lists(session: Session) -> None:
    """List the open order lists."""
    lists = session.send(GetOpenOrderLists())
    records = (each.to_dict() for each in lists)
    session.output.table(records, lambda: _tables.open_lists(lists))
