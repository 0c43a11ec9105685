"""From the list of recipients to the outbox, only as much as can go soon: what each gets is decided at that moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, insert, select, update

from locales import Page, Text
from storage import campaigns_pages
from storage.attachments import Attachment
from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns import APPROACHES, CAMPAIGNS, RECIPIENTS, UNDER_WAY, WAITING, Campaign, key_of
from storage.campaigns_file import CampaignFile
from storage.campaigns_hours import Geography, Span, Zones, next_waking, waking
from storage.campaigns_links import token
from storage.campaigns_pages import Known
from storage.campaigns_reach import FREE, MONTH, NEWEST, OPEN, SHUT, WEEK, arm_of, stopped, too_often
from storage.changes import Tools, insert_into
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.deliveries import CAMPAIGN, DELIVERIES, Illustrated, reply_row
from storage.interests import INTERESTS
from storage.reminders import REFUSALS
from storage.sealing import Unsealable
from storage.templates import Filled, Template, Unfillable, dump
from storage.writer import Connection

MARGIN = timedelta(seconds=2)
LINKS = "/l/"  # where our own links begin

NOTHING = Known()
LAST = 5  # seconds before bedtime in which nothing is begun any more


@dataclass
class Kit:
    """What a campaign's messages are made of. `templates` by language; `stop` stands on the button that ends them."""

    campaign: Campaign
    file: CampaignFile
    geography: Geography
    stop: Text
    templates: Mapping[str, Template]
    tools: Tools
    dialect: str
    public_url: str = ""  # where links lead through us; without it they are not counted
    attachment: Attachment | None = None

    def __post_init__(self) -> None:
        self._spans: dict[Zones, list[Span]] = {}

    def address(self, delivery: int) -> Callable[[int], str] | None:
        """Of a delivery's links on our own host."""
        if not self.public_url.startswith("https://"):
            return None
        return lambda button: f"{self.public_url.rstrip('/')}{LINKS}{token(self.tools.sealer, delivery, button)}"

    def illustrated(self, page: Page) -> Page:
        """With the picture or document that goes with it. Raises Unfillable where platforms cannot fetch it."""
        file = self.attachment
        if self.file.attachment is None:
            return page
        if file is None or not self.public_url.startswith("https://"):
            raise Unfillable("the file cannot be fetched")
        return Illustrated(page.text, page.buttons, page.facts, f"{self.public_url.rstrip('/')}{file.path}", file.kind, file.name)

    def spans(self, zones: Zones) -> list[Span]:
        """Waking hours there, as long as the campaign lives."""
        schedule, campaign = self.file.schedule, self.campaign
        assert campaign.begins_at
        assert campaign.expires_at
        if zones not in self._spans:
            self._spans[zones] = waking(zones, schedule.opens, schedule.closes, campaign.begins_at, campaign.expires_at)
        return self._spans[zones]


@dataclass(slots=True)
class _Person:
    """A recipient whose turn has come, with all that decides whether and what they get."""

    row: Any
    address: Any = None
    known: Known = NOTHING


@dataclass(frozen=True, slots=True)
class Handed:
    """How many were looked at, and the deliveries that were made."""

    looked_at: int
    deliveries: list[int]


async def hand_over(db: Connection, kit: Kit, channel: str, most: int, now: datetime) -> Handed:
    """Up to `most` whose turn has come go into the outbox, are skipped for a reason, or wait for their morning."""
    mine = select(CAMPAIGNS.c.state).where(CAMPAIGNS.c.id == kit.campaign.id).with_for_update()
    if (await db.execute(mine)).scalar() not in UNDER_WAY:
        return Handed(0, [])
    people = await _turn_has_come(db, kit, channel, most, now)
    if not people:
        return Handed(0, [])
    await _complete(db, kit, people, now)
    sent, rows, changes = [], [], []
    for person in people:
        change, row = _decide(kit, person, now)
        changes.append(change)
        if row:
            rows.append(row)
            sent.append({"id_": person.row.contact_id})
    await _write(db, kit, changes, rows, sent, now)
    return Handed(len(people), [row["id"] for row in rows])


