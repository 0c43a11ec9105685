"""Somebody who writes on Telegram, WhatsApp and the web page can be one person to us: by a code that works once and soon ends."""

import asyncio
import re
from datetime import timedelta

import pytest

from dialogue import Dialogue, Go, Next, Script, State, Turn, go
from dialogue import text as words
from locales import _
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import SaidRow
from storage.interests import INTERESTS
from tests.talk import NOON, Worker
from tests.test_engine import arrive, engine_on, said
from tests.test_engine import rows as found
from tests.test_interest import leaves_a_name, rows

CONTACTS, ADDRESSES, SAID = table_of(ContactRow), table_of(AddressRow), table_of(SaidRow)


def other_chat(url: str, channel: str = "whatsapp", name: str = "628120000001", **later: float) -> Worker:
    return Worker(url, channel, name=name, now=NOON + timedelta(**(later or {"minutes": 12})))


def code_of(worker: Worker) -> str:
    for line in ("gabung obrolan", "[Minta kode]"):
        worker.says(line)
    [code] = re.findall(r"Kode Anda: ([0-9A-Z]{9})\b", worker.pages[0].text)
    return str(code)


def gives(worker: Worker, code: str) -> str:
    for line in ("gabung obrolan", "[Saya punya kode]", code):
        worker.says(line)
    return worker.pages[0].text


def test_two_chats_become_one_person(database_url: str) -> None:
    telegram = leaves_a_name(database_url)
    whatsapp = other_chat(database_url)
    whatsapp.says("halo")
    assert "Telegram" in gives(whatsapp, code_of(telegram))
    assert "tergabung" in whatsapp.says("[Ya, keduanya saya]")[0].text
    [contact] = rows(database_url, CONTACTS)
    for table in (ADDRESSES, SAID, INTERESTS):
        assert {row["contact_id"] for row in rows(database_url, table)} == {contact["id"]}
    assert contact["consent_at"] is not None
    reference = str(rows(database_url, INTERESTS)[0]["reference"])
    assert reference in whatsapp.says("minat")[0].text
    telegram.now = whatsapp.now
    assert reference in telegram.says("minat")[0].text


def test_a_third_chat_may_join_too_and_nobody_joins_themselves(sqlite_url: str) -> None:
    telegram, whatsapp = Worker(sqlite_url), other_chat(sqlite_url)
    gives(whatsapp, code_of(telegram))
    whatsapp.says("[Ya, keduanya saya]")
    web = other_chat(sqlite_url, "webchat", "some-token", minutes=20)
    telegram.now = NOON + timedelta(minutes=18)
    code = code_of(telegram)
    whatsapp.now = NOON + timedelta(minutes=19)
    assert "tidak cocok" in gives(whatsapp, code), "it is their own by now"
    gives(web, code)
    web.says("[Ya, keduanya saya]")
    assert len(rows(sqlite_url, CONTACTS)) == 1
    assert len(rows(sqlite_url, ADDRESSES)) == 3


@pytest.mark.parametrize("wrong", ["AAAAAAAAA", "7GQ2K", "https://example.org", "x", "'; DROP TABLE contacts; --"])
def test_a_code_that_is_none_joins_nobody(sqlite_url: str, wrong: str) -> None:
    worker = Worker(sqlite_url)
    assert "tergabung" not in gives(worker, wrong)
    assert len(rows(sqlite_url, CONTACTS)) == 1


def test_a_code_works_once_and_for_a_quarter_of_an_hour(sqlite_url: str) -> None:
    telegram = Worker(sqlite_url)
    late = other_chat(sqlite_url, name="628120000002", minutes=17)
    assert "tidak cocok" in gives(late, code_of(telegram))
    telegram.now = NOON + timedelta(minutes=20)
    code = code_of(telegram)
    first, second = other_chat(sqlite_url, minutes=22), other_chat(sqlite_url, name="628120000003", minutes=24)
    gives(first, code)
    first.says("[Ya, keduanya saya]")
    assert "tidak cocok" in gives(second, code)


def test_a_code_given_out_anew_takes_the_old_one_back(sqlite_url: str) -> None:
    telegram = Worker(sqlite_url)
    old, new = code_of(telegram), code_of(telegram)
    assert old != new
    assert "tidak cocok" in gives(other_chat(sqlite_url), old)


def test_who_says_no_stays_apart(sqlite_url: str) -> None:
    telegram, whatsapp = Worker(sqlite_url), other_chat(sqlite_url)
    gives(whatsapp, code_of(telegram))
    assert "tidak ada yang diubah" in whatsapp.says("[Tidak, biarkan]")[0].text
    assert len(rows(sqlite_url, CONTACTS)) == 2


def test_who_stopped_our_messages_in_one_chat_stopped_them_in_both(sqlite_url: str) -> None:
    telegram, whatsapp = Worker(sqlite_url), other_chat(sqlite_url)
    telegram.says("berhenti")
    gives(whatsapp, code_of(telegram))
    whatsapp.says("[Ya, keduanya saya]")
    [contact] = rows(sqlite_url, CONTACTS)
    assert contact["opted_out_at"] is not None


talk = Dialogue("talk", State)


@talk.step(words(_("Say something.")))
async def anything(turn: Turn[State], answer: str) -> Next:
    if answer == "offer":
        turn.store.events.add("offered", await turn.store.joins.offer())
    elif answer.startswith("take ") and (other := await turn.store.joins.find(answer.removeprefix("take "))):
        turn.store.joins.join(other)
    return anything


async def begin(_turn: Turn[State]) -> Go:
    return go("talk")


SCRIPT = Script(
    {"talk": talk}, dict.fromkeys(("other", "emergency", "unreadable", "greeting", "edited"), begin), {}, arrive, _("Menu"), "1"
)


@pytest.mark.parametrize("replicas", [1, 2])
async def test_chats_that_are_joined_while_both_talk_lose_nothing(database_url: str, replicas: int) -> None:
    """At a second replica of PostgreSQL too; on SQLite there is only one."""
    if replicas == 2 and database_url.startswith("sqlite"):
        return
    async with engine_on(database_url, SCRIPT) as (one, database), engine_on(database_url, SCRIPT) as (more, _again):
        other = more if replicas == 2 else one
        for number, (chat, what) in enumerate(((1, "halo"), (2, "halo"), (1, "offer"))):
            await one.receive([said(chat, number, what)])
        [(code,)] = await found(database, "SELECT subject FROM events WHERE kind = 'offered'")
        talks = [one.receive([said(1, number, "word")]) for number in range(10, 40)]
        talks += [other.receive([said(2, number, f"take {code}" if number == 60 else "word")]) for number in range(50, 80)]
        await asyncio.gather(*talks)
        [(contact,)] = await found(database, "SELECT id FROM contacts")
        assert await found(database, "SELECT contact_id, count(*) FROM said GROUP BY contact_id") == [(contact, 63)]
        assert await found(database, "SELECT count(*) FROM deliveries") == [(63,)]
        assert await found(database, "SELECT count(*) FROM conversations") == [(1,)]
