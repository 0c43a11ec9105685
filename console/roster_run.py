"""Reads a roster's file from beginning to end: to look what is in it, or to bring it in. In small steps, so that nobody else waits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from console import roster_files
from console.roster_columns import Head, head, mapping_of
from console.roster_files import SNIFFED
from console.roster_rows import Judge
from console.roster_sheet import Unreadable
from locales import Text
from storage import Database, audit, news, rosters
from storage.coverage import LIVE
from storage.rosters import CHECKED, STOPPED, UNDONE, Member, Roster
from storage.stale import Stale
from storage.writer import Connection, Work

log = logging.getLogger(__name__)
CHUNK = 500  # rows in one transaction: a few hundredths of a second
GONE = 2000  # members taken away in one transaction
LOST = timedelta(seconds=30)  # without a sign of life of whoever reads it, so that somebody else may go on
PREVIEWED = 5

Told = Callable[[int], Awaitable[None]]


async def look(content: bytes) -> Head:
    """Its headings and first rows. Raises Unreadable."""
    return await asyncio.to_thread(_look, content)


def _look(content: bytes) -> Head:
    sheet = roster_files.read(content)
    rows = [row for _place, row in zip(range(SNIFFED + PREVIEWED), sheet.rows, strict=False)]
    if not rows:
        raise Unreadable(roster_files.EMPTY)
    return head(rows)


class Run:
    """One reading of a roster. `committed` tells open pages that there is something new to see."""

    def __init__(
        self, database: Database, roster: Roster, clock: Callable[[], datetime], committed: Callable[[set[str]], None], by: int | None
    ) -> None:
        self._database, self._roster, self._clock, self._by = database, roster, clock, by
        self._committed = committed
        self._version = roster.version
        self.notes: list[Text] = []

    async def check(self) -> None:
        """Reads it and keeps the report; no member is made."""
        await self._ending(self._check())

    async def bring_in(self) -> None:
        """Makes its members, unseen, and lets them be believed all at once."""
        await self._ending(self._bring_in())

    async def _check(self) -> None:
        judge = await self._read(self._still_there)
        await self._change(state=CHECKED, report=self._report(judge), done=judge.report.rows, total=judge.report.rows)

    async def _bring_in(self) -> None:
        await clear(self._database, self._roster.id)
        judge = await self._read(self._keep)
        report, now = self._report(judge), self._clock()

        async def finish(db: Connection) -> None:
            same = await rosters.twin(db, self._roster.branch, self._roster.digest or "")
            state = UNDONE if same else LIVE  # two officers may bring in one file at the same moment
            rows = judge.report.rows
            await rosters.change(db, self._roster.id, self._version, state=state, report=report, imported_at=now, done=rows, total=rows)
            await rosters.drop_file(db, self._roster.id)
            detail = {"members": judge.report.members, "left_out": judge.report.left_out, "as_of": self._roster.as_of.isoformat()}
            entry = audit.Entry(self._by, self._roster.branch, "roster.imported", f"roster:{self._roster.id}", detail)
            await audit.record(db, self._database.tools, entry, now)

        await self._tell(finish)

    async def _ending(self, work: Awaitable[None]) -> None:
        """However it ends, the roster says so. What is not live is seen by nobody."""
        try:
            await work
        except Stale:
            log.info("roster %d was taken over by somebody else", self._roster.id)
        except Unreadable as error:
            await self._change(state=STOPPED, report={"unreadable": [error.text.msgid, error.text.params]})
        except asyncio.CancelledError:
            await self._change(state=STOPPED, report={})  # the house stops; somebody begins it anew
            raise
        except Exception:
            log.exception("reading roster %d failed", self._roster.id)
            await self._change(state=STOPPED, report={})

    async def _read(self, each: Callable[[list[dict[str, Any]], int], Awaitable[None]]) -> Judge:
        """Every row, a chunk at a time: read and judged in a thread of its own, then handed to `each`."""
        content = await self._database.writer.read(lambda db: rosters.content(db, self._database.tools, self._roster.id))
        if content is None:
            raise Stale
        judge, chunks = await asyncio.to_thread(self._begin, content)
        while (members := await asyncio.to_thread(next, chunks, None)) is not None:
            await each(members, judge.report.rows)
        return judge

    def _begin(self, content: bytes) -> tuple[Judge, Iterator[list[dict[str, Any]]]]:
        sheet = roster_files.read(content)
        self.notes = sheet.notes
        judge = Judge(mapping_of(self._roster.mapping), self._clock().date(), days_begin_1904=sheet.days_begin_1904)
        return judge, (self._rows(members) for members in judge.members(sheet, CHUNK))

    def _rows(self, members: list[Member]) -> list[dict[str, Any]]:
        if self._roster.state == rosters.CHECKING:
            return []
        return [rosters.member_row(self._database.tools, self._roster.id, member) for member in members]

    async def _still_there(self, _rows: list[dict[str, Any]], done: int) -> None:
        if done % (CHUNK * 10) == 0:
            await self._tell(lambda db: rosters.beat(db, self._roster.id, self._version, done, self._clock()))

    async def _keep(self, rows: list[dict[str, Any]], done: int) -> None:
        async def work(db: Connection) -> None:
            await rosters.beat(db, self._roster.id, self._version, done, self._clock())
            await rosters.write(db, rows)

        await self._tell(work)

    def _report(self, judge: Judge) -> dict[str, Any]:
        return judge.report.kept() | {"notes": [[note.msgid, note.params] for note in self.notes]}

    async def _change(self, **values: Any) -> None:
        try:
            await self._tell(lambda db: rosters.change(db, self._roster.id, self._version, **values))
        except Stale:
            log.info("roster %d was taken over by somebody else", self._roster.id)

    async def _tell(self, work: Work[None]) -> None:
        """Commit, and say that there is something new to see."""
        about = {f"roster:{self._roster.id}"}

        async def told(db: Connection) -> None:
            await work(db)
            await news.tell(db, self._database.dialect, about)

        await self._database.writer.run(told)
        self._committed(about)


async def clear(database: Database, roster: int) -> None:
    """Take away what an earlier reading left, or what was undone."""
    while await database.writer.run(lambda db: rosters.clear(db, roster, GONE)):
        pass


def is_lost(roster: Roster, now: datetime) -> bool:
    """Whoever read it died: another may begin anew."""
    return roster.state in rosters.UNDER_WAY and (roster.beat_at is None or now - roster.beat_at > LOST)


def source_of(file: str) -> str:
    """What a worker is told as the source: the file's name, as a person would say it."""
    name = file.replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return " ".join("".join(letter if letter.isprintable() else " " for letter in stem.replace("_", " ")).split())[:80]


def draft(
    database: Database, branch: str, file: str, content: bytes, as_of: date, now: datetime, by: int | None
) -> tuple[dict[str, Any], bytes]:
    """The row of a new roster and its sealed file."""
    roster = database.tools.new_id()
    row = {
        "id": roster,
        "branch": branch,
        "source": source_of(file),
        "as_of": as_of,
        "imported_at": now,
        "state": rosters.DRAFT,
        "file": file[-200:],
        "digest": rosters.digest(database.tools, content),
        "officer_id": by,
    }
    return row, rosters.sealed(database.tools, roster, content)
