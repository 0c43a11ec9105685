"""Our bot with a profiler that counts CPU time in both of its threads: on at SIGUSR1, written to BENCH_PROFILE at SIGUSR2."""

from __future__ import annotations

import cProfile
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.sqlite import SqliteWriter

loop_thread, writer_thread = cProfile.Profile(time.thread_time), cProfile.Profile(time.thread_time)
state = "off"


def begin(_number: int, _frame: object) -> None:
    global state
    state = "on"
    loop_thread.enable()


def end(_number: int, _frame: object) -> None:
    global state
    state = "ending"
    loop_thread.disable()


def watched(drive: Callable[..., Any]) -> Callable[..., Any]:
    """Only the thread that writes; reading has another. It writes both files itself: a profile is closed by its own thread's clock."""

    def profiled(self: SqliteWriter, engine: Any, work: Any) -> Any:
        global state
        if engine is not self._engine or state == "off":
            return drive(self, engine, work)
        if state == "ending":
            state = "off"
            to = os.environ["BENCH_PROFILE"]
            loop_thread.dump_stats(f"{to}.loop")
            writer_thread.dump_stats(f"{to}.writer")
            Path(f"{to}.writer").rename(f"{to}.done")
            return drive(self, engine, work)
        writer_thread.enable()
        try:
            return drive(self, engine, work)
        finally:
            writer_thread.disable()

    return profiled


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, begin)
    signal.signal(signal.SIGUSR2, end)
    SqliteWriter._drive = watched(SqliteWriter._drive)  # type: ignore[method-assign]
    from bot.__main__ import main

    sys.argv[0] = "sapa"
    main()