async def _turn_has_come(db: Connection, kit: Kit, channel: str, most: int, now: datetime) -> list[_Person]:
    told = (CONTACTS.c[name] for name in ("language", "country", "branch", "erased_at"))
    why = case(*stopped(CONTACTS.c.id, CONTACTS.c.opted_out_at)).label("stopped")
    approached = (APPROACHES.c[name] for name in NEWEST)
    wanted = (
        select(RECIPIENTS.c.contact_id, CONTACTS.c.id.label("there"), *told, why, *approached, REFUSALS.c.campaign.label("refused"))
        .outerjoin(CONTACTS, CONTACTS.c.id == RECIPIENTS.c.contact_id)
        .outerjoin(APPROACHES, APPROACHES.c.contact_id == RECIPIENTS.c.contact_id)
        .outerjoin(REFUSALS, and_(REFUSALS.c.contact_id == RECIPIENTS.c.contact_id, REFUSALS.c.campaign == kit.campaign.parent))
        .where(RECIPIENTS.c.campaign == kit.campaign.id, RECIPIENTS.c.channel == channel, RECIPIENTS.c.state == WAITING)
        .where(RECIPIENTS.c.due <= int(now.timestamp()))
        .order_by(RECIPIENTS.c.due, RECIPIENTS.c.contact_id)
        .limit(most)
    )
    return [_Person(row) for row in (await db.execute(wanted)).all()]


async def _complete(db: Connection, kit: Kit, people: Sequence[_Person], now: datetime) -> None:
    """Their best address, and what their fields say."""
    by_id = {person.row.contact_id: person for person in people}
    columns = (ADDRESSES.c[name] for name in ("id", "contact_id", "channel", "external", "window_until"))
    reachable = ADDRESSES.c.channel.in_(kit.file.audience.channels), ADDRESSES.c.unreachable.is_(None)
    for address in await db.execute(select(*columns).where(ADDRESSES.c.contact_id.in_(by_id), *reachable).order_by(ADDRESSES.c.created_at)):
        person = by_id[address.contact_id]
        if person.address is None or _rank(address, now) >= _rank(person.address, now):
            person.address = address
    if used := kit.file.used():
        for contact, known in (await facts_of(db, list(by_id), ends="ends_on" in used)).items():
            by_id[contact].known = known


async def facts_of(db: Connection, contacts: Sequence[int], *, ends: bool) -> dict[int, Known]:
    """The name people left, and until when lists of members say that they are covered."""
    left = select(INTERESTS.c.contact_id, INTERESTS.c.name, INTERESTS.c.nik_index).where(INTERESTS.c.contact_id.in_(contacts))
    rows = (await db.execute(left.order_by(INTERESTS.c.id))).all()
    days: dict[str, Any] = {}
    niks = [row.nik_index for row in rows if row.nik_index]
    if ends and niks:
        listed = select(MEMBERS.c.nik_index, MEMBERS.c.ends_on).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
        newest = listed.where(MEMBERS.c.nik_index.in_(niks), ROSTERS.c.state == LIVE).order_by(ROSTERS.c.as_of, ROSTERS.c.id)
        days = {row.nik_index: row.ends_on for row in await db.execute(newest)}
    return {row.contact_id: Known(row.name, days.get(row.nik_index)) for row in rows}


def _rank(address: Any, now: datetime) -> int:
    if address.channel != "whatsapp":
        return FREE
    return OPEN if address.window_until is not None and address.window_until > now else SHUT


