"""Notices that this process is held up, or nearly out of file descriptors, and says so to whoever asks whether it is ready."""

from __future__ import annotations

import asyncio
import resource
import time
from pathlib import Path

import structlog

from bot import metrics

BEAT = 0.25  # seconds
LONG = 3.0  # seconds without a beat that somebody should know of
REMEMBERED = 5.0  # seconds after such a pause in which others had better be asked
SPARE = 32  # descriptors: what a look at the database and a handful of calls need
OPEN = Path("/proc/self/fd")

log = structlog.get_logger()


class Watchdog:
    """`run` beats; `state` says which parts are well."""

    def __init__(self) -> None:
        self._well_from = 0.0
        metrics.FILES.set_function(spare_files)

    async def run(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(BEAT)
            held_up = time.monotonic() - began - BEAT
            if held_up > LONG:
                self._well_from = time.monotonic() + REMEMBERED
                metrics.HELD_UP.inc()
                log.error("held_up", seconds=round(held_up, 1))

    def state(self) -> dict[str, bool]:
        return {"loop": time.monotonic() >= self._well_from, "files": spare_files() >= SPARE}


def spare_files() -> int:
    """How many descriptors this process may still open; plenty where the system does not say."""
    limit, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        return limit - sum(1 for _open in OPEN.iterdir())
    except FileNotFoundError:
        return SPARE
    except OSError:
        return 0  # not even one to look with
