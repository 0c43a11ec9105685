"""What a platform says of what we sent: receipts move a delivery forward, never back, whatever order or number they come in."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from storage import accounts, charges, orphans
from storage.changes import Tools, table_of
from storage.charges import Charge, Counted
from storage.contacts import AddressRow
from storage.deliveries import DELIVERIES
from storage.identities import phone_indexes
from storage.merging import move
from storage.preferences import prefer
from storage.prepared import Prepared, among
from storage.progress import Progress, Receipt, follow
from storage.windows import DAY, close
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)


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
        if receipt.charge and change.bill(receipt):
            counts[receipt.at.date(), receipt.channel, receipt.charge] += 1
    different = sorted({change.id: change for change in changes.values()}.values(), key=lambda change: change.id)
    await _write(db, different)
    await charges.count(db, dialect, counts)
    await orphans.keep(db, dialect, unknown)
    lessons: dict[str, Lesson] = {}
    for change in different:
        for receipt in change.receipts:
            await _heed(db, tools, change, receipt)
            if receipt.state == "delivered" and _was_a_number(tools, change.address, receipt):
                lessons[change.address] = Lesson(change.address, receipt.user)
    return list(lessons.values())


async def _find(db: Connection, receipts: Sequence[Receipt]) -> dict[int | str | None, Progress]:
    """The deliveries meant, by our id or by the platform's, locked in one order for all processes."""
    ours = {receipt.delivery for receipt in receipts if receipt.delivery is not None}
    theirs = {receipt.provider_id for receipt in receipts if receipt.delivery is None}
    found: dict[int | str | None, Progress] = {}
    for wanted, statement in ((ours, _BY_OURS), (theirs, _BY_THEIRS)):
        if wanted:
            for row in await db.rows(statement, {"wanted": sorted(wanted)}):
                change = found.get(row.id) or Progress(*row)
                found[change.id] = change
                if change.provider_id is not None:
                    found[change.provider_id] = change
    return found


_COLUMNS = [DELIVERIES.c[name] for name in ("id", "address", "resent", "state", "provider_id", "category")]
_FOUND = select(*_COLUMNS).order_by(DELIVERIES.c.id).with_for_update()
_BY_OURS, _BY_THEIRS = (Prepared(_FOUND.where(among(column, "wanted"))) for column in (DELIVERIES.c.id, DELIVERIES.c.provider_id))
_THIS = update(DELIVERIES).where(DELIVERIES.c.id == bindparam("id_"))
_NAMED = _THIS.values(provider_id=bindparam("provider_"), category=bindparam("category_"))
_NAME = Prepared(_NAMED)
_MOVE = Prepared(_NAMED.values(state=bindparam("state_"), reason=bindparam("reason_"), done_at=bindparam("at_")))


async def _write(db: Connection, changes: Sequence[Progress]) -> None:
    moved, named = [], []
    for change in changes:
        row: dict[str, Any] = {"id_": change.id, "provider_": change.provider_id, "category_": change.category}
        if change.receipts:
            last = change.receipts[-1]
            moved.append(row | {"state_": change.state, "reason_": last.reason if change.state == "failed" else None, "at_": last.at})
        elif change.named:
            named.append(row)
    if moved:
        await db.for_each(_MOVE, moved)
    if named:
        await db.for_each(_NAME, named)


async def _heed(db: Connection, tools: Tools, change: Progress, receipt: Receipt) -> None:
    """What a receipt tells of the person and of us, beside what it tells of the message."""
    if receipt.unreachable and change.state == "failed":
        await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == change.address).values(unreachable=receipt.reason))
    if receipt.unwanted:
        await prefer(db, tools, change.address, wants=False, at=receipt.at)
    if receipt.shut:
        await close(db, [change.address])
    if receipt.rest:
        await accounts.pause(db, receipt.channel, receipt.at + DAY, receipt.reason or "")


def _was_a_number(tools: Tools, address: str, receipt: Receipt) -> bool:
    """Sent to a number, and now we hear whose it is."""
    return bool(receipt.user and receipt.phone) and address in phone_indexes(tools, receipt.channel, receipt.phone)


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


__all__ = ["Charge", "Lesson", "Receipt", "follow", "join", "learn", "record"]
