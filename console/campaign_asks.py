"""An author asks for approval: whoever may approve finds a button in their own chat that opens the page of approval."""

from __future__ import annotations

from aiohttp import web

from console.campaign_acts import STALE
from console.campaigns import PATH, found
from console.pages import post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import LIMITS, Choice, Message, Page, Written, _, _n, fit
from storage import approvals
from storage.campaigns import DRAFT, Campaign
from storage.officer_chats import Chat
from storage.writer import Connection

NOT_A_DRAFT = Refused(409, _("This cannot be done now"), _("Only a draft waits for approval."), _("Nothing was changed."))


async def ask(visit: Visit) -> web.Response:
    campaign, sent = await found(visit), await visit.form("version")
    if sent["version"] != str(campaign.version):
        raise STALE
    if campaign.state != DRAFT:
        raise NOT_A_DRAFT
    news: list[str] = []

    async def work(db: Connection) -> int:
        there = await approvals.chats(db, campaign, visit.now)
        pages = [(chat, _page(visit, campaign, chat)) for chat in there]
        news.extend(await approvals.ask(db, visit.desk.database.dialect, visit.desk.database.tools, campaign, pages, visit.now))
        await visit.record(db, "campaign.asked", campaign.subject, {"version": campaign.version, "chats": len(there)})
        return len(there)

    asked = await visit.write(work, news_at=news)
    if not asked:
        return visit.go(
            f"{PATH}/{campaign.id}",
            _("No approver can be told in a chat of their own now; tell them yourself. Chats are linked under Duty roster."),
        )
    return visit.go(f"{PATH}/{campaign.id}", _n("{count} chat of an approver was told.", "{count} chats of approvers were told.", asked))


def _page(visit: Visit, campaign: Campaign, chat: Chat) -> Page:
    """A button where the chat may open our address; elsewhere the address itself."""
    link = f"{visit.desk.public_url.rstrip('/')}{PATH}/{campaign.id}/approve"
    said = _("A campaign waits for your approval: {name}", name=Written({"id": campaign.name}))
    if visit.desk.https:
        return fit(Message((said,), (Choice(_("Read and approve"), url=link),)), chat.language, LIMITS[chat.channel])[0]
    where = (_("Open: {link}", link=link),) if visit.desk.public_url else (_("Open it at the desk, under Campaigns."),)
    return fit(Message((said, *where)), chat.language, LIMITS[chat.channel])[0]


PAGES = [post(f"{PATH}/{{number}}/ask", ask, Policy.WRITE)]
