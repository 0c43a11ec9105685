"""Shows: the officers' desk, a website of server-made pages under /desk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Middleware

from console import (
    account,
    audit_log,
    breach,
    campaign_acts,
    campaign_asks,
    campaign_attachments,
    campaign_compose,
    campaign_files,
    campaign_lists,
    campaign_results,
    campaign_templates,
    campaign_trial,
    campaigns,
    conversation,
    conversation_acts,
    duty,
    emergencies,
    enrol,
    inbox,
    inbox_answers,
    interests,
    interests_one,
    interests_rules,
    members,
    members_ending,
    members_imports,
    missions,
    monitoring,
    monitoring_orders,
    occasions,
    operation,
    overview,
    partner_links,
    partner_page,
    partner_people,
    partners,
    passkeys,
    people,
    people_lists,
    people_rights,
    sign_in,
    staff,
    targets,
)
from console.campaign_house import Outreach
from console.desk import Desk
from console.files import Files
from console.frame import Frame
from console.gate import gate
from console.jobs import Jobs
from console.kept import Kept
from console.live import Live
from console.pages import Entry, get
from console.policies import Policy, Route
from console.visit import Visit
from storage import Database
from storage import sessions as kept
from storage.overview import Past, States

A_DAY = 24 * 3600.0  # seconds
# Every module that has pages; add yours here.
MODULES = (
    *(sign_in, enrol, passkeys, account, overview),
    *(inbox, conversation, conversation_acts, inbox_answers, emergencies, duty),
    *(people, people_lists, people_rights),
    *(interests, interests_one, interests_rules),
    *(members_ending, members_imports, members),
    *(
        campaign_compose,
        campaign_files,
        campaign_templates,
        campaign_lists,
        campaign_attachments,
        campaigns,
        campaign_acts,
        campaign_asks,
        campaign_trial,
        campaign_results,
    ),
    *(partners, partner_links, partner_people, partner_page, occasions),
    *(monitoring, monitoring_orders, targets, missions),
    *(staff, breach, audit_log, operation),
)


class Console:
    """The desk, as `bot` serves it: its routes, what stands before them, and the news that its open pages hear."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        committed: Callable[[set[str]], None],
        *,
        branch: str,
        outreach: Outreach,
        public_url: str = "",
        behind_proxy: bool = False,
        borrowed: Mapping[str, bytes] | None = None,
        keeps: float = 0.0,
    ) -> None:
        """`committed` hears of what the desk wrote; `borrowed` are files of the chat page that the desk shows people's talks with.

        `keeps` is for how many seconds the overview's count of the last day's messages is new; what is over, for twenty times as long.
        """
        files, self.live, jobs = Files(borrowed or {}), Live(), Jobs()
        past, sent = Kept[Past](jobs, 20 * keeps, A_DAY), Kept[States](jobs, keeps, 20 * keeps)
        self.desk = Desk(
            database, clock, committed, public_url, behind_proxy, branch, files, Frame(files), self.live, outreach, jobs, past, sent
        )

    def routes(self) -> list[Route]:
        entries: list[Entry] = [entry for module in MODULES for entry in module.PAGES]
        entries += [get("/desk/live", self._listen, Policy.ACCOUNT)]
        files = Route(web.get("/desk/files/{version}/{name}", self.desk.files.send), Policy.PUBLIC)
        return [files, *(entry.route() for entry in entries)]

    async def close(self) -> None:
        """The house stops: open pages ask whoever serves next, and what is under way says that it stopped."""
        self.live.close()
        await self.desk.jobs.close()

    def gate(self) -> Middleware:
        return gate(self.desk)

    async def _listen(self, visit: Visit) -> web.StreamResponse:
        async def still() -> bool:
            found = await self.desk.database.writer.read(lambda db: kept.find(db, visit.token, self.desk.clock()))
            return found is not None

        return await self.live.stream(visit.request, still)