def _decide(kit: Kit, person: _Person, now: datetime) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What becomes of the recipient, and the delivery if there is one."""
    moment, row = int(now.timestamp()), person.row
    change = {"contact_": row.contact_id, "state_": "skipped", "reason_": None, "channel_": "", "due_": moment, "delivery_": None}
    if reason := _reason(kit, person, now):
        return change | {"reason_": reason}, None
    address = person.address
    span = next_waking(kit.spans(kit.geography.zones(row.country, _number(kit, person), row.branch)), moment + LAST)
    if span is None:
        return change | {"reason_": "no_waking_hour"}, None
    if span[0] > moment:
        return change | {"state_": "waiting", "channel_": address.channel, "due_": span[0]}, None
    id_ = kit.tools.new_id()
    try:
        page, template = _page(kit, person, id_, now)
    except (Unfillable, KeyError):
        return change | {"reason_": "content"}, None
    return change | {"state_": "handed", "channel_": address.channel, "delivery_": id_}, _row(kit, person, id_, page, template, span, now)


def _number(kit: Kit, person: _Person) -> str:
    """The telephone number, where the country has to be told by it."""
    address = person.address
    if address.channel != "whatsapp" or person.row.country is not None:
        return ""
    try:
        return kit.tools.sealer.open(address.external, "addresses", "external", address.id)
    except Unsealable:
        return ""


def _reason(kit: Kit, person: _Person, now: datetime) -> str | None:
    row = person.row
    begun = kit.campaign.started_at
    if row.there is None or (row.erased_at is not None and begun is not None and row.erased_at >= begun):
        return "gone"
    if row.stopped is not None:
        return str(row.stopped)
    if row.refused is not None:
        return "refused"
    if person.address is None:
        return "unreachable"
    if kit.file.template is None and _rank(person.address, now + MARGIN) == SHUT:
        return "window"
    moment = int(now.timestamp())
    in_a_week, in_a_month = too_often(kit.file)
    if (getattr(row, in_a_week) or 0) > moment - WEEK or (getattr(row, in_a_month) or 0) > moment - MONTH:
        return "too_often"
    return None


def _page(kit: Kit, person: _Person, id_: int, now: datetime) -> tuple[Page, Filled | None]:
    language = person.row.language
    filled = campaigns_pages.values(kit.file, language, person.known)
    if _rank(person.address, now + MARGIN) == SHUT and kit.file.template:
        return campaigns_pages.approach(kit.file, kit.templates[language], filled, id_)
    arm = arm_of(kit.file, kit.campaign.id, person.row.contact_id)
    page, *more = campaigns_pages.pages(kit.file, language, person.address.channel, filled, kit.stop, id_, arm, kit.address(id_))
    if more:
        raise Unfillable("more than one page")
    return kit.illustrated(page), None


def _row(kit: Kit, person: _Person, id_: int, page: Page, template: Filled | None, span: Span, now: datetime) -> dict[str, Any]:
    assert kit.campaign.expires_at
    contact, address = person.row.contact_id, person.address
    row = reply_row(id_, key_of(kit.campaign.id, contact), contact, address.id, address.channel, page, now, pulled=False, follows=None)
    ends = min(kit.campaign.expires_at, datetime.fromtimestamp(span[1], UTC))
    return row | {"lane": CAMPAIGN, "expires_at": ends, "template": dump(template) if template else None}


_CHANGE = (
    update(RECIPIENTS)
    .where(RECIPIENTS.c.campaign == bindparam("campaign_"), RECIPIENTS.c.contact_id == bindparam("contact_"))
    .values(
        state=bindparam("state_"),
        reason=bindparam("reason_"),
        due=bindparam("due_"),
        delivery=bindparam("delivery_"),
        channel=case((bindparam("channel_") == "", RECIPIENTS.c.channel), else_=bindparam("channel_")),
    )
)


async def _write(
    db: Connection, kit: Kit, changes: list[dict[str, Any]], rows: list[dict[str, Any]], sent: list[Any], now: datetime
) -> None:
    await db.execute(_CHANGE, [change | {"campaign_": kit.campaign.id} for change in changes])
    if not rows:
        return
    await db.execute(insert(DELIVERIES), rows)
    fresh = insert_into(APPROACHES, kit.dialect)
    older = {"fourth": APPROACHES.c.third, "third": APPROACHES.c.second, "second": APPROACHES.c.last, "last": fresh.excluded.last}
    moment = {"last": int(now.timestamp()), "second": 0, "third": 0, "fourth": 0}
    statement = fresh.on_conflict_do_update(index_elements=["contact_id"], set_=older)
    await db.execute(statement, [{"contact_id": one["id_"], **moment} for one in sorted(sent, key=lambda one: one["id_"])])
