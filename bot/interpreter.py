"""Sets the interpreter up for a long life of many short-lived objects, in two threads that take turns."""

import gc
import sys

# A thread that wants the interpreter waits so long for another that computes. Beside SQLite's thread the loop waited five
# milliseconds, the default, after each of its calls of the system: the slowest answers at half load took twice as long.
SWITCH = 0.001  # seconds
# A turn makes thousands of objects, nearly none of them in a circle; looking for circles after every 700 took a seventh of its time.
THRESHOLDS = (10_000, 20, 50)


def set_up() -> None:
    """Call it once everything that stays has been made: it is not looked at again."""
    sys.setswitchinterval(SWITCH)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
