"""``orderlists`` and ``python -m orderlists_cli``."""

from __future__ import annotations

import signal
import sys
from importlib.util import find_spec

_USAGE = 2


def main() -> None:
    """Run the command line of this process.

    Raises:
        SystemExit: Always, with the exit code.
    """
    # The script is installed with the library, its extra is not.
    if find_spec("typer") is None or find_spec("rich") is None:
        sys.stderr.write("orderlists needs an extra: pip install 'orderlists[cli]'\n")
        sys.exit(_USAGE)
    from orderlists_cli._app import run  # noqa: PLC0415 - it needs the extra

    _interrupt_when_terminated()
    run(sys.argv[1:])


def _interrupt_when_terminated() -> None:
    """Have a request in doubt stored where the process is terminated, too, as after Ctrl-C.

    A signal that is ignored, as under ``nohup``, stays so.
    """
    # Windows has no SIGHUP.
    for number in {signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main()
