"""The emulators' clock: waits run `speed` times faster than the world's, and a test may jump ahead."""

from __future__ import annotations

import asyncio
import contextlib
import time


class Clock:
    """Seconds since the emulator started, as the platform would feel them."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._started = time.monotonic()
        self._skipped = 0.0
        self._waited_for: set[asyncio.Event] = set()

    def now(self) -> float:
        return (time.monotonic() - self._started) * self.speed + self._skipped

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once. Whoever waits is woken, to look at the clock again."""
        self._skipped += seconds
        for event in self._waited_for:
            event.set()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Until the event, or until `seconds` have passed, or until time jumps."""
        self._waited_for.add(event)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds / self.speed):
                    await event.wait()
        finally:
            self._waited_for.discard(event)

    async def sleep(self, seconds: float) -> None:
        wake_at = self.now() + seconds
        while (left := wake_at - self.now()) > 0:
            await self.wait(asyncio.Event(), left)
