"""One question some time after a campaign, to those who got it: whether it was understood. Answered by a button, counted once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from storage import audit
from storage.audiences import Audience
from storage.campaigns import CAMPAIGNS, DONE, PLANNING, QUESTION, RECIPIENTS, Campaign, by_id
from storage.campaigns_file import ButtonPart, CampaignFile, CapPart, QuestionPart, Words, load
from storage.changes import Changes, Tools
from storage.writer import Connection

ANSWER = "understood"  # the topic behind its buttons, each with the place of its answer
TOO_LATE = timedelta(days=7)  # after its moment: who was away so long asks no more


@dataclass(frozen=True, slots=True)
class Answered:
    """How the question was answered, by the place of the answer; `asked` are the people who got it."""

    question: QuestionPart
    asked: int
    answers: dict[int, int]

    @property
    def right(self) -> int:
        return sum(many for place, many in self.answers.items() if self.question.answer[place].right)


def as_campaign(file: CampaignFile, question: QuestionPart, campaign: int) -> CampaignFile:
    """The question as a campaign of its own. It belongs to one that they already got, so that the cap has room for it."""
    buttons = tuple(ButtonPart(label=answer.label, topic=f"{ANSWER}={place}") for place, answer in enumerate(question.answer))
    cap = CapPart(in_7_days=min(file.cap.in_7_days + 1, 4), in_30_days=min(file.cap.in_30_days + 1, 4))
    schedule = file.schedule.model_copy(update={"at": None, "spread_hours": 0})
    return CampaignFile(
        name=file.name,
        text=question.text,
        button=buttons,
        fields={name: said for name, said in file.fields.items() if any(f"{{{name}}}" in words for words in question.text.values())},
        audience=Audience(channels=file.audience.channels, reached_by=(campaign,)),
        schedule=schedule,
        cap=cap,
        stop_at=file.stop_at,
        per_minute=file.per_minute,
    )


def due_at(campaign: Campaign) -> datetime | None:
    """When its question is asked; None if there is none, or it is not over."""
    if campaign.state != DONE or campaign.ended_at is None or '"question":null' in campaign.content:
        return None
    question = load(campaign.content).question
    return campaign.ended_at + timedelta(hours=question.after_hours) if question else None


async def ask(db: Connection, tools: Tools, campaign: Campaign, now: datetime) -> int | None:
    """The question's own campaign, started; None if it was asked already."""
    fresh = await by_id(db, "*", campaign.id, lock=True)
    there = select(CAMPAIGNS.c.id).where(CAMPAIGNS.c.parent == campaign.id, CAMPAIGNS.c.edition == QUESTION)
    if fresh is None or (await db.execute(there)).first():
        return None
    file = load(fresh.content)
    assert file.question
    asked = as_campaign(file, file.question, fresh.id)
    id_ = tools.new_id()
    row = {"id": id_, "branch": fresh.branch, "name": fresh.name, "state": PLANNING, "version": 0, "content": asked.model_dump_json()}
    signed = {"author": fresh.author, "approver": fresh.approver, "approved_at": fresh.approved_at, "parent": fresh.id}
    times = {"changed_at": now, "started_at": now, "begins_at": now, "expires_at": now + asked.schedule.life}
    await db.execute(insert(CAMPAIGNS), [row | signed | times | {"cursor": 0, "edition": QUESTION}])
    detail = {"campaign": str(fresh.id), "edition": QUESTION}
    await audit.record(db, tools, audit.Entry(None, fresh.branch, "campaign.started", f"campaign:{id_}", detail), now)
    return id_


async def answered(db: Connection, campaign: Campaign) -> Answered | None:
    """What came back; None where nothing was asked yet."""
    question = load(campaign.content).question
    mine = CAMPAIGNS.c.parent == campaign.id, CAMPAIGNS.c.edition == QUESTION
    asked = (await db.execute(select(CAMPAIGNS.c.id).where(*mine))).scalar()
    if question is None or asked is None:
        return None
    here = RECIPIENTS.c
    got = select(func.count()).where(here.campaign == asked, here.delivery.is_not(None))
    pressed = select(here.pressed, func.count().label("many")).where(here.campaign == asked, here.pressed.startswith(f"?{ANSWER}="))
    rows = await db.execute(pressed.group_by(here.pressed))
    answers = {int(place): row.many for row in rows if (place := row.pressed.partition("=")[2]).isdecimal()}
    known = {place: many for place, many in answers.items() if place < len(question.answer)}
    return Answered(question, int((await db.execute(got)).scalar_one()), known)


class Questions:
    """What a turn may know of a question that its contact was asked."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def judge(self, delivery: str, place: str) -> tuple[bool, Words] | None:
        """Whether this answer is right, and the words of the right one; None for a question that was never put to them."""
        if not delivery.isdecimal() or not place.isdecimal():
            return None
        asked = select(CAMPAIGNS.c.parent).join(RECIPIENTS, RECIPIENTS.c.campaign == CAMPAIGNS.c.id)
        mine = RECIPIENTS.c.contact_id == self._changes.contact.id, RECIPIENTS.c.delivery == int(delivery)
        parent = (await self._changes.read(asked.where(*mine, CAMPAIGNS.c.edition == QUESTION))).scalar()
        content = (await self._changes.read(select(CAMPAIGNS.c.content).where(CAMPAIGNS.c.id == parent))).scalar() if parent else None
        question = load(content).question if content else None
        if question is None or int(place) >= len(question.answer):
            return None
        right = next(answer for answer in question.answer if answer.right)
        return question.answer[int(place)].right, right.label
