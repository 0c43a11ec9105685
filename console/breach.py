"""When data leaked: who is concerned, until when they and the authority must be told, and the notices in both languages (UU 27/2022 art. 46)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from console import exports
from console.breach_words import SCOPES, WHOLE, Case, kinds_of, to_authority, to_people
from console.lists import Asked, Filter, asked
from console.pages import get, post
from console.people import PATH as PEOPLE
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import LANGUAGES, Text, Written, _, render
from storage import branches, breach, officers, people
from storage.breach import AT_ONCE, Found
from storage.people import Row, Wanted
from storage.rights import CLOCK
from storage.scope import EVERYWHERE
from storage.writer import Connection

PATH, SHOWN = "/desk/audit/breach", 50
FIELDS = ("since", "until", "learned")
HEADER = (_("Person"), _("Name"), _("Reached by"), _("Language"), _("Which data"), _("First"), _("Last"), _("Page"))
UNREADABLE = Refused(
    422,
    _("Between which moments?"),
    _("Nothing was prepared. Say what happened, since when and until when, and when you learned of it; none of these lies in the future."),
)


@dataclass(frozen=True)
class Window:
    """What was asked: a scope, three moments, and an account or None for all."""

    scope: str
    since: datetime
    until: datetime
    learned: datetime
    officer: int | None

    @property
    def due(self) -> datetime:
        """Until when people and the authority must be told."""
        return self.learned + CLOCK


async def show(visit: Visit) -> web.Response:
    return await _page(visit, await _asked(visit))


async def notices(visit: Visit) -> web.Response:
    """The notices, to be copied or taken along as one file; that they were made is a row of the audit."""
    sent, wanted = await visit.form("how_id", "how_en", "done_id", "done_en", "as"), await _asked(visit)
    window = _window(visit, wanted)
    if window is None:
        raise UNREADABLE
    found = await visit.read(lambda db: _found(db, visit, window))
    case = await visit.read(lambda db: _case(db, visit, window, found, sent))

    async def work(db: Connection) -> None:
        moments = {name: getattr(window, name).isoformat() for name in FIELDS}
        counts = {"people": found.people, "members": found.members}
        await visit.record(db, "breach.prepared", f"breach:{window.since:%Y-%m-%d}", {"scope": window.scope, **moments, **counts})

    await visit.write(work)
    made = [(to, language, make(case, language)) for to, make in MAKERS for language in LANGUAGES]
    if sent["as"] != "file":
        return await _page(visit, wanted, sent=sent, made=made)
    response = web.Response(
        text="\n\n---\n\n".join(text for _to, _language, text in made) + "\n", content_type="text/plain", charset="utf-8"
    )
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="notices-{window.since:%Y-%m-%d}.txt"'
    return response


MAKERS = ((_("To the people"), to_people), (_("To the authority"), to_authority))


async def export(visit: Visit) -> web.StreamResponse:
    """Who is concerned, to tell them by letter or telephone; without a whole number, like every list."""
    wanted = await _asked(visit)
    window = _window(visit, wanted)
    if window is None:
        raise UNREADABLE
    found = await visit.read(lambda db: _found(db, visit, window))
    return await exports.send(visit, "affected", wanted, HEADER, _rows(visit, window, found))


@dataclass(frozen=True)
class Concerned:
    """How many people and members, which data, and, where the audit tells, whom exactly."""

    people: int
    members: int
    kinds: tuple[Text, ...]
    acts: Found | None


async def _page(visit: Visit, wanted: Asked, **more: Any) -> web.Response:
    window = _window(visit, wanted)
    found = await visit.read(lambda db: _found(db, visit, window)) if window else None
    ids = await visit.read(lambda db: _ids(db, visit, window, found, 0, SHOWN)) if window and found else []
    rows = await visit.read(lambda db: _some(db, visit, ids))
    values: dict[str, Any] = {"sent": {}, "made": [], **more}
    return visit.show(
        "breach.html",
        asked=wanted,
        window=window,
        found=found,
        rows=rows,
        kinds_of=kinds_of,
        channels=CHANNELS,
        word_for=word_for,
        wrong=UNREADABLE.paragraphs[0] if window is None and any(wanted.fields.values()) else None,
        **values,
    )


async def _asked(visit: Visit) -> Asked:
    everyone = await visit.read(lambda db: officers.find(db, visit.branch, most=AT_ONCE))
    names = {str(one.id): Written({"id": one.name}) for one in everyone}
    return asked(visit, PATH, Filter("scope", _("What happened"), SCOPES), Filter("officer", _("Whose account"), names), fields=FIELDS)


def _window(visit: Visit, wanted: Asked) -> Window | None:
    """None for moments that cannot be read, or that cannot have been."""
    moments = [_moment(visit, wanted.fields[name]) for name in FIELDS]
    since, until, learned = moments
    if since is None or until is None or learned is None or not (since < until and since <= learned <= visit.now):
        return None
    scope = (wanted.chosen["scope"] or ("acts",))[0]
    officer = int(wanted.chosen["officer"][0]) if wanted.chosen["officer"] else None
    return Window(scope, since, until, learned, officer)


def _moment(visit: Visit, typed: str) -> datetime | None:
    """As a form's field for day and time gives it, where the officer is."""
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return at.replace(tzinfo=ZoneInfo(visit.officer.zone)) if at.tzinfo is None and at.year > 2000 else None


