"""``orderlists time``."""

from orderlists import GetServerTime
from orderlists_cli import _texts
from orderlists_cli._session import Session


def server_time(session: Session) -> None:
    """Show the exchange's clock."""
    reply = session.send(GetServerTime())
    session.output.line(reply.to_dict(), _texts.time(reply.server_time))
