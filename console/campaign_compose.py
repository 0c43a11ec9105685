"""The composer: words in each language, buttons, audience and schedule at the left; the screens, the people and the faults beside, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from console import campaign_audience, campaign_form
from console.campaign_acts import STALE, act
from console.campaign_common import words
from console.campaign_extras import ANSWERS, MOVES, REPEATS
from console.campaign_form import BUTTONS, DEFAULT
from console.campaign_reading import Typed
from console.campaign_shown import phones
from console.campaigns import PATH, found, judge, of_whatsapp
from console.conversation import number
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import FORM_FIELD, Visit, tidy
from locales import Text, _
from storage import attachments, audiences_saved, campaigns, templates
from storage.campaigns import APPROVED, DRAFT, Campaign
from storage.campaigns_acts import Act
from storage.campaigns_check import Checked
from storage.campaigns_file import CampaignFile, load
from storage.templates import GONE
from storage.writer import Connection

SETTLED = Refused(
    409,
    _("It cannot be changed any more"),
    _("It was started or cancelled. What people got stays as it was."),
    _("Write a new campaign; take this one along as a file and send that in, if you want to begin with its words."),
)


async def new(visit: Visit) -> web.Response:
    """From nothing, or with the people of a kept audience."""
    wanted = number(visit.request.query.get("audience", ""))
    kept = await visit.read(lambda db: audiences_saved.saved(db, visit.branch)) if wanted else []
    audience = next((one.audience for one in kept if one.id == wanted), DEFAULT.audience)
    return await _page(visit, None, campaign_form.typed(DEFAULT.model_copy(update={"audience": audience}), _zone(visit)))


async def keep(visit: Visit) -> web.Response:
    typed = await _typed(visit)
    file, wrong = campaign_form.read(typed, _zone(visit))
    if wrong:
        return await _page(visit, None, typed, wrong, 422)
    made = await act(visit, lambda db: Act(db, visit.desk.database.tools, visit.officer, visit.now).draft(visit.branch, file))
    return visit.go(f"{PATH}/{made.id}", _("Kept as a draft. Nobody gets it before a colleague approves it."))


async def edit(visit: Visit) -> web.Response:
    campaign = await _open(visit)
    return await _page(visit, campaign, campaign_form.typed(load(campaign.content), _zone(visit)))


async def change(visit: Visit) -> web.Response:
    """Whatever was approved is not approved any more."""
    campaign, typed = await _open(visit), await _typed(visit)
    file, wrong = campaign_form.read(typed, _zone(visit), load(campaign.content))
    if first(typed, "version") != str(campaign.version):
        return await _page(visit, campaign, typed, [CHANGED], 409)
    if wrong:
        return await _page(visit, campaign, typed, wrong, 422)

    async def work(db: Connection) -> Campaign:
        fresh = await campaigns.by_id(db, visit.branch, campaign.id, lock=True)
        if fresh is None or fresh.version != campaign.version:
            raise STALE
        return await Act(db, visit.desk.database.tools, visit.officer, visit.now).edit(fresh, file)

    await act(visit, work)
    said = _("Changed. It must be approved again.") if campaign.state == APPROVED else _("Changed.")
    return visit.go(f"{PATH}/{campaign.id}", said)


async def look(visit: Visit) -> web.Response:
    """What is typed so far, as people would see it, whom it would reach, and what is wrong with it. Nothing is kept."""
    typed = await _typed(visit)
    id_ = number(first(typed, "campaign"))
    before = await visit.read(lambda db: campaigns.by_id(db, visit.branch, id_)) if id_ else None
    file, wrong = campaign_form.read(typed, _zone(visit), load(before.content) if before else None)
    return visit.show("campaign_look.html", **await _looked(visit, before, file, wrong, typed))


CHANGED = _(
    "Somebody changed this campaign meanwhile. What you typed is still in the form: compare it with the campaign, and send it again if it is right."
)


async def _looked(visit: Visit, before: Campaign | None, file: CampaignFile, wrong: Sequence[Text], typed: Typed) -> dict[str, Any]:
    parts = await campaign_audience.parts(visit)
    around = await visit.read(visit.desk.outreach.around)
    return {
        **words(visit),
        **await blanks_of(visit, typed),
        "fresh_blanks": first(typed, "blanks-of") != first(typed, "template"),
        "typed": typed,
        "wrong": wrong,
        "judged": await _judge(visit, before, file),
        "clauses": await campaign_audience.clauses(visit, file.audience, parts),
        "phones": phones(visit.desk.outreach, file, around, await of_whatsapp(visit, file)),
    }


async def _judge(visit: Visit, before: Campaign | None, file: CampaignFile) -> Checked:
    """Links are tried once it is kept: here they would be at each letter that is typed."""
    id_, branch = (before.id, before.branch) if before else (0, visit.branch)
    campaign = Campaign(
        id_, branch, file.name, DRAFT, 0, file.model_dump_json(), "", None, visit.now, *(None,) * 6, cursor=0, paused_because=None
    )
    return await judge(visit, campaign, links=False)


async def _page(visit: Visit, campaign: Campaign | None, typed: Typed, wrong: Sequence[Text] = (), status: int = 200) -> web.Response:
    return visit.show(
        "campaign_compose.html",
        status,
        **words(visit),
        **await blanks_of(visit, typed),
        usable=await _usable(visit),
        files=await visit.read(lambda db: attachments.every(db, visit.branch)),
        campaign=campaign,
        typed=typed,
        wrong=wrong,
        parts=await campaign_audience.parts(visit),
        buttons=BUTTONS,
        answers=ANSWERS,
        repeats=REPEATS,
        moves=MOVES,
        zone=visit.officer.zone,
    )


async def _usable(visit: Visit) -> list[str]:
    """Names of the templates a campaign may use, or may once they are approved."""
    there = await visit.read(templates.every)
    return sorted({one.name for one in there if one.state != GONE and one.category != "authentication"})


async def blanks_of(visit: Visit, typed: Typed) -> dict[str, Any]:
    """What must be filled in the chosen template, and its words in each language."""
    name = first(typed, "template")
    there = [one for one in await visit.read(templates.every) if one.name == name]
    return {
        "blanks": list(dict.fromkeys(blank for one in there for blank in one.blanks)),
        "bodies": {one.language: one.body for one in there},
    }


def first(typed: Typed, name: str) -> str:
    return next(iter(typed.get(name, ())), "")


async def _open(visit: Visit) -> Campaign:
    campaign = await found(visit)
    if campaign.state not in (DRAFT, APPROVED):
        raise SETTLED
    return campaign


async def _typed(visit: Visit) -> Typed:
    """Every field of the form, each with all that was typed or ticked in it."""
    sent = await visit.request.post()
    names = dict.fromkeys(name for name in sent if name != FORM_FIELD)
    return {name: [tidy(value) for value in sent.getall(name) if isinstance(value, str)] for name in names}


def _zone(visit: Visit) -> ZoneInfo:
    return ZoneInfo(visit.officer.zone)


PAGES = [
    get(f"{PATH}/new", new, Policy.WRITE),
    post(f"{PATH}/new", keep, Policy.WRITE),
    post(f"{PATH}/look", look, Policy.WRITE),
    get(f"{PATH}/{{number}}/edit", edit, Policy.WRITE),
    post(f"{PATH}/{{number}}/edit", change, Policy.WRITE),
]
