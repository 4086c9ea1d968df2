"""Play as many plans as one likes: `make soak PLANS=20000`.

Prints one line for each protocol, kind of client and front, and their sum last.  Fails at the first
verdict that is false, with the smallest plan like it.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "support"))

from verdicts import CELLS, Tally, explore


def main(plans: int) -> None:
    """Share the plans out among the cells, and play them."""
    total = Tally()
    try:
        for cell in CELLS:
            tally = Tally()
            try:
                explore(-(-plans // len(CELLS)), cell, tally)
            finally:
                print(f"{cell}: {tally}", flush=True)
                total.take_in(tally)
    finally:
        print(total, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
