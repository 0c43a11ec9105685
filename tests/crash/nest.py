"""Hatches servers: forks `sapa serve` from a process that has everything imported, since a start from nothing takes three seconds.

Each child is a whole server of its own with its own environment, folder and output; only the imports were made before it was born.
Orders come as lines of JSON on the standard input, an empty one to end all; births and deaths are told on the standard output.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import select
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

PR_SET_PDEATHSIG = 1  # linux/prctl.h
# What a server imports late, or only on one database; numpy first, so that its threads are known to the fork.
AHEAD = (
    *("numpy", "bot.__main__", "bot.app", "bot.logs", "bot.settings", "handlers", "alembic.command", "alembic.autogenerate"),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.asyncpg", "asyncpg"),
)


def main() -> None:
    for module in AHEAD:
        importlib.import_module(module)
    bell, ring = os.pipe()
    os.set_blocking(ring, False)
    signal.set_wakeup_fd(ring)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    children: set[int] = set()
    heard = b""
    while True:
        woken, _, _ = select.select([0, bell], [], [])
        if bell in woken:
            os.read(bell, 4096)
            bury(children)
        if 0 in woken:
            more = os.read(0, 1 << 16)
            if not more:
                break
            *orders, heard = (heard + more).split(b"\n")
            for order in map(json.loads, orders):
                if order:
                    children.add(hatch(order))
                else:
                    empty(children)
    empty(children)


def empty(children: set[int]) -> None:
    """Nobody is left of those that were hatched so far."""
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    children.clear()
    tell(empty=True)


def hatch(order: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        live(order)
    tell(born=child)
    return child


def bury(children: set[int]) -> None:
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if child == 0:
            return
        children.discard(child)
        tell(dead=child, code=os.waitstatus_to_exitcode(status))


def live(order: dict[str, Any]) -> NoReturn:
    """A server's whole life."""
    if sys.platform == "linux":  # a test that is killed itself leaves no server behind
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    redirect(Path(order["output"]), Path(order["log"]))
    sys.argv = ["sapa", *order["arguments"]]
    code = 1
    try:
        from bot import failpoints

        failpoints.arm(os.environ.get("SAPA_FAILPOINT", ""))
        if order["altered"]:
            importlib.import_module("tests.crash.altered").alter()
        from bot.__main__ import main as serve

        serve()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def redirect(output: Path, log: Path) -> None:
    with Path(os.devnull).open("rb") as nothing, output.open("wb") as out, log.open("ab") as errors:
        for number, file in enumerate((nothing, out, errors)):
            os.dup2(file.fileno(), number)


def tell(**news: object) -> None:
    print(json.dumps(news), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
