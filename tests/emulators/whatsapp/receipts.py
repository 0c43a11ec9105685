"""What becomes of an accepted message, and how Meta tells it: sent, delivered, read or failed, late, doubled, in any order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from tests.emulators.whatsapp import events
from tests.emulators.whatsapp.events import Change, Number
from tests.emulators.whatsapp.people import Person
from tests.emulators.whatsapp.refusals import told

DELAYS = {"sent": 0.0, "delivered": 0.02, "read": 0.05, "failed": 0.02}


@dataclass(frozen=True, slots=True)
class Sent:
    """An accepted message. `category` is how it is billed; `free` tells a message inside an open window that costs nothing."""

    id: str
    person: Person
    opaque: str | None
    category: str
    kind: str

    def state(self, status: str, code: int = 0) -> dict[str, Any]:
        state: dict[str, Any] = {"id": self.id, "status": status, "timestamp": str(events.now())}
        if self.opaque is not None:
            state["biz_opaque_callback_data"] = self.opaque
        if code:
            return {**state, "errors": [told(code)]}
        billable = self.kind == "regular"
        return {**state, "pricing": {"billable": billable, "pricing_model": "PMP", "category": self.category, "type": self.kind}}


def course(sent: Sent, code: int, *, read: bool) -> list[dict[str, Any]]:
    """Its states in their true order."""
    if code:
        return [sent.state("failed", code)]
    return [sent.state(status) for status in ("sent", "delivered", *(("read",) if read else ()))]


def told_in(mode: str, states: list[dict[str, Any]], dice: random.Random) -> list[tuple[float, dict[str, Any]]]:
    """(seconds from now, state). In disorder: shuffled, some twice, `delivered` left out where it was read at once."""
    if mode == "none":
        return []
    timed = [(DELAYS[state["status"]], state) for state in states]
    if mode == "ordered":
        return timed
    if len(states) == 3 and dice.random() < 0.2:
        timed = [one for one in timed if one[1]["status"] != "delivered"]
    timed += [one for one in timed if dice.random() < 0.2]
    return [(dice.random() * 0.1, state) for _after, state in timed]


def change(number: Number, sent: Sent, state: dict[str, Any]) -> Change:
    return events.status(number, sent.person, state)
