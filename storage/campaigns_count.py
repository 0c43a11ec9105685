"""Who would get a campaign, counted without writing anything: by channel, and by the reason why somebody would not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from storage import audiences
from storage.audiences import CONTACTS
from storage.campaigns import APPROACHES, Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_reach import DEAD, FREE, OPEN, SHUT, often, scored, stopped
from storage.database import Database
from storage.reminders import REFUSALS
from storage.writer import Connection

PIECE = 20_000  # contacts looked at in one transaction: some hundredths of a second

People = Mapping[tuple[str, str], int]  # {(channel, why not): people}; an empty reason is who would get it


async def count(db: Connection, campaign: Campaign, file: CampaignFile, now: datetime) -> People:
    """The audience as it is now, in one look."""
    return {(row.channel, row.reason): row.many for row in await db.execute(_counted(campaign, file, now, chunk=False))}


async def live(database: Database, campaign: Campaign, file: CampaignFile, now: datetime) -> People:
    """The same a piece at a time, so that nobody else waits while a million people are looked at. `campaign` may be kept nowhere."""
    counted, after = _counted(campaign, file, now, chunk=True), 0
    found: Counter[tuple[str, str]] = Counter()

    async def piece(db: Connection) -> int | None:
        nearest = select(CONTACTS.c.id).where(CONTACTS.c.id > after).order_by(CONTACTS.c.id).limit(PIECE).subquery()
        until: int | None = (await db.execute(select(func.max(nearest.c.id)))).scalar()
        if until is not None:
            for row in await db.execute(counted, {"after_": after, "until_": until}):
                found[row.channel, row.reason] += row.many
        return until

    while (until := await database.writer.read(piece)) is not None:
        after = until
    return found


def _counted(campaign: Campaign, file: CampaignFile, now: datetime, *, chunk: bool) -> Select[Any]:
    columns = (CONTACTS.c.id, CONTACTS.c.opted_out_at)
    fit = audiences.fits(file.audience, campaign.branch, now)
    people = scored(columns, file.audience.channels, now, chunk=chunk).where(fit).subquery("people")
    known = people.outerjoin(APPROACHES, APPROACHES.c.contact_id == people.c.id)
    known = known.outerjoin(REFUSALS, and_(REFUSALS.c.contact_id == people.c.id, REFUSALS.c.campaign == campaign.id))
    reason = case(
        *stopped(people.c.id, people.c.opted_out_at),
        (REFUSALS.c.contact_id.is_not(None), "refused"),
        (func.coalesce(people.c.score, DEAD) == DEAD, "unreachable"),
        *([] if file.template else [(people.c.score == SHUT, "window")]),
        (often(int(now.timestamp()), file), "too_often"),
        else_="",
    )
    channel = case((people.c.score == FREE, "telegram"), (people.c.score.in_((OPEN, SHUT)), "whatsapp"), else_="")
    told = select(channel.label("channel"), reason.label("reason")).select_from(known).subquery()
    return select(told.c.channel, told.c.reason, func.count().label("many")).group_by(told.c.channel, told.c.reason)
