"""How far a delivery is: what a receipt says of it, and how receipts move it forward, never back, whatever order they come in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from storage.charges import Charge

# How far a delivery is, whatever brought it there.
RANK = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
ARRIVED = frozenset({"delivered", "read"})
# A refusal that comes late counts only where nothing more is known than that the platform took it.
REFUSABLE = frozenset({"in_flight", "in_doubt", "sent"})


@dataclass(frozen=True, slots=True)
class Receipt:
    """`provider_id` is what `send` returned; `delivery` our own id, if the platform carried it along."""

    channel: str
    provider_id: str
    state: str  # sent, delivered, read, failed
    at: datetime
    delivery: int | None = None
    reason: str | None = None
    charge: Charge | None = None
    unreachable: bool = False  # nothing can be sent to this person
    unwanted: bool = False  # they told the platform that they want no more campaigns of ours
    shut: bool = False  # the platform says that their window is shut
    rest: bool = False  # we sent too many people too much: campaigns must rest for a day
    user: str = ""  # the platform's own id of the recipient, and their phone number
    phone: str = ""


@dataclass(slots=True)
class Progress:
    """One delivery on its way forward."""

    id: int
    address: str
    resent: bool
    state: str
    provider_id: str | None
    category: str | None
    receipts: list[Receipt] = field(default_factory=list)  # those that moved it
    named: bool = False  # we learnt the platform's id of it, or how it is billed

    def take(self, receipt: Receipt) -> bool:
        """False if this receipt may belong to another sending of the same delivery, of which we will hear later."""
        moved = follow(self.state, receipt.state)
        if receipt.state == "failed":
            if self.state == "in_flight" and self.resent:
                return False
            if self.provider_id not in (None, receipt.provider_id):
                return True  # an earlier sending failed; the later one is what counts
        if moved != self.state:
            self.state = moved
            self.receipts.append(receipt)
        if self.provider_id is None:
            self.provider_id, self.named = receipt.provider_id, True
        return True

    def bill(self, receipt: Receipt) -> bool:
        """Whether this receipt is the first to tell that it arrived and how it is billed."""
        first = receipt.charge is not None and self.category is None and receipt.state in ARRIVED
        if receipt.charge and first:
            self.category, self.named = receipt.charge.category, True
        return first


def follow(state: str, said: str) -> str:
    """Where a delivery is after a receipt. Any order of the same receipts ends alike."""
    if said == "failed" and state not in REFUSABLE:
        return state
    return said if RANK[said] > RANK.get(state, 0) else state
