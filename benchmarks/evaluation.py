"""`python -m benchmarks.evaluation`: how long the report of a year takes with many people and events, and how long counting them takes."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.house import DEMO, load, open_database
from console.monitoring_files import made
from console.monitoring_view import sections
from sqlalchemy import insert
from sqlalchemy.schema import CreateIndex, DropIndex
from storage import Database, indicators, migrate, rollups
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.events import EVENTS
from storage.indicators import Group
from storage.periods import period
from storage.reports.content import report
from tests.postgres import private_cluster

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
KEY = "a key of the benchmark, which is no secret at all"
COUNTRIES = ["HK", "TW", "MY", "SG", "JP", "KR", "SA", "BN", "AE", "QA", None]
PARTNERS = [f"partner-{number}" for number in range(60)] + [None] * 20
KINDS = [("topic", "death"), ("check", "covered"), ("topic", "claim"), ("topic", "register"), ("interest", "new"), ("check", "ended")]
CHUNK = 20_000
LOOKS = 5


async def fill(database: Database, people: int, events: int) -> None:
    """People spread over the year, their events in months after they came."""
    each = max(events // people, 1)
    # Indexes afterwards: what came in a year, in the order of time, is written here person by person, all over them.
    indexes = sorted(EVENTS.indexes, key=lambda index: str(index.name))
    for index in indexes:
        await database.writer.run(lambda db, index=index: db.execute(DropIndex(index)))  # type: ignore[misc]
    for first in range(0, people, CHUNK):
        ids = range(first + 1, min(first + CHUNK, people) + 1)
        contacts = [person(one) for one in ids]
        await database.writer.run(lambda db, rows=contacts: db.execute(insert(table_of(ContactRow)), rows))  # type: ignore[misc]
        for begin in range(0, len(ids), CHUNK // each):
            rows = [row(one, number, each) for one in ids[begin : begin + CHUNK // each] for number in range(each)]
            await database.writer.run(lambda db, rows=rows: db.execute(insert(EVENTS), rows))  # type: ignore[misc]
    for index in indexes:
        await database.writer.run(lambda db, index=index: db.execute(CreateIndex(index)))  # type: ignore[misc]


def person(one: int) -> dict[str, Any]:
    """Their first link is of the partner of their first event, as it is with who really came by one."""
    link = f"link of {PARTNERS[one % len(PARTNERS)]}"
    return {"id": one, "created_at": came(one), "branch": "sidoarjo", "country": COUNTRIES[one % 11], "first_link": link}


def came(person: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=person * 7919 % (320 * 24 * 60))


def row(person: int, number: int, each: int) -> dict[str, Any]:
    kind, subject = ("touch", "7GQ2K") if number == 0 else KINDS[(person + number) % len(KINDS)]
    detail = json.dumps({"partner": PARTNERS[person % len(PARTNERS)]}) if number == 0 else "{}"
    at = min(came(person) + timedelta(days=number * 90 / each), NOW)
    return {
        "id": (person * 64 + number) << 32,
        "at": at,
        "contact_id": person,
        "branch": "sidoarjo",
        "kind": kind,
        "subject": subject,
        "detail": detail,
    }


async def timed(what: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    began, spent = time.perf_counter(), time.process_time()
    found = await work()
    print(f"{what}: {time.perf_counter() - began:.2f} s, of this process {time.process_time() - spent:.2f} s", flush=True)
    return found


async def measure(url: str, people: int, events: int) -> None:
    database = open_database(url, KEY)
    await migrate(url)
    await load(database, DEMO, NOW)
    await timed(f"writing {people} people and {events} events", lambda: fill(database, people, events))
    await timed("counting all of them", lambda: rollups.catch_up(database.writer))
    await timed("comparing everybody, when nothing is new", lambda: rollups.catch_up(database.writer))
    await timed("looking for what is new, when nothing is", lambda: rollups.catch_up(database.writer, thorough=False))
    found = await timed("report of a year", lambda: database.writer.read(lambda db: report(db, "sidoarjo", period("2026"), NOW)))
    began = time.perf_counter()
    size = len(made(found, "pdf", "id"))
    print(f"PDF of it ({size} bytes): {time.perf_counter() - began:.2f} s", flush=True)
    for _time in range(LOOKS):
        await timed("the page of a year", lambda: _page(database, "2026"))
    for _time in range(LOOKS):
        await timed("the page of a month", lambda: _page(database, "2026-09"))
    group, wanted = Group("sidoarjo"), period("2026")
    for measure in ("checked", "covered", "ending"):  # the last of nobody
        behind = lambda db, measure=measure: indicators.people_behind(db, group, wanted, measure)  # noqa: E731
        await timed(f"rows behind a figure ({measure})", lambda behind=behind: database.writer.read(behind))  # type: ignore[misc]
    print(f"reached: {found.now['reach']}, questions: {sum(found.topics.values())}", flush=True)
    await database.close()


async def _page(database: Database, name: str) -> None:
    sections(await database.writer.read(lambda db: report(db, "sidoarjo", period(name), NOW)), "/desk/monitoring/rows")


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.evaluation", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--postgresql", action="store_true", help="in a PostgreSQL of its own instead of an SQLite file")
    asked = parser.parse_args()
    with ExitStack() as stack:
        if asked.postgresql:
            cluster = stack.enter_context(private_cluster())
            url = cluster.create("evaluation", "template1")
        else:
            url = f"sqlite:///{Path(stack.enter_context(TemporaryDirectory())) / 'evaluation.db'}"
        asyncio.run(measure(url, asked.people, asked.events))


if __name__ == "__main__":
    main()
