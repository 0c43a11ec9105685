"""A serving process looks rarely for circles of objects, and lets its threads take turns quickly."""

import subprocess
import sys


def test_what_was_made_before_serving_is_not_looked_at_again() -> None:
    code = "import gc, sys; from bot import interpreter; interpreter.set_up(); print(gc.get_freeze_count() > 1000, gc.isenabled(), sys.getswitchinterval())"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said == ["True", "True", "0.001"]
