"""What became of a campaign: everybody in one state with its reason, what they did within a week, and what the hold-out did."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, case, exists, func, select

from storage import campaigns_questions
from storage.campaigns import CANCELLED, RECIPIENTS, Campaign
from storage.campaigns_file import OTHER, load
from storage.campaigns_links import OPENED
from storage.campaigns_questions import Answered
from storage.campaigns_reach import PRIME, scattered
from storage.changes import table_of
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.writer import Connection

SAID = table_of(SaidRow)
WEEK = timedelta(days=7)
ARRIVED = ("sent", "delivered", "read")
BLOCKED = frozenset({"blocked", "deactivated", "kicked", "forbidden"})  # what channels call it
TELLS_DELIVERED = frozenset({"whatsapp"})  # Telegram tells neither: https://core.telegram.org/bots/api has no receipts


@dataclass(frozen=True, slots=True)
class Share:
    """Of so many people, so many; with the bounds between which the share lies with 95 % confidence (Wilson)."""

    many: int
    of: int

    @property
    def value(self) -> float:
        return self.many / self.of if self.of else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.value
        middle, width = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max((middle - width) / (1 + z * z / n), 0.0), min((middle + width) / (1 + z * z / n), 1.0)


@dataclass(frozen=True, slots=True)
class Arm:
    """What became of one of two texts: of those who got it, who pressed, opened, and did what within a week."""

    name: str
    pressed: Share
    opened: Share
    did: Mapping[str, Share]


@dataclass(frozen=True, slots=True)
class Results:
    """`states`: {(channel, state, reason): people}, each of whom is in exactly one. `did`: what those who got it, and the hold-out, did."""

    states: Mapping[tuple[str, str, str], int]
    pressed: int
    opted_out: int
    did: Mapping[str, tuple[Share, Share]]
    opened: int = 0  # people who opened a link of it, as far as it led through us
    arms: tuple[Arm, ...] = ()  # where there were two texts
    answered: Answered | None = None

    @property
    def reached(self) -> int:
        return sum(many for (_channel, state, _reason), many in self.states.items() if state in ARRIVED)

    @property
    def delivered(self) -> int | None:
        """None where no channel of it tells."""
        told = [(state, many) for (channel, state, _reason), many in self.states.items() if channel in TELLS_DELIVERED]
        return sum(many for state, many in told if state in ("delivered", "read")) if told else None

    @property
    def read(self) -> int | None:
        """None where no channel of it tells; a button pressed or a link opened counts as read everywhere."""
        told = [(state, many) for (channel, state, _reason), many in self.states.items() if channel in TELLS_DELIVERED]
        return sum(many for state, many in told if state == "read") if told else None

    @property
    def blocked(self) -> int:
        """People whose chat turned out to be closed to us."""
        return sum(many for (_channel, state, reason), many in self.states.items() if state == "failed" and reason in BLOCKED)


def difference(reached: Share, held: Share) -> tuple[float, float, float]:
    """How much more of those reached did it than of the hold-out, and its bounds (Newcombe's method of two Wilson intervals)."""
    (low, high), (held_low, held_high) = reached.bounds, held.bounds
    gap = reached.value - held.value
    below = math.sqrt((reached.value - low) ** 2 + (held_high - held.value) ** 2)
    above = math.sqrt((high - reached.value) ** 2 + (held.value - held_low) ** 2)
    return gap, gap - below, gap + above


async def states(db: Connection, campaign: Campaign) -> dict[tuple[str, str, str], int]:
    """Where everybody is now, in the words of the outbox once their message was handed over; `gone` is who was erased since."""
    here = RECIPIENTS.c
    handed = here.state == "handed"
    state = case((handed, func.coalesce(DELIVERIES.c.state, "gone")), else_=here.state)
    reason = case((handed, DELIVERIES.c.reason), else_=here.reason)
    rows = (
        select(here.channel, state.label("state"), func.coalesce(reason, "").label("reason"))
        .outerjoin(DELIVERIES, DELIVERIES.c.id == here.delivery)
        .where(here.campaign == campaign.id)
        .subquery()
    )
    counted = select(rows, func.count().label("many")).group_by(rows.c.channel, rows.c.state, rows.c.reason)
    found = {(row.channel, row.state, row.reason): row.many for row in await db.execute(counted)}
    if campaign.state != CANCELLED:
        return found
    ended: Counter[tuple[str, str, str]] = Counter()  # those whose row was not yet touched are cancelled all the same
    for (channel, state, reason), many in found.items():
        ended[channel, CANCELLED if state == "waiting" else state, reason] += many
    return dict(ended)


async def results(db: Connection, dialect: str, campaign: Campaign) -> Results:
    here = RECIPIENTS.c
    mine = here.campaign == campaign.id
    pressed = select(func.count()).where(mine, here.pressed.is_not(None))
    ended = select(func.count()).where(mine, here.pressed == "?opt_out")
    reached, held = (mine, here.delivery.is_not(None)), (mine, here.reason == "hold_out")
    did = {}
    for name, condition in _conditions(dialect).items():
        did[name] = (await _share(db, reached, condition), await _share(db, held, condition))
    found = await states(db, campaign), await _count(db, pressed), await _count(db, ended), did
    opened = await _count(db, select(func.count()).where(*reached, _opened(campaign)))
    return Results(*found, opened, await _arms(db, dialect, campaign), await campaigns_questions.answered(db, campaign))


async def _arms(db: Connection, dialect: str, campaign: Campaign) -> tuple[Arm, ...]:
    file = load(campaign.content)
    found = []
    for name in file.arms if file.other else ():
        is_other = scattered(RECIPIENTS.c.contact_id, campaign.id + 2) < int(file.other_share * PRIME)
        mine = RECIPIENTS.c.campaign == campaign.id, RECIPIENTS.c.delivery.is_not(None), is_other if name == OTHER else ~is_other
        did = {what: await _share(db, mine, condition) for what, condition in _conditions(dialect).items()}
        pressed = await _share(db, mine, RECIPIENTS.c.pressed.is_not(None))
        found.append(Arm(name, pressed, await _share(db, mine, _opened(campaign)), did))
    return tuple(found)


def _opened(campaign: Campaign) -> ColumnElement[bool]:
    mine = EVENTS.c.contact_id == RECIPIENTS.c.contact_id, EVENTS.c.kind == OPENED, EVENTS.c.subject == campaign.subject
    return exists().where(*mine)


def _conditions(dialect: str) -> dict[str, ColumnElement[bool]]:
    """What somebody did in the week after their turn came; the hold-out's turn came as if they had been written to."""
    contact = RECIPIENTS.c.contact_id
    wrote = exists().where(SAID.c.contact_id == contact, *_within(SAID.c.at, dialect))
    event = EVENTS.c.contact_id == contact, *_within(EVENTS.c.at, dialect)
    return {
        "wrote": wrote,
        "checked": exists().where(*event, EVENTS.c.kind == "check"),
        "stopped": exists().where(*event, EVENTS.c.kind == "opt_out"),
        "interested": exists().where(*event, EVENTS.c.kind == "interest", EVENTS.c.subject != "withdrawn"),
    }


def _within(at: ColumnElement[Any], dialect: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    seconds = func.strftime("%s", at) if dialect == "sqlite" else func.floor(func.extract("epoch", at))
    moment = seconds.cast(BigInteger)
    return moment >= RECIPIENTS.c.due, moment < RECIPIENTS.c.due + int(WEEK.total_seconds())


async def _share(db: Connection, who: tuple[ColumnElement[bool], ...], did: ColumnElement[bool]) -> Share:
    return Share(await _count(db, select(func.count()).where(*who, did)), await _count(db, select(func.count()).where(*who)))


async def _count(db: Connection, counted: Select[Any]) -> int:
    return int((await db.execute(counted)).scalar_one())
