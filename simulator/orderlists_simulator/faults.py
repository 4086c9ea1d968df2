"""The words of a plan: what becomes of requests, what clients see, and what happens meanwhile.

>>> from orderlists_simulator import faults
>>> plan = faults.Plan(
...     [faults.executed(then=faults.DROPPED), faults.executed_late(3, then=faults.bare(504))],
...     events=[(10**9, faults.Fill(0, 3))],
... )
>>> [fate.executed_after for fate in plan.fates]
[(0.0,), (3,)]
"""

from orderlists_simulator._answers import (
    DROPPED,
    RESET,
    SILENT,
    TRUTH,
    Answer,
    Broken,
    Ending,
    Said,
    bare,
    html,
    json_error,
    unnamed,
)
from orderlists_simulator._disturbances import Disconnect, Noise, Revoke, ShutDown
from orderlists_simulator._events import Cancel, Expire, Fill, PlaceAgain
from orderlists_simulator._fate import (
    CONNECTION_REFUSED,
    NORMAL,
    Fate,
    banned,
    delayed,
    duplicated,
    executed,
    executed_late,
    firewall,
    held,
    not_executed,
    rate_limited,
    replayed,
)
from orderlists_simulator._lag import Lag
from orderlists_simulator._plan import Event, Plan, Rule
from orderlists_simulator._truncated import truncated

__all__ = [
    "CONNECTION_REFUSED",
    "DROPPED",
    "NORMAL",
    "RESET",
    "SILENT",
    "TRUTH",
    "Answer",
    "Broken",
    "Cancel",
    "Disconnect",
    "Ending",
    "Event",
    "Expire",
    "Fate",
    "Fill",
    "Lag",
    "Noise",
    "PlaceAgain",
    "Plan",
    "Revoke",
    "Rule",
    "Said",
    "ShutDown",
    "banned",
    "bare",
    "delayed",
    "duplicated",
    "executed",
    "executed_late",
    "firewall",
    "held",
    "html",
    "json_error",
    "not_executed",
    "rate_limited",
    "replayed",
    "truncated",
    "unnamed",
]
