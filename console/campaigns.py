"""Campaigns: the list of them, and each with its words, whom it goes to, how far it is, and what may be done with it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from console import campaign_audience, campaign_extras
from console.account import LANGUAGE_NAMES
from console.campaign_form import FIELD_NAMES
from console.campaign_progress import progress
from console.campaign_shown import phones
from console.campaign_states import BECAME, BECAME_TONES, CATEGORIES, DEEDS, REASONS, STATES, TONES, WHY_PAUSED
from console.campaign_words import what
from console.conversation import SPOKEN
from console.interests_words import country
from console.lists import Filter, asked, listing
from console.pages import get
from console.policies import Policy
from console.times import lasting
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import _, render
from storage import attachments, audit, campaigns, campaigns_cost, officers, templates
from storage.campaigns import APPROVED, CANCELLED, DONE, DRAFT, ENDED, PAUSED, STANDING, UNDER_WAY, Campaign
from storage.campaigns_check import Checked, check
from storage.campaigns_file import CampaignFile, load
from storage.templates import Template
from storage.writer import Connection

PATH, PAGE = "/desk/campaigns", 20
OCCASIONS = 20  # of a campaign that repeats, on its page
FILTER = Filter("state", _("State"), STATES)


async def every(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, FILTER)
    found = await visit.read(
        lambda db: campaigns.find(db, visit.branch, states=wanted.chosen["state"], before=wanted.number_after, most=PAGE)
    )
    under_way = [one for one in found[:PAGE] if one.started_at and one.state != STANDING]
    return visit.show(
        "campaigns.html",
        listing=listing(wanted, found, PAGE, lambda one: one.id),
        here=wanted.address(after=wanted.after),
        progress={one.id: await progress(visit, one) for one in under_way},
        **words(visit),
    )


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
    costs = await visit.read(lambda db: campaigns_cost.estimate(db, campaign, load(campaign.content), visit.now))
    return visit.show("campaign_check.html", campaign=campaign, judged=await judge(visit, campaign), costs=costs, **common(visit, campaign))


async def show(visit: Visit, campaign: Campaign, status: int = 200, **more: Any) -> web.Response:
    file = load(campaign.content)
    history = await visit.read(lambda db: audit.find(db, visit.branch, audit.Wanted(subject=campaign.subject), 30))
    people = await visit.read(lambda db: _names(db, campaign))
    values = {
        "content": file,
        "clauses": await campaign_audience.clauses(visit, file.audience),
        "phones": phones(visit.desk.outreach, file, await visit.read(visit.desk.outreach.around), await of_whatsapp(visit, file)),
        "history": history,
        "people": people,
        "progress": await progress(visit, campaign) if campaign.started_at else None,
        "occasions": await visit.read(lambda db: campaigns.occasions(db, campaign.id, most=OCCASIONS)) if file.repeat else [],
        "attached": await visit.read(lambda db: attachments.by_id(db, visit.branch, file.attachment or 0)) if file.attachment else None,
        "extras": campaign_extras.told(file),
        "approving": False,
        "wrong": None,
        "judged": None,
        "costs": await visit.read(lambda db: campaigns_cost.estimate(db, campaign, file, visit.now)) if more.get("judged") else [],
    }
    return visit.show("campaign.html", status, campaign=campaign, **common(visit, campaign), **(values | more))


def common(visit: Visit, campaign: Campaign) -> dict[str, Any]:
    return words(visit) | {"acts": acts(visit, campaign), "own": campaign.author == visit.officer.login, "repeats": repeats(campaign)}


def repeats(campaign: Campaign) -> bool:
    """Whether what is sent are campaigns of its own, and not itself."""
    return campaign.parent is None and load(campaign.content).repeat is not None


def spoken(visit: Visit) -> dict[str, str]:
    """What the phone's renderer says beside the words of a campaign."""
    return {"language": visit.language, **{name: render(said, visit.language) for name, said in SPOKEN.items()}}


def words(visit: Visit) -> dict[str, Any]:
    return {
        "dialogues": visit.desk.outreach.dialogues,
        "topics": visit.desk.outreach.topics,
        "spoken": spoken(visit),
        "states": STATES,
        "tones": TONES,
        "why_paused": WHY_PAUSED,
        "deeds": DEEDS,
        "became": BECAME,
        "became_tones": BECAME_TONES,
        "reasons": REASONS,
        "channels": CHANNELS,
        "country": country,
        "categories": CATEGORIES,
        "languages": LANGUAGE_NAMES,
        "fields": FIELD_NAMES,
        "lasting": lasting,
        "percent": lambda share: percent(share, visit.language),
        "what": what,
        "word_for": word_for,
    }


def acts(visit: Visit, campaign: Campaign) -> set[str]:
    """What this officer may do with it as it stands."""
    state = campaign.state
    may = {
        "edit": visit.may(Policy.WRITE) and state in (DRAFT, APPROVED),
        "ask": visit.may(Policy.WRITE) and state == DRAFT,
        "approve": visit.may(Policy.APPROVE) and state == DRAFT and campaign.author != visit.officer.login,
        "start": visit.may(Policy.RUN) and state == APPROVED,
        "pause": visit.may(Policy.RUN) and state in (STANDING, *UNDER_WAY),
        "resume": visit.may(Policy.RUN) and state == PAUSED,
        "again": visit.may(Policy.WRITE) and state in ENDED,
        "save": visit.may(Policy.WRITE),
        "cancel": visit.may(Policy.RUN) and state not in (DONE, CANCELLED),
    }
    return {name for name, allowed in may.items() if allowed}


def percent(share: float, language: str) -> str:
    """As a share is written in a language."""
    return f"{decimal(share * 100, language).removesuffix(decimal(0.0, language)[1:])} %"


def decimal(value: float, language: str, sign: str = "") -> str:
    """With one digit behind the point, or the comma."""
    return f"{value:{sign}.1f}".replace(".", "," if language == "id" else ".")


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


async def judge(visit: Visit, campaign: Campaign) -> Checked:
    """Its faults, and its audience as it is now."""

    async def work(db: Connection) -> Checked:
        return await check(db, campaign, await visit.desk.outreach.around(db), visit.now)

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
