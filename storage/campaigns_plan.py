"""Plans a campaign: one row for each person of its audience, in chunks by contact id, each one statement and one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Float,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    null,
    select,
    text,
    update,
)

from storage import audiences
from storage.audiences import CONTACTS
from storage.campaigns import APPROACHES, CAMPAIGNS, PLANNING, RECIPIENTS, SENDING, Campaign
from storage.campaigns_file import CampaignFile
from storage.campaigns_hours import Geography, Piece, pieces, waking
from storage.campaigns_reach import DEAD, FREE, OPEN, PRIME, SHUT, of_chunk, often, scattered, scored, stopped
from storage.changes import insert_into
from storage.reminders import REFUSALS
from storage.writer import Connection

# Compiling a chunk's statement takes as long as half of its rows, and a plan made for any range reads far more than this one holds.
_AS_IT_IS = text("SELECT set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)")


@dataclass(frozen=True, slots=True)
class Chunk:
    """How far planning came."""

    people: int
    cursor: int
    finished: bool


class Plan:
    """All that planning a campaign needs, worked out once."""

    def __init__(self, campaign: Campaign, file: CampaignFile, geography: Geography, dialect: str) -> None:
        self._campaign, self._file, self._dialect = campaign, file, dialect
        self._geography = geography
        self._spread = int(file.schedule.spread.total_seconds())
        self._whole: int | None = None  # people of the audience
        self._before: dict[int, int] = {}  # {contact: how many of them up to this one}
        self._insert = self._statement()

    async def chunk(self, db: Connection, size: int, now: datetime) -> Chunk | None:
        """Plan the next `size` contacts; None if the campaign is not being planned any more. May be killed before or after its commit."""
        mine = CAMPAIGNS.c.id == self._campaign.id
        state = (await db.execute(select(CAMPAIGNS.c.state, CAMPAIGNS.c.cursor).where(mine).with_for_update())).one()
        if state.state != PLANNING:
            return None
        nearest = select(CONTACTS.c.id).where(CONTACTS.c.id > state.cursor).order_by(CONTACTS.c.id).limit(size).subquery()
        until = (await db.execute(select(func.max(nearest.c.id)))).scalar()
        if until is None:
            await db.execute(update(CAMPAIGNS).where(mine).values(state=SENDING, planned_at=now))
            return Chunk(0, state.cursor, finished=True)
        given = {"after_": state.cursor, "until_": until, **await self._share(db, state.cursor, until)}
        if self._dialect == "postgresql":
            await db.execute(_AS_IT_IS)
        done = await db.execute(self._insert, given)
        await db.execute(update(CAMPAIGNS).where(mine).values(cursor=until))
        return Chunk(done.rowcount, until, finished=False)

    async def look(self, db: Connection, cursor: int) -> None:
        """Count the audience, where people are spread over time: apart from planning, since that takes longer than others may wait."""
        if self._spread:
            self._whole, self._before = await self._many(db), {cursor: await self._many(db, CONTACTS.c.id <= cursor)}

    async def _share(self, db: Connection, after: int, until: int) -> dict[str, float]:
        """The part of the spread that a chunk fills: by its place in the audience, so that the lists only ever grow at their end."""
        if not self._spread:
            return {}
        if self._whole is None or after not in self._before:
            await self.look(db, after)
        before = self._before[after]
        many = await self._many(db, CONTACTS.c.id > after, CONTACTS.c.id <= until)
        self._before[until] = before + many
        whole, last = max(self._whole or 0, before + many, 1), self._spread - 1
        begins, ends = before * last // whole, (before + many) * last // whole
        return {"from_": begins, "width_": float(ends - begins), "many_": float(max(many - 1, 1))}

    async def _many(self, db: Connection, *which: Any) -> int:
        campaign = self._campaign
        assert campaign.started_at
        fit = audiences.conditions(self._file.audience, campaign.branch, campaign.started_at)
        return int((await db.execute(select(func.count()).select_from(CONTACTS).where(*which, *fit))).scalar_one())

    def _statement(self) -> Any:
        campaign, file = self._campaign, self._file
        assert campaign.begins_at
        assert campaign.started_at
        fit = audiences.conditions(file.audience, campaign.branch, campaign.started_at)
        known = self._people().where(*fit).subquery("people") if not self._spread else self._spread_people(fit)
        reason = self._reason(known)
        channel = case((known.c.score == FREE, "telegram"), (known.c.score.in_((OPEN, SHUT)), "whatsapp"), else_="")
        approached = known.outerjoin(APPROACHES, APPROACHES.c.contact_id == known.c.id)
        if campaign.parent:
            mine = REFUSALS.c.contact_id == known.c.id, REFUSALS.c.campaign == campaign.parent
            approached = approached.outerjoin(REFUSALS, and_(*mine))
        rows = select(
            literal(campaign.id, BigInteger()),
            known.c.id,
            case((reason.is_(None), "waiting"), else_="skipped"),
            reason,
            channel,
            func.coalesce(known.c.due, int(campaign.begins_at.timestamp())),
        )
        names = ["campaign", "contact_id", "state", "reason", "channel", "due"]
        into = insert_into(RECIPIENTS, self._dialect)
        if self._dialect == "sqlite":
            # Without a condition SQLite would take ON CONFLICT for part of the join.
            return into.from_select(names, rows.select_from(approached).where(known.c.id.is_not(None))).on_conflict_do_nothing()
        # PostgreSQL is a third slower with ON CONFLICT. Only a person who was joined with another can be there before their turn.
        there = exists().where(
            RECIPIENTS.c.campaign == campaign.id, RECIPIENTS.c.contact_id == known.c.id, *of_chunk(RECIPIENTS.c.contact_id)
        )
        return into.from_select(names, rows.select_from(approached).where(~there))

    def _reason(self, known: Any) -> Any:
        """Why somebody does not get it; nothing where they do. Hold-out last, so that it is drawn from those who would have got it."""
        file, begins = self._file, int(self._campaign.begins_at.timestamp()) if self._campaign.begins_at else 0
        held = scattered(known.c.id, self._campaign.id + 1) < int(file.hold_out * PRIME)
        return case(
            *stopped(known.c.id, known.c.opted_out_at),
            *([(REFUSALS.c.contact_id.is_not(None), "refused")] if self._campaign.parent else []),
            (func.coalesce(known.c.score, DEAD) == DEAD, "unreachable"),
            *([] if file.template else [(known.c.score == SHUT, "window")]),
            (often(begins, file), "too_often"),
            (known.c.due.is_(None), "no_waking_hour"),
            *([(held, "hold_out")] if file.hold_out else []),
            else_=null(),
        )

    def _people(self, *more: Any) -> Any:
        """Of a chunk, when nobody has to wait for others."""
        campaign = self._campaign
        assert campaign.begins_at
        at_once = case(*((where, found[0].opens) for where, found in self._places(0, CONTACTS.c) if found), else_=null())
        columns = CONTACTS.c.id, CONTACTS.c.opted_out_at, *(more or (at_once.label("due"),))
        return scored(columns, self._file.audience.channels, campaign.begins_at, chunk=True)

    def _spread_people(self, fit: Sequence[Any]) -> Any:
        """Each in their place of the spread, in waking time where they are; by their rank, since many may have come to us at once."""
        rank = func.row_number().over(order_by=CONTACTS.c.id).label("rank")
        ranked = self._people(CONTACTS.c.country, CONTACTS.c.branch, rank).where(*fit).subquery("ranked")
        place = (ranked.c.rank - 1).cast(Float()) / bindparam("many_", type_=Float())
        offset = bindparam("from_", type_=BigInteger()) + (place * bindparam("width_", type_=Float())).cast(BigInteger)
        due = case(*((where, _moment(found, offset)) for where, found in self._places(self._spread, ranked.c)), else_=null())
        # Kept as it is worked out, or the moment would be worked out for each use of it.
        return select(ranked.c.id, ranked.c.opted_out_at, ranked.c.score, due.label("due")).cte("people").prefix_with("MATERIALIZED")

    def _places(self, spread: int, contact: Any) -> list[tuple[Any, Sequence[Piece]]]:
        """Conditions on a contact, and the waking time of those who meet them; countries with the same hours together."""
        countries: dict[tuple[Piece, ...], list[str]] = {}
        for code, zones in self._geography.countries.items():
            countries.setdefault(self._pieces(zones, spread), []).append(code)
        known: list[tuple[Any, Sequence[Piece]]] = [(contact.country.in_(codes), found) for found, codes in countries.items()]
        return known + [(contact.branch == branch, self._pieces((zone,), spread)) for branch, zone in self._geography.branches.items()]

    def _pieces(self, zones: tuple[str, ...], spread: int) -> tuple[Piece, ...]:
        campaign, schedule = self._campaign, self._file.schedule
        assert campaign.begins_at
        assert campaign.expires_at
        return tuple(pieces(waking(zones, schedule.opens, schedule.closes, campaign.begins_at, campaign.expires_at), spread))


def _moment(found: Sequence[Piece], offset: Any) -> Any:
    """The offset on the clock; nothing where waking time ends before it."""
    if not found:
        return null()
    return case(*((offset < piece.ends, literal(piece.opens - piece.begins, BigInteger()) + offset) for piece in found), else_=null())
