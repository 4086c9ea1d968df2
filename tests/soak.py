"""Run random fault plans against the clients: `make soak PLANS=20000`.

Prints one line for each combination of protocol and client, and the total last.  Fails at the first
false outcome, with the minimal plan that reproduces it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))

from verdicts import CELLS, Tally, explore


def main(plans: int) -> None:
    """Distribute the plans among the combinations, and run them."""
    total = Tally()
    try:
        for kind, combination in CELLS:
            tally = Tally()
            try:
                explore(-(-plans // len(CELLS)), combination, tally, kind=kind)
            finally:
                print(f"{kind}, {combination}: {tally}", flush=True)
                total.merge(tally)
    finally:
        print(total, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