async def _found(db: Connection, visit: Visit, window: Window) -> Concerned:
    if window.scope == "acts":
        acts = await breach.by_the_audit(db, breach.Asked(visit.branch, window.since, window.until, window.officer))
        return Concerned(len(acts.people), len(acts.members), kinds_of(acts.kinds), acts)
    count, members = await breach.count(db, visit.branch, window.until)
    return Concerned(count, members, WHOLE[window.scope], None)


async def _case(db: Connection, visit: Visit, window: Window, found: Concerned, sent: Mapping[str, str]) -> Case:
    branch = visit.desk.branch if visit.branch == EVERYWHERE else visit.branch
    return Case(
        office=Written({"id": await branches.name_of(db, branch)}),
        kinds=found.kinds,
        since=window.since,
        until=window.until,
        learned=window.learned,
        due=window.due,
        zone=visit.officer.zone,
        people=found.people,
        members=found.members,
        officer=visit.officer.name,
        how={language: sent[f"how_{language}"] for language in LANGUAGES},
        done={language: sent[f"done_{language}"] for language in LANGUAGES},
    )


async def _ids(db: Connection, visit: Visit, window: Window, found: Concerned, before: int, most: int) -> list[int]:
    """Some of the people concerned, newest first."""
    if found.acts is None:
        return await breach.everybody(db, visit.branch, window.until, before, most)
    return [one for one in sorted(found.acts.people, reverse=True) if not before or one < before][:most]


async def _some(db: Connection, visit: Visit, ids: list[int]) -> list[Row]:
    return await people.find(db, visit.branch, Wanted(contacts=ids), visit.now, len(ids)) if ids else []


async def _rows(visit: Visit, window: Window, found: Concerned) -> AsyncIterator[list[list[object]]]:
    before = 0
    while ids := await visit.read(lambda db, before=before: _ids(db, visit, window, found, before, AT_ONCE)):  # type: ignore[misc]
        rows = await visit.read(lambda db, ids=ids: _some(db, visit, ids))  # type: ignore[misc]
        yield [_row(visit, row, found) for row in rows]
        before = ids[-1]


def _row(visit: Visit, row: Row, found: Concerned) -> list[object]:
    touched = found.acts.people[row.id] if found.acts else None
    channels = ", ".join(render(word_for(CHANNELS, channel), visit.language) for channel in row.channels)
    kinds = "; ".join(render(kind, visit.language) for kind in (kinds_of(sorted(touched.kinds)) if touched else found.kinds))
    moments = [at.isoformat(timespec="minutes") for at in (touched.first, touched.last)] if touched else ["", ""]
    return [row.id, row.name, channels, row.language, kinds, *moments, f"{PEOPLE}/{row.id}"]


PAGES = [
    get(PATH, show, Policy.AUDIT),
    post(f"{PATH}/notices", notices, Policy.AUDIT),
    post(f"{PATH}/export", export, Policy.AUDIT),
]
