"""One import as it is shown: its report, its columns and first rows as they are understood, how far its reading has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import web

from console import roster_words
from console.members import SCHEMES
from console.roster_columns import FIELDS, NEEDED, NUMBERS, Columns, Head, mapping_of
from console.roster_rows import Judge, Wrong
from console.roster_run import is_lost, look
from console.roster_sheet import Unreadable
from console.visit import Visit
from locales import Text, _, _n
from storage import officers, rosters
from storage.coverage import LIVE
from storage.rosters import CHECKED, CHECKING, DRAFT, IMPORTING, STOPPED, UNDER_WAY, UNDONE, Roster
from storage.scope import EVERYWHERE

SHOWN, PREVIEWED = 100, 5  # faults and rows on the page
STATES: Mapping[str, Text] = {
    DRAFT: _("Columns to be named"),
    CHECKING: _("Being looked through"),
    CHECKED: _("Looked through"),
    IMPORTING: _("Being imported"),
    STOPPED: _("Stopped"),
    LIVE: _("Imported"),
    UNDONE: _("Undone"),
}
TONES = {LIVE: "good", CHECKING: "waits", IMPORTING: "waits", STOPPED: "bad"}
TOGETHER = ("JKK JKM", "JKK JKM JHT")


async def show(visit: Visit, roster: Roster, columns: Columns | None = None, wrong: Text | None = None, status: int = 200) -> web.Response:
    head = await _head(visit, roster) if roster.state in rosters.WAITING else None
    kept = columns or (mapping_of(roster.mapping) if roster.mapping else Columns(1, {}))
    said = await visit.read(lambda db: officers.by_id(db, EVERYWHERE, roster.officer_id or 0))
    return visit.show(
        "members_import.html",
        status,
        one=roster,
        state=STOPPED if is_lost(roster, visit.now) else roster.state,
        wrong=wrong or _why_stopped(roster),
        head=head,
        columns=kept,
        fields=FIELDS,
        needed=NEEDED,
        together={"scheme": SCHEMES, "programmes": {words: words for words in TOGETHER}},
        preview=_preview(head, kept) if head else [],
        faults=faults(roster)[:SHOWN],
        notes=[Text(msgid, tuple((name, value) for name, value in params)) for msgid, params in roster.report.get("notes", [])],
        states=STATES,
        tones=TONES,
        by=said.name if said else "",
        progress=_progress(visit, roster),
        ends=[date.fromisoformat(day) for day in roster.report.get("ends", [])],
    )


async def _head(visit: Visit, roster: Roster) -> Head | None:
    content = await visit.read(lambda db: rosters.content(db, visit.desk.database.tools, roster.id))
    try:
        return await look(content) if content else None
    except Unreadable:
        return None


def _preview(head: Head, columns: Columns) -> list[tuple[int, list[tuple[object, Text | None]]]]:
    """The first rows as they will be understood: {row: each field's value, or what is wrong with it}."""
    judge = Judge(columns, date.max)
    return [(number, [_cell(judge, columns, name, cells) for name in FIELDS]) for number, cells in head.rows[:PREVIEWED]]


def _cell(judge: Judge, columns: Columns, name: str, cells: list[str]) -> tuple[object, Text | None]:
    column = columns.columns.get(name)
    cell = cells[column] if column is not None and column < len(cells) else ""
    try:
        value = judge.read(name, cell or columns.all.get(name, ""))
    except Wrong as wrong:
        return "", roster_words.what(wrong.code, wrong.other)
    if value is None:
        return "–", None
    if name in NUMBERS:
        return f"•••• {value[-4:]}", None
    return (SCHEMES[value] if name == "scheme" else " ".join(value) if name == "programmes" else value), None


def _progress(visit: Visit, roster: Roster) -> dict[str, Any] | None:
    """How far a reading has come, how fast it is, and how long it will take."""
    if roster.state not in UNDER_WAY or is_lost(roster, visit.now):
        return None
    total = max(roster.total, roster.done, 1)
    seconds = max((visit.now - roster.imported_at).total_seconds(), 0.001)
    rate = roster.done / seconds
    return {"done": roster.done, "total": total, "rate": round(rate), "left": _left((total - roster.done) / rate if rate else None)}


def _left(seconds: float | None) -> Text:
    if seconds is None:
        return _("It has just begun.")
    return _n("About {count} second left.", "About {count} seconds left.", max(round(seconds), 1))


def faults(roster: Roster) -> list[tuple[int, Text, Text, Text]]:
    found = roster.report.get("faults", [])
    return [
        (row, roster_words.column(name), roster_words.what(code, other), roster_words.mend(code))
        for row, name, code, other in found
        if name in FIELDS and code in roster_words.FAULTS
    ]


def _why_stopped(roster: Roster) -> Text | None:
    unreadable = roster.report.get("unreadable")
    return Text(unreadable[0], tuple((name, value) for name, value in unreadable[1])) if unreadable else None
