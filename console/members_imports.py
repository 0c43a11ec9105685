"""Importing members: a list is sent, its columns are named, it is looked through row by row, brought in all at once, and can be taken back."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping
from datetime import date
from typing import Any

from aiohttp import hdrs, web

from console import roster_files, roster_sheet, uploads
from console.exports import MARK, harmless
from console.lists import asked, listing
from console.members import SCHEMES
from console.members_import import STATES, TOGETHER, TONES, show
from console.members_import import faults as faults_of
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.roster_columns import FIELDS, SAME_FOR_ALL, Columns, guess
from console.roster_run import Run, clear, draft, is_lost, look, source_of
from console.roster_sheet import Unreadable
from console.visit import Visit
from locales import Text, Written, _, render
from storage import branches, rosters
from storage.coverage import LIVE
from storage.rosters import CHECKED, CHECKING, DRAFT, IMPORTING, STOPPED, UNDER_WAY, UNDONE, Roster
from storage.stale import Stale
from storage.writer import Connection

PATH, PAGE = "/desk/members/imports", 20
LONGEST_SOURCE = 80
STALE = Refused(
    409,
    _("Somebody changed this import meanwhile"),
    _("Nothing of what you sent was done. The file and what the other officer chose are kept."),
    _("Open the import again, look at how it stands now, and go on from there."),
)
TOO_LARGE = Refused(413, _("This file is too large"), roster_files.TOO_LARGE, _("Nothing was kept of it."))


async def every(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH)
    found = await visit.read(lambda db: rosters.find(db, visit.branch, before=wanted.number_after, most=PAGE))
    shown = listing(wanted, found, PAGE, lambda one: one.id)
    return visit.show("members_imports.html", listing=shown, states=STATES, tones=TONES)


async def new(visit: Visit) -> web.Response:
    return await _new(visit, None)


async def send(visit: Visit) -> web.Response:
    """Takes the file in; it waits sealed until it was imported, a day at most."""
    try:
        upload = await uploads.take(visit.request, roster_sheet.LARGEST)
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    names = await _branches(visit)
    branch, as_of = upload.fields.get("branch") or next(iter(names), ""), _day(upload.fields.get("as_of", ""))
    if branch not in names:
        raise web.HTTPBadRequest
    if as_of is None or as_of > visit.times.today:
        return await _new(visit, _("Say which day the list speaks of: today or a day before."), 422)
    try:
        head = await look(upload.content)
    except Unreadable as error:
        return await _new(visit, error.text, 422)
    by = visit.officer.id
    row, sealed = await asyncio.to_thread(draft, visit.desk.database, branch, upload.name, upload.content, as_of, visit.now, by)
    if same := await visit.read(lambda db: rosters.twin(db, branch, row["digest"])):
        return visit.go(f"{PATH}/{same.id}", _("This very file was imported before: here it is. Nothing was changed."))

    async def work(db: Connection) -> None:
        await rosters.add(db, row, sealed)
        await rosters.change(db, row["id"], 0, mapping=Columns(head.number, guess(head.headings)).kept())
        await visit.record(db, "roster.sent", f"roster:{row['id']}", {"bytes": len(upload.content), "as_of": as_of.isoformat()})

    await visit.write(work)
    return visit.go(f"{PATH}/{row['id']}")


async def one(visit: Visit) -> web.Response:
    return await show(visit, await _found(visit))


async def check(visit: Visit) -> web.Response:
    """Keeps which column is what, and begins to look the list through."""
    roster = await _found(visit)
    fields = [*(f"column-{name}" for name in FIELDS), *(f"all-{name}" for name in SAME_FOR_ALL)]
    sent = await visit.form("version", "source", "as_of", *fields)
    columns = _chosen(roster, sent)
    as_of, source = _day(sent["as_of"]), source_of(f"{sent['source']}.")[:LONGEST_SOURCE] or roster.source
    if columns.missing:
        missing = [_column_words(name) for name in columns.missing]
        return await show(visit, roster, columns, _("Say which column holds: {columns}.", columns=_joined(missing, visit.language)), 422)
    if as_of is None or as_of > visit.times.today:
        return await show(visit, roster, columns, _("Say which day the list speaks of: today or a day before."), 422)
    values = {"state": CHECKING, "mapping": columns.kept(), "source": source, "as_of": as_of}
    return await _begin(visit, roster, sent["version"], "roster.check_begun", values, Run.check)


async def run(visit: Visit) -> web.Response:
    """Brings the members in. It goes on without this page."""
    roster = await _found(visit)
    sent = await visit.form("version")
    if roster.state == CHECKED and not roster.report.get("members"):
        raise web.HTTPBadRequest
    return await _begin(visit, roster, sent["version"], "roster.import_begun", {"state": IMPORTING}, Run.bring_in)


async def _begin(visit: Visit, roster: Roster, version: str, action: str, values: dict[str, Any], how: Any) -> web.Response:
    allowed = (CHECKED, STOPPED) if values["state"] == IMPORTING else (DRAFT, CHECKED, STOPPED)
    if (roster.state not in allowed and not is_lost(roster, visit.now)) or version != str(roster.version):
        raise STALE
    values |= {"done": 0, "total": roster.total, "imported_at": visit.now, "beat_at": visit.now}

    async def work(db: Connection) -> Roster | None:
        await rosters.change(db, roster.id, roster.version, **values)
        await visit.record(db, action, f"roster:{roster.id}", {"as_of": values.get("as_of", roster.as_of).isoformat()})
        return await rosters.by_id(db, visit.branch, roster.id)

    try:
        begun = await visit.write(work)
    except Stale:
        raise STALE from None
    assert begun
    desk = visit.desk
    desk.jobs.start(how(Run(desk.database, begun, desk.clock, desk.committed, visit.officer.id)))
    return visit.go(f"{PATH}/{roster.id}")


async def undo(visit: Visit) -> web.Response:
    """Takes a list back, or throws one away that was never brought in."""
    roster = await _found(visit)
    sent = await visit.form("version")
    if roster.state == UNDONE or sent["version"] != str(roster.version) or (roster.state in UNDER_WAY and not is_lost(roster, visit.now)):
        raise STALE

    async def work(db: Connection) -> None:
        await rosters.change(db, roster.id, roster.version, state=UNDONE)
        await rosters.drop_file(db, roster.id)
        await visit.record(db, "roster.undone", f"roster:{roster.id}", {"state": roster.state, "members": roster.report.get("members", 0)})

    try:
        await visit.write(work)
    except Stale:
        raise STALE from None
    visit.desk.jobs.start(clear(visit.desk.database, roster.id))
    if roster.state != LIVE:
        return visit.go(PATH, _("The list was thrown away. Nobody was told of it."))
    return visit.go(f"{PATH}/{roster.id}", _("The import is undone. What older lists say stands again."))


async def faults(visit: Visit) -> web.Response:
    """What is wrong in which row, as a file to mend the list with. Nothing of what stands in the list is in it."""
    roster = await _found(visit)
    written = io.StringIO()
    lines = csv.writer(written)
    lines.writerow([render(text, visit.language) for text in (_("Row"), _("Column"), _("What is wrong"), _("What to do"))])
    for row, *said in faults_of(roster):
        lines.writerow([row, *(harmless(render(text, visit.language)) for text in said)])
    response = web.Response(text=MARK + written.getvalue(), content_type="text/csv", charset="utf-8")
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="faults-{roster.id}.csv"'
    return response


def _chosen(roster: Roster, sent: Mapping[str, str]) -> Columns:
    columns = {name: int(value) for name in FIELDS if (value := sent[f"column-{name}"]).isascii() and value.isdecimal() and len(value) < 4}
    allowed = {"scheme": SCHEMES, "programmes": TOGETHER}
    same = {name: value for name in SAME_FOR_ALL if (value := sent[f"all-{name}"]) in allowed[name]}
    return Columns(
        int(roster.mapping.get("heading", 1)), {name: at for name, at in columns.items() if at < roster_sheet.MOST_COLUMNS}, same
    )


def _column_words(name: str) -> Text:
    return _("NIK or date of birth") if name == "born" else FIELDS[name]


def _joined(words: list[Text], language: str) -> Written:
    return Written({"id": ", ".join(render(word, language) for word in words)})


async def _new(visit: Visit, wrong: Text | None, status: int = 200) -> web.Response:
    return visit.show(
        "members_new.html",
        status,
        wrong=wrong,
        today=visit.times.today.isoformat(),
        names=await _branches(visit),
        largest=roster_sheet.LARGEST,
        most_rows=roster_sheet.MOST_ROWS,
    )


async def _branches(visit: Visit) -> dict[str, Written]:
    found = await visit.read(lambda db: branches.names(db, visit.branch))
    return {id: Written({"id": name}) for id, name in found.items()}


async def _found(visit: Visit) -> Roster:
    """Another branch's import is not found, like one that never was."""
    number = visit.number("number")
    roster = await visit.read(lambda db: rosters.by_id(db, visit.branch, number))
    if roster is None:
        raise web.HTTPNotFound
    return roster


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


PAGES = [
    get(PATH, every, Policy.IMPORT),
    get(f"{PATH}/new", new, Policy.IMPORT),
    post(PATH, send, Policy.IMPORT),
    get(f"{PATH}/{{number}}", one, Policy.IMPORT),
    post(f"{PATH}/{{number}}/check", check, Policy.IMPORT),
    post(f"{PATH}/{{number}}/run", run, Policy.IMPORT),
    post(f"{PATH}/{{number}}/undo", undo, Policy.IMPORT),
    get(f"{PATH}/{{number}}/faults", faults, Policy.IMPORT),
]
