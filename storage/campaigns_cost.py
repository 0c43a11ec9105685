"""What a campaign will be billed for on WhatsApp, as far as it can be known: how many messages of which category to where."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from storage import audiences, charges, templates
from storage.audiences import CONTACTS
from storage.campaigns import APPROACHES, Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_reach import SHUT, often, scored
from storage.writer import Connection

LATELY = timedelta(days=90)  # of which what was billed is looked at
CHANNEL = "whatsapp"


@dataclass(frozen=True, slots=True)
class Cost:
    """Messages outside the window, which the platform bills by category and country.

    `country` is the destination ("" where nobody said it); the platform goes by the number's. `billed` of `counted` messages of this
    category went there lately and were billed, as the platform told it. No price list is known here, so none is multiplied with.
    """

    country: str
    category: str
    messages: int
    billed: int
    counted: int


async def estimate(db: Connection, campaign: Campaign, file: CampaignFile, now: datetime) -> list[Cost]:
    """Most messages first. Nothing where only channels without a price are written to, or no template goes with it."""
    if file.template is None or CHANNEL not in file.audience.channels:
        return []
    categories = {one.language: one.category for one in await templates.every(db) if one.name == file.template.name}
    columns = (CONTACTS.c.id, CONTACTS.c.opted_out_at, func.coalesce(CONTACTS.c.country, "").label("country"), CONTACTS.c.language)
    fit = audiences.fits(file.audience, campaign.branch, now)
    people = scored(columns, file.audience.channels, now, chunk=False).where(fit).subquery("people")
    known = people.outerjoin(APPROACHES, APPROACHES.c.contact_id == people.c.id)
    too_often = often(int(now.timestamp()), file)
    would = people.c.opted_out_at.is_(None), people.c.score == SHUT, or_(too_often.is_(None), ~too_often)
    counted = select(people.c.country, people.c.language, func.count().label("many")).select_from(known).where(*would)
    found: Counter[tuple[str, str]] = Counter()
    for row in await db.execute(counted.group_by(people.c.country, people.c.language)):
        found[row.country, categories.get(row.language, "")] += row.many
    told = await charges.counted(db, (now - LATELY).date())
    return [_cost(country, category, many, told) for (country, category), many in found.most_common()]


def _cost(country: str, category: str, messages: int, told: charges.Counted) -> Cost:
    lately = [
        (charge.billable, many)
        for (_day, channel, charge), many in told.items()
        if (channel, charge.category, charge.country) == (CHANNEL, category, country)
    ]
    return Cost(country, category, messages, sum(many for billable, many in lately if billable), sum(many for _billable, many in lately))
