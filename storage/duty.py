"""Who answers emergencies when: a weekly roster, in each officer's own time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Column, delete, insert, or_, select
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.officers import OFFICERS
from storage.scope import EVERYWHERE, within
from storage.writer import Connection


class DutyRow(SQLModel, table=True):
    __tablename__ = "duty"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    weekday: int  # 0 is Monday
    starts: str  # "08:00"
    ends: str  # not later than `starts`: on the next day


DUTY = table_of(DutyRow)


@dataclass(frozen=True, slots=True)
class Shift:
    id: int
    officer_id: int
    weekday: int
    starts: time
    ends: time
    name: str
    zone: str
    branch: str

    def holds(self, now: datetime) -> bool:
        """Whether it is this shift now, where the officer is."""
        here = now.astimezone(ZoneInfo(self.zone))
        day, over = here.weekday() == self.weekday, (here - timedelta(days=1)).weekday() == self.weekday
        if self.starts < self.ends:
            return day and self.starts <= here.time() < self.ends
        return (day and here.time() >= self.starts) or (over and here.time() < self.ends)


SHIFT = (
    select(DUTY, OFFICERS.c.name, OFFICERS.c.zone, OFFICERS.c.branch)
    .join(OFFICERS, OFFICERS.c.id == DUTY.c.officer_id)
    .where(OFFICERS.c.disabled_at.is_(None))
    .order_by(DUTY.c.weekday, DUTY.c.starts, DUTY.c.id)
)


async def shifts(db: Connection, branch: str) -> list[Shift]:
    """The week, as an officer of a branch may see it."""
    return [_shift(row._mapping) for row in await db.execute(SHIFT.where(within(OFFICERS.c.branch, branch)))]


async def on_duty(db: Connection, branch: str, now: datetime) -> list[int]:
    """Officers who answer emergencies of a branch now, its own and national ones."""
    rows = await db.execute(SHIFT.where(or_(OFFICERS.c.branch == branch, OFFICERS.c.branch == EVERYWHERE)))
    return list(dict.fromkeys(shift.officer_id for row in rows if (shift := _shift(row._mapping)).holds(now)))


async def add(db: Connection, tools: Tools, officer: int, weekday: int, starts: time, ends: time) -> int:
    new = tools.new_id()
    row = {"id": new, "officer_id": officer, "weekday": weekday, "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}
    await db.execute(insert(DUTY), [row])
    return new


async def drop(db: Connection, branch: str, shift: int) -> bool:
    """False for one that is not there, or is another branch's."""
    mine = select(OFFICERS.c.id).where(within(OFFICERS.c.branch, branch))
    return (await db.execute(delete(DUTY).where(DUTY.c.id == shift, DUTY.c.officer_id.in_(mine)))).rowcount == 1


def _shift(row: object) -> Shift:
    values = dict(row)  # type: ignore[call-overload]
    return Shift(**{**values, "starts": time.fromisoformat(values["starts"]), "ends": time.fromisoformat(values["ends"])})
