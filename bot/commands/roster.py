"""Members from the shell: import a roster, look at it without importing, take one back, list them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import typer

from bot import house
from bot.settings import Settings
from console import roster_files, roster_words
from console.roster_columns import SAME_FOR_ALL, Columns, column_named, guess
from console.roster_rows import Fault, Judge, Report
from console.roster_run import CHUNK, Run, clear, draft, look
from console.roster_sheet import LARGEST, Sheet, Unreadable
from locales import Text, render
from storage import Database, audit, branches, rosters
from storage.coverage import LIVE
from storage.rosters import IMPORTING, UNDONE, Roster
from storage.writer import Connection

SHOWN = 50  # faults that are printed
LANGUAGE = "en"  # of commands


@dataclass(frozen=True)
class Order:
    """What was asked for. `columns` and `all_rows` are {field: heading} and {field: value}."""

    file: Path
    as_of: date
    branch: str = ""
    source: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    all_rows: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    skip_faulty: bool = False


async def bring_in(settings: Settings, order: Order) -> None:
    content = await _content(order.file)
    columns = await _columns(content, order)
    report = await asyncio.to_thread(_judge, content, columns)
    _tell(report, columns)
    if order.dry_run:
        typer.echo("Nothing was imported: this was a dry run.")
        return
    if not report.members:
        raise house.NotSetUp("Nothing was imported: no row can be used.")
    if report.left_out and not order.skip_faulty:
        raise house.NotSetUp("Nothing was imported. Mend these rows, or leave them out with --skip-faulty.")
    async with house.working(settings) as database:
        await _import(database, order, content, columns)


async def undo(settings: Settings, number: int) -> None:
    """At once nobody is told of it any more; what an older list says stands again."""
    async with house.working(settings) as database:

        async def work(db: Connection) -> Roster:
            roster = await rosters.by_id(db, "*", number)
            if roster is None or roster.state != LIVE:
                raise house.NotSetUp(f"There is no roster {number} that could be undone. `sapa roster list` shows them.")
            await rosters.change(db, roster.id, roster.version, state=UNDONE)
            await _record(db, database, roster, "roster.undone")
            return roster

        roster = await database.writer.run(work)
        await clear(database, roster.id)
        typer.echo(f"Roster {roster.id} ({roster.source}, as of {roster.as_of}) is undone. What older lists say stands again.")


async def listing(settings: Settings) -> None:
    async with house.working(settings) as database:
        before = 0
        while found := (await database.writer.read(lambda db, before=before: rosters.find(db, "*", before=before)))[:50]:  # type: ignore[misc]
            for one in found:
                members = one.report.get("members", "")
                typer.echo(f"{one.id}\t{one.state}\t{one.branch}\t{one.as_of}\t{members}\t{one.source}")
            before = found[-1].id


def pairs(given: Sequence[str], allowed: Iterable[str]) -> dict[str, str]:
    """{field: value} of FIELD=VALUE. Raises NotSetUp."""
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or name not in allowed or not value.strip():
            raise house.NotSetUp(f"{one!r} is not FIELD=VALUE, with FIELD one of: {', '.join(allowed)}.")
        found[name] = value.strip()
    return found


async def _content(file: Path) -> bytes:
    def read() -> bytes:
        if file.stat().st_size > LARGEST:
            raise Unreadable(roster_files.TOO_LARGE)
        return file.read_bytes()

    try:
        return await asyncio.to_thread(read)
    except OSError as error:
        raise house.NotSetUp(f"{file} cannot be read: {error.strerror}.") from None
    except Unreadable as error:
        raise house.NotSetUp(render(error.text, LANGUAGE)) from None


async def _columns(content: bytes, order: Order) -> Columns:
    try:
        head = await look(content)
    except Unreadable as error:
        raise house.NotSetUp(render(error.text, LANGUAGE)) from None
    columns = guess(head.headings)
    for name, heading in order.columns.items():
        column = column_named(head.headings, heading)
        if column is None:
            raise house.NotSetUp(f"No column is called {heading!r}. The columns are: {', '.join(filter(None, head.headings))}.")
        columns[name] = column
    found = Columns(head.number, columns, order.all_rows)
    if found.missing:
        raise house.NotSetUp(
            f"No column was found for: {', '.join(found.missing)}. The columns are: {', '.join(filter(None, head.headings))}. "
            f"Say which is which with --map FIELD=HEADING; {' and '.join(SAME_FOR_ALL)} may be the same for all rows: --all FIELD=VALUE."
        )
    return found


def _judge(content: bytes, columns: Columns) -> Report:
    try:
        sheet: Sheet = roster_files.read(content)
        judge = Judge(columns, house.now().date(), days_begin_1904=sheet.days_begin_1904)
        for _members in judge.members(sheet, CHUNK):
            pass
    except Unreadable as error:
        raise house.NotSetUp(render(error.text, LANGUAGE)) from None
    for note in sheet.notes:
        typer.echo(render(note, LANGUAGE), err=True)
    return judge.report


def _tell(report: Report, columns: Columns) -> None:
    typer.echo(
        f"{report.rows} rows read under the headings in row {columns.heading}: {report.members} members, {report.left_out} left out."
    )
    for fault in report.faults[:SHOWN]:
        typer.echo(said(fault))
    if len(report.faults) > SHOWN:
        typer.echo(f"... and more like these: {', '.join(f'{code} {count}' for code, count in report.counted.most_common())}")


def said(fault: Fault, language: str = LANGUAGE) -> str:
    """A fault on one line: row, column, what is wrong, how to mend it."""
    parts: list[Text] = [roster_words.column(fault.field), roster_words.what(fault.code, fault.other), roster_words.mend(fault.code)]
    column, what, mend = (render(part, language) for part in parts)
    return f"row {fault.row}: {column} {what}. {mend}"


async def _import(database: Database, order: Order, content: bytes, columns: Columns) -> None:
    branch = await _branch(database, order.branch)
    row, sealed = await asyncio.to_thread(draft, database, branch, order.file.name, content, order.as_of, house.now(), None)
    row |= {"source": order.source or row["source"], "state": IMPORTING}

    async def begin(db: Connection) -> Roster | None:
        if same := await rosters.twin(db, branch, row["digest"]):
            typer.echo(f"This very file was imported already, as roster {same.id}. Nothing was changed.")
            return None
        await rosters.add(db, row, sealed)
        await rosters.change(db, row["id"], 0, mapping=columns.kept(), beat_at=house.now())
        roster = await rosters.by_id(db, branch, row["id"])
        assert roster
        await _record(db, database, roster, "roster.import_begun")
        return roster

    roster = await database.writer.run(begin)
    if roster is None:
        return
    await Run(database, roster, house.now, lambda _about: _progress(), None).bring_in()
    ended = await database.writer.read(lambda db: rosters.by_id(db, branch, roster.id))
    if ended is None or ended.state != LIVE:
        raise house.NotSetUp(f"Roster {roster.id} was not imported; nothing of it is told to anybody. Look into the log, then try again.")
    typer.echo(f"\nRoster {ended.id}: {ended.report['members']} members of {branch}, as of {ended.as_of}, source: {ended.source}.")
    typer.echo(f"To take it back: sapa roster undo {ended.id}")


def _progress() -> None:
    if sys.stderr.isatty():
        typer.echo(".", nl=False, err=True)


async def _branch(database: Database, wanted: str) -> str:
    """The one that was named, or the only one there is."""
    names = await database.writer.read(lambda db: branches.names(db, "*"))
    if wanted in names or (not wanted and len(names) == 1):
        return wanted or next(iter(names))
    raise house.NotSetUp(f"Say for which branch, with --branch: {', '.join(names) or 'none was loaded yet'}.")


async def _record(db: Connection, database: Database, roster: Roster, action: str) -> None:
    entry = audit.Entry(None, roster.branch, action, f"roster:{roster.id}", {"by": "shell", "as_of": roster.as_of.isoformat()})
    await audit.record(db, database.tools, entry, house.now())
