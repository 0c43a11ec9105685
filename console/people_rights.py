"""What somebody asks by law about their data: a clock that runs, a copy, a correction, an erasure; done by an officer, and told."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from console.exports import TOO_MANY
from console.pages import get, post
from console.people import KINDS, LAW, PATH, WAYS, found_person, path_of
from console.policies import Policy
from console.refused import Refused
from console.told import page_for
from console.visit import Visit
from facts import cite
from locales import Page, Text, _
from storage import limits, outgoing, privacy, rights, talks
from storage.limits import Limit
from storage.people import Person
from storage.writer import Connection

A_DAY = Limit(20, timedelta(hours=24))  # copies an officer may make

IN_DANGER = Refused(
    409,
    _("This person called for help"),
    _("Nothing was erased: their emergency is still open, and with the data we would lose the way to them."),
    _("Close the emergency first, then erase."),
)
UNSURE = Refused(
    422,
    _("Is it really they?"),
    _("Nothing was done. Say how they asked, and that you made sure who asks; else a stranger could take or erase what is theirs."),
)


async def ask(visit: Visit) -> web.Response:
    """They asked by letter or at the office: the clock runs from that day."""
    sent, person = await visit.form("kind", "day"), await found_person(visit)
    asked_at = _day(visit, sent["day"])
    if sent["kind"] not in KINDS or asked_at is None:
        raise Refused(422, _("When did they ask?"), _("Nothing was kept. Choose what they asked for, and a day that is not to come."))

    async def work(db: Connection) -> None:
        await rights.ask(db, visit.desk.database.tools, person.id, person.branch, sent["kind"], asked_at)
        await visit.record(db, "person.asked", f"person:{person.id}", {"right": sent["kind"], "day": sent["day"]})

    await visit.write(work)
    return visit.go(path_of(person), _("The clock runs; until when it must be done stands on the page."))


def _day(visit: Visit, typed: str) -> datetime | None:
    """When that day began, so that our clock never runs out later than the law's; None for a day that cannot be."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    at = datetime.combine(day, time(), ZoneInfo(visit.officer.zone))
    return at if at <= visit.now and visit.now - at < timedelta(days=366) else None


async def copy(visit: Visit) -> web.Response:
    """The whole of what is kept, as a file for the person."""
    person, way = await found_person(visit), await _way(visit)
    database = visit.desk.database

    async def work(db: Connection) -> dict[str, object]:
        bucket = visit.desk.sealer.index("limit", f"copy:{visit.officer.id}")
        if not await limits.spend(db, database.dialect, bucket, A_DAY, visit.now):
            raise TOO_MANY
        await rights.done(db, person.id, "copy", visit.now)
        await visit.record(db, "person.exported", f"person:{person.id}", {"asked": way})
        return await privacy.export_of(db, database.tools, person.id, visit.now)

    kept = await visit.write(work)
    response = web.Response(text=json.dumps(kept, ensure_ascii=False, indent=1), content_type="application/json")
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="person-{person.id}.json"'
    return response


async def corrected(visit: Visit) -> web.Response:
    person = await found_person(visit)

    telling = await _telling(visit, person, "corrected", _("Your data is corrected, as you asked. ({article})", article=cite(LAW, "5-13")))

    async def work(db: Connection) -> None:
        if not await rights.done(db, person.id, "correction", visit.now):
            raise Refused(409, _("Nothing waits to be corrected"), _("Nothing was changed: a colleague has told them already."))
        await visit.record(db, "person.corrected", f"person:{person.id}")
        await _tell(db, visit, person, telling)

    await visit.write(work, news_at=telling.address)
    return visit.go(path_of(person), _("Done, and they are told."))


async def erase_form(visit: Visit) -> web.Response:
    person = await found_person(visit)
    counts = await visit.read(lambda db: privacy.counts_of(db, visit.desk.database.tools, person.id, visit.now))
    return visit.show("person_erase.html", one=person, counts=counts, ways=WAYS)


async def erase(visit: Visit) -> web.Response:
    person, way = await found_person(visit), await _way(visit)
    database = visit.desk.database
    if person.in_danger:
        raise IN_DANGER

    telling = await _telling(
        visit, person, "erased", _("All that was kept of you is erased, as you asked. ({article})", article=cite(LAW, "42-45"))
    )

    async def work(db: Connection) -> None:
        counts = await privacy.erase_of(db, database.tools, person.id, visit.now)
        await visit.record(db, "person.erased", f"person:{person.id}", {"asked": way, **counts})
        await _tell(db, visit, person, telling)

    await visit.write(work, news_at=telling.address)
    return visit.go(PATH, _("Everything kept of them is erased; the empty address goes within a day."))


@dataclass(frozen=True)
class Telling:
    """A page for the person, made while it is still known where they are; `address` is where it goes, [] if they have no chat any more."""

    key: str
    page: Page | None
    address: list[str]


async def _telling(visit: Visit, person: Person, why: str, said: Text) -> Telling:
    reached = await visit.read(lambda db: talks.find(db, visit.desk.database.tools, visit.branch, person.id, visit.now))
    if reached is None or reached.address is None:
        return Telling("", None, [])
    return Telling(f"r:{why}:{person.id}:{int(visit.now.timestamp())}", page_for(reached, said), [reached.address])


async def _tell(db: Connection, visit: Visit, person: Person, telling: Telling) -> None:
    database = visit.desk.database
    if telling.page:
        await outgoing.tell(db, database.dialect, database.tools, telling.key, person.id, telling.page, visit.now)


async def _way(visit: Visit) -> str:
    """How they asked; and an officer's word that it was they."""
    sent = await visit.form("way", "sure")
    if sent["way"] not in WAYS or sent["sure"] != "yes":
        raise UNSURE
    return sent["way"]


PAGES = [
    post(f"{PATH}/{{person}}/asked", ask, Policy.SERVE),
    post(f"{PATH}/{{person}}/copy", copy, Policy.SERVE),
    post(f"{PATH}/{{person}}/corrected", corrected, Policy.SERVE),
    get(f"{PATH}/{{person}}/erase", erase_form, Policy.SERVE),
    post(f"{PATH}/{{person}}/erase", erase, Policy.SERVE),
]
