"""From the list of recipients to the outbox, only as much as can go soon: what each gets is decided at that moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, select, update

from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns import APPROACHES, CAMPAIGNS, RECIPIENTS, UNDER_WAY, WAITING
from storage.campaigns_decide import Person, decide, rank
from storage.campaigns_kit import Kit
from storage.campaigns_pages import Known
from storage.campaigns_reach import NEWEST, stopped
from storage.changes import insert_into
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.deliveries import DELIVERIES
from storage.interests import INTERESTS
from storage.prepared import Prepared, among, inserting
from storage.reminders import REFUSALS
from storage.writer import Connection


@dataclass(frozen=True, slots=True)
class Handed:
    """How many were looked at, and the deliveries that were made."""

    looked_at: int
    deliveries: list[int]


_COMES = Prepared(
    select(
        RECIPIENTS.c.contact_id,
        CONTACTS.c.id.label("there"),
        *(CONTACTS.c[name] for name in ("language", "country", "branch", "erased_at")),
        case(*stopped(CONTACTS.c.id, CONTACTS.c.opted_out_at)).label("stopped"),
        *(APPROACHES.c[name] for name in NEWEST),
        REFUSALS.c.campaign.label("refused"),
    )
    .outerjoin(CONTACTS, CONTACTS.c.id == RECIPIENTS.c.contact_id)
    .outerjoin(APPROACHES, APPROACHES.c.contact_id == RECIPIENTS.c.contact_id)
    .outerjoin(REFUSALS, and_(REFUSALS.c.contact_id == RECIPIENTS.c.contact_id, REFUSALS.c.campaign == bindparam("parent_")))
    .where(RECIPIENTS.c.campaign == bindparam("campaign_"), RECIPIENTS.c.channel == bindparam("channel_"), RECIPIENTS.c.state == WAITING)
    .where(RECIPIENTS.c.due <= bindparam("due_"))
    .order_by(RECIPIENTS.c.due, RECIPIENTS.c.contact_id)
    .limit(bindparam("most_", type_=Integer()))
)
_REACHABLE = Prepared(
    select(*(ADDRESSES.c[name] for name in ("id", "contact_id", "channel", "external", "window_until")))
    .where(among(ADDRESSES.c.contact_id, "contacts_"), ADDRESSES.c.unreachable.is_(None))
    .order_by(ADDRESSES.c.created_at)
)


async def hand_over(db: Connection, kit: Kit, channel: str, most: int, now: datetime) -> Handed:
    """Up to `most` whose turn has come go into the outbox, are skipped for a reason, or wait for their morning."""
    mine = select(CAMPAIGNS.c.state).where(CAMPAIGNS.c.id == kit.campaign.id).with_for_update()
    if (await db.execute(mine)).scalar() not in UNDER_WAY:
        return Handed(0, [])
    people = await _turn_has_come(db, kit, channel, most, now)
    if not people:
        return Handed(0, [])
    await _complete(db, kit, people, now)
    sent, rows, changes = [], [], []
    for person in people:
        change, row = decide(kit, person, now)
        changes.append(change)
        if row:
            rows.append(row)
            sent.append({"id_": person.row.contact_id})
    await _write(db, kit, changes, rows, sent, now)
    return Handed(len(people), [row["id"] for row in rows])


async def _turn_has_come(db: Connection, kit: Kit, channel: str, most: int, now: datetime) -> list[Person]:
    given = {"campaign_": kit.campaign.id, "parent_": kit.campaign.parent, "channel_": channel, "due_": int(now.timestamp()), "most_": most}
    return [Person(row) for row in await db.rows(_COMES, given)]


async def _complete(db: Connection, kit: Kit, people: Sequence[Person], now: datetime) -> None:
    """Their best address, and what their fields say."""
    by_id = {person.row.contact_id: person for person in people}
    for address in await db.rows(_REACHABLE, {"contacts_": list(by_id)}):
        person = by_id[address.contact_id]
        wanted = address.channel in kit.file.audience.channels
        if wanted and (person.address is None or rank(address, now) >= rank(person.address, now)):
            person.address = address
    if used := kit.file.used():
        for contact, known in (await facts_of(db, list(by_id), ends="ends_on" in used)).items():
            by_id[contact].known = known


async def facts_of(db: Connection, contacts: Sequence[int], *, ends: bool) -> dict[int, Known]:
    """The name people left, and until when lists of members say that they are covered."""
    left = select(INTERESTS.c.contact_id, INTERESTS.c.name, INTERESTS.c.nik_index).where(INTERESTS.c.contact_id.in_(contacts))
    rows = (await db.execute(left.order_by(INTERESTS.c.id))).all()
    days: dict[str, Any] = {}
    niks = [row.nik_index for row in rows if row.nik_index]
    if ends and niks:
        listed = select(MEMBERS.c.nik_index, MEMBERS.c.ends_on).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
        newest = listed.where(MEMBERS.c.nik_index.in_(niks), ROSTERS.c.state == LIVE).order_by(ROSTERS.c.as_of, ROSTERS.c.id)
        days = {row.nik_index: row.ends_on for row in await db.execute(newest)}
    return {row.contact_id: Known(row.name, days.get(row.nik_index)) for row in rows}


_CHANGE = Prepared(
    update(RECIPIENTS)
    .where(RECIPIENTS.c.campaign == bindparam("campaign_"), RECIPIENTS.c.contact_id == bindparam("contact_"))
    .values(
        state=bindparam("state_"),
        reason=bindparam("reason_"),
        due=bindparam("due_"),
        delivery=bindparam("delivery_"),
        channel=case((bindparam("channel_") == "", RECIPIENTS.c.channel), else_=bindparam("channel_")),
    )
)


async def _write(
    db: Connection, kit: Kit, changes: list[dict[str, Any]], rows: list[dict[str, Any]], sent: list[Any], now: datetime
) -> None:
    await db.for_each(_CHANGE, [change | {"campaign_": kit.campaign.id} for change in changes])
    if not rows:
        return
    await db.for_each(inserting(DELIVERIES, tuple(rows[0])), rows)
    moment = {"last": int(now.timestamp()), "second": 0, "third": 0, "fourth": 0}
    await db.for_each(_approached(kit.dialect), [{"contact_id": one["id_"], **moment} for one in sorted(sent, key=lambda one: one["id_"])])


@cache
def _approached(dialect: str) -> Prepared:
    """One more message to a contact: the last four are known."""
    fresh = insert_into(APPROACHES, dialect)
    older = {"fourth": APPROACHES.c.third, "third": APPROACHES.c.second, "second": APPROACHES.c.last, "last": fresh.excluded.last}
    return Prepared(fresh.on_conflict_do_update(index_elements=["contact_id"], set_=older), ("contact_id", *NEWEST))
