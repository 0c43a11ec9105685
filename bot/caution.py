"""How a sending lane behaves towards a platform that asks for calm or does not answer: it waits, then tries one."""

from __future__ import annotations

from collections import deque

RECENT = 10.0  # seconds in which two chats that are asked to wait mean that we all are
PAUSE = 30.0  # seconds after which a platform that failed is tried again
WATCHED = 20  # calls looked back on
TOO_MANY = 10  # of them without a clear answer
LONGEST = 3600.0  # seconds; whatever a platform says, we look again after an hour
ALARM = 300.0  # seconds of waiting that staff should know of


class Caution:
    """One lane's. Times are of the process's own clock, in seconds."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._unclear: deque[bool] = deque(maxlen=WATCHED)
        self._held_until = 0.0
        self._trying = False

    def asked_to_wait(self, address: str, seconds: float, now: float) -> float:
        """One chat was asked to wait: only that chat does. Two at a time: all do. The seconds all wait, 0 if they need not."""
        self._asked = {known: at for known, at in self._asked.items() if now - at < RECENT} | {address: now}
        if len(self._asked) < 2:
            return 0.0
        seconds = min(max(seconds, 1.0), LONGEST)
        self._held_until = max(self._held_until, now + seconds)
        return seconds

    def ended(self, *, clear: bool, now: float) -> bool:
        """A call ended, with a clear answer or without. True if this was one too many and the lane now pauses."""
        self._unclear.append(not clear)
        if self._trying:
            self._trying = False
            if not clear:
                self._pause(now)
                return True
            self._unclear.clear()
        if sum(self._unclear) < TOO_MANY:
            return False
        self._pause(now)
        return True

    def room(self, wanted: int, open_: int, now: float) -> int:
        """How many deliveries may be claimed now: none while all wait, a single one to try whether the platform is back."""
        if now < self._held_until:
            return 0
        if self._trying:
            return 1 if open_ == 0 else 0
        return wanted

    def seconds_left(self, now: float) -> float:
        return max(self._held_until - now, 0.0)

    def _pause(self, now: float) -> None:
        self._held_until = max(self._held_until, now + PAUSE)
        self._trying = True
        self._unclear.clear()
