"""The overview: who needs an answer now, today against a usual day, what checks found, campaigns under way, and what is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from console import emergencies
from console.campaign_progress import Progress, progress
from console.campaign_states import STATES
from console.campaign_states import TONES as CAMPAIGN_TONES
from console.charts import Bar, Drawn, bars
from console.pages import get
from console.policies import Policy, may
from console.visit import Visit
from console.words import CHANNELS, CHECK_RESULTS, INTEREST_STATES, REASONS, word_for
from storage import campaigns
from storage.campaigns import PAUSED, UNDER_WAY, Campaign
from storage.overview import NOTHING, Overview, Past, States, lately, past
from storage.overview import overview as look

TONES = {"covered": "good", "only_jkm": "good", "not_started": "other", "ends_soon": "waits", "ended": "bad", "not_covered": "bad"}
STATE_TONES = {"new": "waits", "registered": "good"}
CAMPAIGNS = 5  # shown, newest first
PATIENCE = 0.1  # seconds a page waits for a long count
LATE = 300  # seconds a message may wait to be sent


async def overview(visit: Visit) -> web.Response:
    found, counting = await _found(visit)
    return visit.show(
        "overview.html",
        found=found,
        counting=counting,
        emergencies=await emergencies.unread(visit),
        late=[channel for channel in found.channels if _is_late(visit, channel.waiting_since)],
        checks=_checks(found),
        interests=_interests(found),
        campaigns=await _campaigns(visit),
        states=STATES,
        state_tones=CAMPAIGN_TONES,
        reasons=REASONS,
        channels=CHANNELS,
        word_for=word_for,
    )


async def _found(visit: Visit) -> tuple[Overview, bool]:
    """The figures, and whether the long ones are still being counted: the page then fetches itself again, and nobody waits for it.

    What is counted over weeks, or over all messages of a day, is kept for a while: an open overview fetches itself at each piece of news.
    """
    branch, midnight = visit.branch, _midnight(visit)
    before, sent = await asyncio.gather(
        visit.desk.past.get((branch, midnight), _past(visit), PATIENCE),
        visit.desk.sent.get(branch, _sent(visit), PATIENCE),
    )
    found = await visit.read(lambda db: look(db, branch, midnight, before or NOTHING, sent or {}))
    return found, before is None or sent is None


def prepare(visit: Visit) -> None:
    """Who is about to sign in will look here first: it is counted while they type their code."""
    if may(visit.officer.role, Policy.OVERVIEW):
        visit.desk.past.prepare((visit.branch, _midnight(visit)), _past(visit))
        visit.desk.sent.prepare(visit.branch, _sent(visit))


def _past(visit: Visit) -> Callable[[], Awaitable[Past]]:
    return lambda: visit.read(lambda db: past(db, visit.branch, _midnight(visit)))


def _sent(visit: Visit) -> Callable[[], Awaitable[States]]:
    return lambda: visit.read(lambda db: lately(db, visit.branch, visit.now))


async def _campaigns(visit: Visit) -> list[tuple[Campaign, Progress]]:
    """Those under way, and how far each is."""
    if not visit.may(Policy.CAMPAIGNS):
        return []
    found = await visit.read(lambda db: campaigns.find(db, visit.branch, states=(*UNDER_WAY, PAUSED), most=CAMPAIGNS))
    return [(one, await progress(visit, one)) for one in found[:CAMPAIGNS]]


def _midnight(visit: Visit) -> datetime:
    zone = ZoneInfo(visit.officer.zone)
    return datetime.combine(visit.now.astimezone(zone).date(), time(), zone)


def _is_late(visit: Visit, since: datetime | None) -> bool:
    return since is not None and (visit.now - since).total_seconds() > LATE


def _checks(found: Overview) -> list[Drawn]:
    known = [code for code in CHECK_RESULTS if code in found.checks]
    codes = [*known, *(code for code in sorted(found.checks) if code not in CHECK_RESULTS)]
    return bars(
        [Bar(word_for(CHECK_RESULTS, code), found.checks[code], TONES.get(code, "other"), f"/desk/people?check={code}") for code in codes]
    )


def _interests(found: Overview) -> list[Drawn]:
    return bars(
        [
            Bar(words, found.interests.get(state, 0), STATE_TONES.get(state, "other"), f"/desk/interests?state={state}")
            for state, words in INTEREST_STATES.items()
        ]
    )


PAGES = [get("/desk", overview, Policy.OVERVIEW)]
