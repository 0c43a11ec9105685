"""Results of a campaign: everybody in one state with its reason, what each channel tells, what people did in the week after, against the hold-out."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from console import exports
from console.campaign_common import common, decimal
from console.campaign_shown import ARMS
from console.campaign_states import BECAME, REASONS
from console.campaigns import PATH, found
from console.charts import Bar, bars
from console.lists import asked
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import Text, Written, _, render
from storage import campaigns_pace, campaigns_results
from storage.campaigns import ENDED, Campaign
from storage.campaigns_file import load
from storage.campaigns_results import ARRIVED, TELLS_DELIVERED, Results, Share, difference

CHUNK = 1000
DID: Mapping[str, Text] = {
    "wrote": _("Wrote to us"),
    "checked": _("Checked their coverage"),
    "interested": _("Left their name"),
    "stopped": _("Stopped our messages, by any way"),
}
GOOD = ("wrote", "checked", "interested")  # what a campaign is written for
BLOCKED = frozenset({"blocked", "deactivated", "kicked", "forbidden"})
HEADER = (_("Person"), _("Channel"), _("State"), _("Why"), _("When"), _("Pressed"))


@dataclass(frozen=True, slots=True)
class Told:
    """What one channel tells; None is what it does not tell."""

    channel: str
    sent: int
    delivered: int | None
    read: int | None
    failed: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What people did within a week, beside those who were held out."""

    what: Text | Written | str
    reached: Share
    held: Share
    gap: tuple[float, float, float] | None


async def results(visit: Visit) -> web.Response:
    campaign = await _started(visit)
    dialect = visit.desk.database.dialect
    told = await visit.read(lambda db: campaigns_results.results(db, dialect, campaign))
    return visit.show(
        "campaign_results.html",
        campaign=campaign,
        told=told,
        total=sum(told.states.values()),
        chart=bars(_bars(told)),
        by_channel=by_channel(told),
        effects=effects(told),
        arms=ARMS,
        did=DID,
        has_link=any(button.link for button in load(campaign.content).button),
        is_over=campaign.state in ENDED,
        points=lambda share: decimal(share * 100, visit.language, "+"),
        asked=asked(visit, f"{PATH}/{campaign.id}"),
        **common(visit, campaign),
    )


def _bars(told: Results) -> list[Bar]:
    """The way down: who was in it, who got it, what they did."""
    steps = [
        (_("In the audience"), sum(told.states.values()), "other"),
        (_("Sent"), told.reached, "good"),
        (_("Pressed a button"), told.pressed, "good"),
        *([(_("Opened a link"), told.opened, "good")] if told.opened else []),
    ]
    steps += [(DID[name], reached.many, "good") for name, (reached, _held) in told.did.items() if name in GOOD]
    steps.append((_("Stopped our messages"), told.opted_out, "bad"))
    return [Bar(label, many, tone) for label, many, tone in steps]


def by_channel(told: Results) -> list[Told]:
    counts: dict[str, Counter[str]] = {}
    for (channel, state, reason), many in told.states.items():
        if channel:
            counts.setdefault(channel, Counter())["blocked" if reason in BLOCKED and state == "failed" else state] += many
    return [_told(channel, states) for channel, states in sorted(counts.items())]


def _told(channel: str, states: Counter[str]) -> Told:
    tells = channel in TELLS_DELIVERED
    arrived = sum(states[state] for state in ARRIVED)
    delivered, read = states["delivered"] + states["read"], states["read"]
    return Told(channel, arrived, delivered if tells else None, read if tells else None, states["failed"], states["blocked"])


def effects(told: Results) -> list[Effect]:
    return [
        Effect(word_for(DID, name), reached, held, difference(reached, held) if held.of else None)
        for name, (reached, held) in told.did.items()
    ]


async def export(visit: Visit) -> web.StreamResponse:
    """Everybody in it by the number of their page: names and telephone numbers are not what it is taken along for."""
    campaign = await _started(visit)
    wanted = asked(visit, f"{PATH}/{campaign.id}")
    return await exports.send(visit, f"campaign-{campaign.id}", wanted, HEADER, _rows(visit, campaign))


async def _rows(visit: Visit, campaign: Campaign) -> AsyncIterator[list[list[object]]]:
    after = 0
    while chunk := await visit.read(lambda db, after=after: campaigns_pace.recipients(db, campaign.id, after, CHUNK)):  # type: ignore[misc]
        after = chunk[-1].contact_id
        yield [_row(visit, one) for one in chunk]


def _row(visit: Visit, one: Any) -> list[object]:
    channel, state, why = (
        render(word_for(words, code or ""), visit.language)
        for words, code in ((CHANNELS, one.channel), (BECAME, one.state), (REASONS, one.reason))
    )
    return [one.contact_id, channel, state, why, _moment(one.due), one.pressed or ""]


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="minutes")


async def _started(visit: Visit) -> Campaign:
    """Before it was started there is nothing to tell."""
    campaign = await found(visit)
    if campaign.started_at is None:
        raise web.HTTPNotFound
    return campaign


PAGES = [
    get(f"{PATH}/{{number}}/results", results, Policy.CAMPAIGNS),
    post(f"{PATH}/{{number}}/export", export, Policy.RUN),
]
