"""What officers do with a campaign: approve, start, pause, go on, cancel; each once, of exactly what they saw, with a row in the audit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from console.campaign_states import DONE_SAID, REFUSED
from console.campaigns import PATH, found, judge, show
from console.pages import post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from console.words import word_for
from locales import Text, _
from storage import campaigns, news
from storage.campaigns import Campaign, Stale
from storage.campaigns_acts import Act
from storage.campaigns_acts import Refused as NotNow
from storage.writer import Connection

JUDGED = ("approve", "start")  # only without a fault
STALE = Refused(
    409,
    _("Somebody changed this campaign meanwhile"),
    _("Nothing of what you sent was done."),
    _("Open the campaign again, look at how it stands now, and go on from there."),
)


def does(doing: str) -> Callable[[Visit], Awaitable[web.Response]]:
    """The page that does it."""

    async def page(visit: Visit) -> web.Response:
        campaign, sent = await found(visit), await visit.form("version")
        if sent["version"] != str(campaign.version):
            raise STALE
        if doing in JUDGED and (judged := await judge(visit, campaign)).faults:
            return await show(visit, campaign, 422, wrong=_("It has faults; mend them first."), judged=judged)
        await act(visit, lambda db: _act(db, visit, campaign, doing))
        return visit.go(f"{PATH}/{campaign.id}", DONE_SAID[doing])

    return page


async def act(visit: Visit, work: Callable[[Connection], Awaitable[Campaign]]) -> Campaign:
    """Runs an act of storage, which writes its own row of the audit; every open page hears of it."""

    async def audited(db: Connection) -> Campaign:
        done = await work(db)
        visit.recorded()
        return done

    try:
        return await visit.write(audited, news_at=[news.QUEUED])
    except Stale:
        raise STALE from None
    except NotNow as refused:
        raise Refused(409, _("This cannot be done now"), _why(refused), _("Nothing was changed.")) from None


def _why(refused: NotNow) -> Text:
    why = word_for(REFUSED, refused.why)
    return why if isinstance(why, Text) else REFUSED["role"]


async def _act(db: Connection, visit: Visit, campaign: Campaign, doing: str) -> Campaign:
    fresh = await campaigns.by_id(db, visit.branch, campaign.id, lock=True)
    if fresh is None or fresh.version != campaign.version:
        raise Stale
    done: Campaign = await getattr(Act(db, visit.desk.database.tools, visit.officer, visit.now), doing)(fresh)
    return done


async def again(visit: Visit) -> web.Response:
    """A draft of the same words, for those whom it failed to reach or never tried."""
    campaign = await found(visit)
    made = await act(visit, lambda db: Act(db, visit.desk.database.tools, visit.officer, visit.now).again(campaign))
    return visit.go(f"{PATH}/{made.id}", _("A draft for those whom it did not reach. It must be approved like any other."))


PAGES = [
    post(f"{PATH}/{{number}}/again", again, Policy.WRITE),
    post(f"{PATH}/{{number}}/approve", does("approve"), Policy.APPROVE),
    *(post(f"{PATH}/{{number}}/{doing}", does(doing), Policy.RUN) for doing in ("start", "pause", "resume", "cancel")),
]
