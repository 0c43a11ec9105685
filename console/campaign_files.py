"""Campaigns as files: taken along, and sent in as a new draft."""

from __future__ import annotations

from aiohttp import hdrs, web

from console import uploads
from console.campaign_acts import act
from console.campaign_toml import dump
from console.campaigns import PATH, found
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Written, _
from storage import campaigns_file
from storage.campaigns_acts import Act
from storage.campaigns_file import Broken, load

LARGEST, TOLD = 256 << 10, 30  # bytes of a file; slips that are shown
TOO_LARGE = Refused(413, _("This file is too large"), _("A campaign is a few lines. Nothing was kept."))


async def take_along(visit: Visit) -> web.Response:
    campaign = await found(visit)
    response = web.Response(text=dump(load(campaign.content)), content_type="application/toml", charset="utf-8")
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="campaign-{campaign.id}.toml"'
    return response


async def choose(visit: Visit) -> web.Response:
    return visit.show("campaign_file.html", slips=[])


async def send_in(visit: Visit) -> web.Response:
    """Its slips, all at once and each with its line; else a draft, which may still have faults."""
    try:
        upload = await uploads.take(visit.request, LARGEST)
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    try:
        file = campaigns_file.read(upload.content.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError):
        return visit.show("campaign_file.html", 422, slips=[_("This is no campaign: it must be a text file (UTF-8).")])
    except Broken as broken:
        return visit.show("campaign_file.html", 422, slips=[Written({"en": slip}) for slip in broken.slips[:TOLD]])
    made = await act(visit, lambda db: Act(db, visit.desk.database.tools, visit.officer, visit.now).draft(visit.branch, file))
    return visit.go(f"{PATH}/{made.id}", _("Kept as a draft. Nobody gets it before a colleague approves it."))


PAGES = [
    get(f"{PATH}/file", choose, Policy.WRITE),
    post(f"{PATH}/file", send_in, Policy.WRITE),
    get(f"{PATH}/{{number}}/file", take_along, Policy.CAMPAIGNS),
]
