"""Campaigns: the list of them, and each with its words, whom it goes to, how far it is, and what may be done with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web

from console import campaign_audience, campaign_extras
from console.campaign_common import common, words
from console.campaign_progress import progress
from console.campaign_shown import phones
from console.campaign_states import STATES
from console.lists import Filter, asked, listing
from console.pages import get
from console.policies import Policy
from console.visit import Visit
from locales import _
from storage import attachments, audit, campaigns, campaigns_cost, campaigns_count, officers, templates
from storage.campaigns import APPROVED, DRAFT, PLANNING, STANDING, Campaign
from storage.campaigns_check import Checked, check
from storage.campaigns_file import CampaignFile, load
from storage.templates import Template
from storage.writer import Connection

PATH, PAGE = "/desk/campaigns", 20
PLANNED, COMING = (DRAFT, APPROVED, PLANNING, STANDING), 100  # states before the first message, and how many are looked at
EDITIONS = 20  # of a campaign that repeats, on its page
FILTER = Filter("state", _("State"), STATES)


async def every(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, FILTER)
    found = await visit.read(
        lambda db: campaigns.find(db, visit.branch, states=wanted.chosen["state"], before=wanted.number_after, most=PAGE)
    )
    planned = await visit.read(lambda db: campaigns.find(db, visit.branch, states=PLANNED, most=COMING))
    under_way = [one for one in found[:PAGE] if one.started_at and one.state != STANDING]
    return visit.show(
        "campaigns.html",
        listing=listing(wanted, found, PAGE, lambda one: one.id),
        here=wanted.address(after=wanted.after),
        coming=[] if wanted.is_narrowed or wanted.after else coming(visit, planned),
        progress={one.id: await progress(visit, one) for one in under_way},
        **words(visit),
    )


def coming(visit: Visit, planned: list[Campaign]) -> list[tuple[datetime, Campaign]]:
    """What begins on a day to come, the next first."""
    begins = [(one.begins_at or load(one.content).schedule.at, one) for one in planned]
    return sorted(((at, one) for at, one in begins if at and at > visit.now), key=lambda pair: (pair[0], pair[1].id))


async def one(visit: Visit) -> web.Response:
    campaign = await found(visit)
    return await show(visit, campaign, judged=await judge(visit, campaign) if "look" in visit.request.query else None)


async def approval(visit: Visit) -> web.Response:
    """The page an approver comes to from their chat: all of it, and one decision."""
    campaign = await found(visit)
    return await show(visit, campaign, approving=True, judged=await judge(visit, campaign))


async def checked(visit: Visit) -> web.Response:
    """Its faults and its audience as they are now, and with them what may be done: fetched by the page, since counting takes a moment."""
    campaign = await found(visit)
    file = load(campaign.content)
    costs = await visit.read(lambda db: campaigns_cost.estimate(db, campaign, file, visit.now))
    judged = await judge(visit, campaign)
    return visit.show("campaign_check.html", campaign=campaign, content=file, judged=judged, costs=costs, **common(visit, campaign))


async def show(visit: Visit, campaign: Campaign, status: int = 200, **more: Any) -> web.Response:
    file = load(campaign.content)
    values = {
        "content": file,
        "clauses": await campaign_audience.clauses(visit, file.audience),
        "phones": phones(visit.desk.outreach, file, await visit.read(visit.desk.outreach.around), await of_whatsapp(visit, file)),
        "progress": await progress(visit, campaign) if campaign.started_at else None,
        "extras": campaign_extras.told(file),
        **await visit.read(lambda db: _beside(db, visit, campaign, file)),
        "approving": False,
        "wrong": None,
        "judged": None,
        "costs": [],
    }
    if more.get("judged"):
        values["costs"] = await visit.read(lambda db: campaigns_cost.estimate(db, campaign, file, visit.now))
    return visit.show("campaign.html", status, campaign=campaign, **common(visit, campaign), **(values | more))


async def _beside(db: Connection, visit: Visit, campaign: Campaign, file: CampaignFile) -> dict[str, Any]:
    """What else the page tells of it: who did what, what goes with it, when it happened so far."""
    return {
        "history": await audit.find(db, visit.branch, audit.Wanted(subject=campaign.subject), 30),
        "people": await _names(db, campaign),
        "editions": await campaigns.editions(db, campaign.id, most=EDITIONS) if file.repeat else [],
        "attached": await attachments.by_id(db, visit.branch, file.attachment) if file.attachment else None,
    }


async def now(visit: Visit) -> web.Response:
    """How it stands at this moment: the part of the page that fetches itself."""
    campaign = await found(visit)
    told = await progress(visit, campaign) if campaign.started_at else None
    return visit.show("campaign_now.html", campaign=campaign, progress=told, **common(visit, campaign))


async def found(visit: Visit) -> Campaign:
    """Another branch's campaign is not found, like one that never was."""
    number = visit.number("number")
    campaign = await visit.read(lambda db: campaigns.by_id(db, visit.branch, number))
    if campaign is None:
        raise web.HTTPNotFound
    return campaign


async def of_whatsapp(visit: Visit, file: CampaignFile) -> dict[str, Template]:
    """The languages of its template."""
    if file.template is None:
        return {}
    name = file.template.name
    return {one.language: one for one in await visit.read(templates.every) if one.name == name}


async def judge(visit: Visit, campaign: Campaign, *, links: bool = True) -> Checked:
    """Its faults, and its audience as it is now, counted a piece at a time. `links`: try them too, which takes some seconds at most."""
    file = load(campaign.content)
    dead = await visit.desk.outreach.dead(file) if links else ()
    people = await campaigns_count.live(visit.desk.database, campaign, file, visit.now)

    async def work(db: Connection) -> Checked:
        around = replace(await visit.desk.outreach.around(db), dead=dead)
        return await check(db, campaign, around, visit.now, people)

    return await visit.read(work)


async def _names(db: Connection, campaign: Campaign) -> dict[str, str]:
    """Who signs in with these names."""
    logins = [login for login in (campaign.author, campaign.approver) if login]
    known = [await officers.by_login(db, login) for login in logins]
    return {one.login: one.name for one in known if one}


PAGES = [
    get(PATH, every, Policy.CAMPAIGNS),
    get(f"{PATH}/{{number}}", one, Policy.CAMPAIGNS),
    get(f"{PATH}/{{number}}/now", now, Policy.CAMPAIGNS),
    get(f"{PATH}/{{number}}/approve", approval, Policy.APPROVE),
    get(f"{PATH}/{{number}}/check", checked, Policy.CAMPAIGNS),
]
