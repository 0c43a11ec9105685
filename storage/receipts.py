"""What a platform says of what we sent: receipts move a delivery forward, never back, whatever order or number they come in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from storage import accounts, charges, orphans
from storage.changes import Tools, table_of
from storage.charges import Charge, Counted
from storage.contacts import AddressRow
from storage.deliveries import DELIVERIES
from storage.identities import index
from storage.merging import move
from storage.preferences import prefer
from storage.windows import DAY, close
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
# How far a delivery is, whatever brought it there.
RANK = {"sent": 1, "failed": 2, "delivered": 3, "read": 4}
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
class _Change:
    """One delivery on its way forward."""

    row: Any
    state: str
    reason: str | None
    provider_id: str | None
    category: str | None
    at: datetime | None
    receipts: list[Receipt] = field(default_factory=list)

    @classmethod
    def of(cls, row: Any) -> _Change:
        return cls(row, row.state, row.reason, row.provider_id, row.category, row.done_at)

    @property
    def is_real(self) -> bool:
        return (self.state, self.category, self.provider_id) != (self.row.state, self.row.category, self.row.provider_id)

    def take(self, receipt: Receipt) -> bool:
        """False if this receipt may belong to another sending of the same delivery, of which we will hear later."""
        moved = follow(self.state, receipt.state)
        if receipt.state == "failed":
            if self.state == "in_flight" and self.row.resent:
                return False
            if self.provider_id not in (None, receipt.provider_id):
                return True  # an earlier sending failed; the later one is what counts
        if moved != self.state:
            self.state, self.at = moved, receipt.at
            self.reason = receipt.reason if moved == "failed" else None
            self.receipts.append(receipt)
        self.provider_id = self.provider_id or receipt.provider_id
        return True


def follow(state: str, said: str) -> str:
    """Where a delivery is after a receipt. Any order of the same receipts ends alike."""
    if said == "failed" and state not in REFUSABLE:
        return state
    return said if RANK[said] > RANK.get(state, 0) else state


@dataclass(frozen=True, slots=True)
class Lesson:
    """An address that was a number until now, and the platform's id of whom it belongs to."""

    address: str
    user: str


async def record(db: Connection, dialect: str, tools: Tools, receipts: Sequence[Receipt], now: datetime) -> list[Lesson]:
    """All of them in one transaction. What belongs to nothing we know is kept for a while; what can be learnt of people is returned."""
    changes = await _find(db, receipts)
    unknown: list[dict[str, Any]] = []
    counts: Counted = Counter()
    for receipt in receipts:
        change = changes.get(receipt.delivery) or changes.get(receipt.provider_id)
        if change is None or not change.take(receipt):
            unknown.append(_row(receipt, now))
            continue
        if receipt.charge and receipt.state in ("delivered", "read") and change.category is None:
            change.category = receipt.charge.category
            counts[receipt.at.date(), receipt.channel, receipt.charge] += 1
    different = {id(change): change for change in changes.values()}.values()
    await _write(db, [change for change in different if change.is_real])
    await charges.count(db, dialect, counts)
    await orphans.keep(db, dialect, unknown)
    lessons: dict[str, Lesson] = {}
    for change in different:
        for receipt in change.receipts:
            await _heed(db, tools, change, receipt)
            if receipt.state == "delivered" and _was_a_number(tools, change.row.address, receipt):
                lessons[change.row.address] = Lesson(change.row.address, receipt.user)
    return list(lessons.values())


async def _find(db: Connection, receipts: Sequence[Receipt]) -> dict[int | str | None, _Change]:
    """The deliveries meant, by our id or by the platform's, locked in one order for all processes."""
    ours = {receipt.delivery for receipt in receipts if receipt.delivery is not None}
    theirs = {receipt.provider_id for receipt in receipts if receipt.delivery is None}
    found: dict[int | str | None, _Change] = {}
    for wanted, column in ((ours, DELIVERIES.c.id), (theirs, DELIVERIES.c.provider_id)):
        if wanted:
            rows = await db.execute(select(*_COLUMNS).where(column.in_(sorted(wanted))).order_by(DELIVERIES.c.id).with_for_update())
            for row in rows:
                change = found.get(row.id) or _Change.of(row)
                found[row.id] = change
                if row.provider_id is not None:
                    found[row.provider_id] = change
    return found


_COLUMNS = [DELIVERIES.c[name] for name in ("id", "address", "state", "reason", "resent", "provider_id", "category", "done_at")]
_CHANGE = (
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("id_"))
    .values({name: bindparam(f"{name}_") for name in ("state", "reason", "provider_id", "category", "done_at")})
)


async def _write(db: Connection, changes: Iterable[_Change]) -> None:
    rows = [
        {
            "id_": change.row.id,
            "state_": change.state,
            "reason_": change.reason,
            "provider_id_": change.provider_id,
            "category_": change.category,
            "done_at_": change.at,
        }
        for change in sorted(changes, key=lambda change: change.row.id)
    ]
    if rows:
        await db.execute(_CHANGE, rows)


async def _heed(db: Connection, tools: Tools, change: _Change, receipt: Receipt) -> None:
    """What a receipt tells of the person and of us, beside what it tells of the message."""
    if receipt.unreachable and change.state == "failed":
        await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == change.row.address).values(unreachable=receipt.reason))
    if receipt.unwanted:
        await prefer(db, tools, change.row.address, wants=False, at=receipt.at)
    if receipt.shut:
        await close(db, [change.row.address])
    if receipt.rest:
        await accounts.pause(db, receipt.channel, receipt.at + DAY, receipt.reason or "")


def _was_a_number(tools: Tools, address: str, receipt: Receipt) -> bool:
    """Sent to a number, and now we hear whose it is."""
    return bool(receipt.user and receipt.phone) and index(tools, receipt.channel, receipt.phone) == address


async def learn(db: Connection, tools: Tools, channel: str, lessons: Sequence[Lesson]) -> None:
    """From now on these are known by their id, which outlives a number that is hidden or changed."""
    for lesson in lessons:
        await move(db, tools, lesson.address, channel, lesson.user)


async def join(db: Connection, dialect: str, tools: Tools, now: datetime) -> int:
    """Receipts that came before we knew what they were for, now that we do; how many."""
    receipts = [_load(kept) for kept in await orphans.found(db, now)]
    await record(db, dialect, tools, receipts, now)
    return len(receipts)


def _row(receipt: Receipt, now: datetime) -> dict[str, Any]:
    known = {"provider_id": receipt.provider_id, "state": receipt.state, "delivery": receipt.delivery}
    return {**known, "seen_at": now, "receipt": _dump(receipt)}


def _dump(receipt: Receipt) -> str:
    charge = receipt.charge
    return json.dumps(
        {
            "channel": receipt.channel,
            "provider_id": receipt.provider_id,
            "state": receipt.state,
            "at": receipt.at.isoformat(),
            "delivery": receipt.delivery,
            "reason": receipt.reason,
            "charge": [charge.category, charge.kind, charge.country, charge.billable] if charge else None,
            "marks": [receipt.unreachable, receipt.unwanted, receipt.shut, receipt.rest],
        }
    )


def _load(kept: str) -> Receipt:
    value = json.loads(kept)
    charge = Charge(*value["charge"]) if value["charge"] else None
    at = datetime.fromisoformat(value["at"])
    return Receipt(value["channel"], value["provider_id"], value["state"], at, value["delivery"], value["reason"], charge, *value["marks"])
