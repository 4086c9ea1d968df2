"""What tools that are built upon the simulator need: checks of settings, and the log as text.

The pytest plugin uses them.  They are not needed to serve a venue or to plan faults.
"""

from orderlists_simulator._engine.symbols import check_known
from orderlists_simulator._serving.request_log import entry_json, entry_line
from orderlists_simulator._validators import Amount, amount, in_range, is_whole, one_of

__all__ = [
    "Amount",
    "amount",
    "check_known",
    "entry_json",
    "entry_line",
    "in_range",
    "is_whole",
    "one_of",
]
