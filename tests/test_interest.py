"""A name that was left is kept once, readable only where it must be, and never without a yes."""

import asyncio
import json
from typing import Any

from sqlalchemy import select

from bot.house import open_database
from bot.ids import Ids
from handlers.welcome import NOTICE_VERSION
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from tests.talk import KEY, Worker

CONTACTS, SAID = table_of(ContactRow), table_of(SaidRow)
TALK = ("minat", "ya", "Siti Aminah", "hk", "PT Parco Laut", "2 th", "telepon", "6123 4567", "malam", "3515005503900000", "[Ya, kirim]")


def leaves_a_name(url: str) -> Worker:
    worker = Worker(url)
    for line in TALK:
        worker.says(line)
    return worker


def rows(url: str, table: Any) -> list[Any]:
    return asyncio.run(_rows(url, table))


async def _rows(url: str, table: Any) -> list[Any]:
    database = open_database(url, KEY, Ids(node=2))

    async def read(db: Any) -> list[Any]:
        return list((await db.execute(select(table).order_by(table.c.id))).mappings())

    try:
        return await database.writer.read(read)
    finally:
        await database.close()


def test_numbers_are_sealed_and_stand_in_no_text_that_is_kept(database_url: str) -> None:
    """P2"""
    leaves_a_name(database_url)
    (kept,) = rows(database_url, INTERESTS)
    assert (kept["name"], kept["destination"], kept["agency"], kept["months"]) == ("Siti Aminah", "HK", "PT Parco Laut", 24)
    assert (kept["stage"], kept["reach"], kept["when"]) == ("abroad", "call", "evening")
    everything = repr([rows(database_url, table) for table in (INTERESTS, SAID, DELIVERIES, EVENTS)])
    for number in ("3515005503900000", "61234567", "6123 4567", "550390"):
        assert number not in everything


def test_consent_is_kept_as_version_language_and_time(database_url: str) -> None:
    """P9"""
    worker = Worker(database_url)
    worker.says("minat")
    (before,) = rows(database_url, CONTACTS)
    assert before["consent_version"] is None
    worker.says("ya")
    (after,) = rows(database_url, CONTACTS)
    assert (after["consent_version"], after["consent_language"]) == (NOTICE_VERSION, "id")
    assert after["consent_at"] == worker.now
    assert [event["subject"] for event in rows(database_url, EVENTS) if event["kind"] == "consent"] == [NOTICE_VERSION]


def test_a_button_pressed_again_registers_nothing_twice(database_url: str) -> None:
    worker = leaves_a_name(database_url)
    first = rows(database_url, INTERESTS)
    for line in ("[Ya, kirim]", "menu", "[Ya, kirim]", "[Belum berangkat]", "[Lewati]"):
        worker.says(line)
    assert rows(database_url, INTERESTS) == first
    assert [event["subject"] for event in rows(database_url, EVENTS) if event["kind"] == "interest"] == ["new"]


def test_a_change_keeps_the_reference_and_says_what_kind_of_event_it_was(database_url: str) -> None:
    worker = leaves_a_name(database_url)
    (before,) = rows(database_url, INTERESTS)
    for line in ("minat", "[Ubah]", "[Nama]", "Siti Rahayu", "ya"):
        worker.says(line)
    (after,) = rows(database_url, INTERESTS)
    assert (after["reference"], after["name"]) == (before["reference"], "Siti Rahayu")
    events = [event for event in rows(database_url, EVENTS) if event["kind"] == "interest"]
    assert [event["subject"] for event in events] == ["new", "changed"]
    assert json.loads(events[1]["detail"]) == {"stage": "abroad", "destination": "HK", "months": 24, "reach": "call"}


def test_without_a_yes_nothing_is_kept(database_url: str) -> None:
    worker = Worker(database_url)
    for line in ("minat", "tidak", "minat", "[Tidak]"):
        worker.says(line)
    assert rows(database_url, INTERESTS) == []
    assert rows(database_url, CONTACTS)[0]["consent_version"] is None
