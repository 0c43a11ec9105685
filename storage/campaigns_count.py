"""Who would get a campaign, counted without writing anything: by channel, and by the reason why somebody would not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func, select

from storage import audiences
from storage.audiences import CONTACTS
from storage.campaigns import APPROACHES, Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_plan import DEAD, FREE, OPEN, SHUT, often, scored
from storage.writer import Connection


async def count(db: Connection, campaign: Campaign, file: CampaignFile, now: datetime) -> Mapping[tuple[str, str], int]:
    """The audience as it is now: {(channel, why not): people}; an empty reason is who would get it. Nothing is written."""
    columns = (CONTACTS.c.id, CONTACTS.c.opted_out_at)
    fit = audiences.fits(file.audience, campaign.branch, now)
    people = scored(columns, file.audience.channels, now, chunk=False).where(fit).subquery("people")
    reason = case(
        (people.c.opted_out_at.is_not(None), "opted_out"),
        (func.coalesce(people.c.score, DEAD) == DEAD, "unreachable"),
        *([] if file.template else [(people.c.score == SHUT, "window")]),
        (often(int(now.timestamp()), file), "too_often"),
        else_="",
    )
    channel = case((people.c.score == FREE, "telegram"), (people.c.score.in_((OPEN, SHUT)), "whatsapp"), else_="")
    known = people.outerjoin(APPROACHES, APPROACHES.c.contact_id == people.c.id)
    told = select(channel.label("channel"), reason.label("reason")).select_from(known).subquery()
    counted = select(told.c.channel, told.c.reason, func.count().label("many")).group_by(told.c.channel, told.c.reason)
    return {(row.channel, row.reason): row.many for row in await db.execute(counted)}
