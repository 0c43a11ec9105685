"""What is kept of a person can be read by them whole, and after an erasure nothing of them is found, wherever one looks."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from bot.house import open_database
from bot.ids import Ids
from handlers.privacy_copy import ROOM, parts
from locales import Page
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import ConversationRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from tests.talk import KEY
from tests.test_interest import leaves_a_name, rows

CONTACTS, CONVERSATIONS = table_of(ContactRow), table_of(ConversationRow)
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


def everything(url: str) -> str:
    """Every row of every table, and what the conversation remembers, unsealed."""
    return asyncio.run(_everything(url))


async def _everything(url: str) -> str:
    database = open_database(url, KEY, Ids(node=2))

    async def read(db: Any) -> str:
        found = [repr((await db.execute(select(table))).all()) for table in SQLModel.metadata.sorted_tables]
        for row in (await db.execute(select(CONVERSATIONS))).all():
            found.append(repr(database.tools.sealer.open_json(row.memory, "conversations", "memory", row.contact_id)))
        return "\n".join(found)

    try:
        return await database.writer.read(read)
    finally:
        await database.close()


def test_after_an_erasure_nothing_of_the_person_is_found(database_url: str) -> None:
    """P6"""
    worker = leaves_a_name(database_url)
    for line in ("minat", "[Ubah]", "[Agensi]", "PT Rahasia Jaya", "petugas", "tolong saya dikurung majikan", "hapus data saya"):
        worker.says(line)
    before = everything(database_url)
    assert "Siti Aminah" in before
    assert "PT Rahasia Jaya" in before
    worker.says("[Hapus semua]")
    receipt = worker.says("[Ya, hapus]")[0]
    after = everything(database_url)
    for word in ("Aminah", "Rahasia", "dikurung", "2 th", "evening"):
        assert word not in after, word
    assert "1 catatan minat" in receipt.text
    assert "2 permintaan" in receipt.text
    assert len(rows(database_url, DELIVERIES)) == 1, "only the receipt"
    assert {event["contact_id"] for event in rows(database_url, EVENTS)} == {None}
    (contact,) = rows(database_url, CONTACTS)
    assert contact["erased_at"] == worker.now
    assert contact["consent_version"] is contact["country"] is contact["first_link"] is None


def test_nothing_that_was_open_comes_back_after_an_erasure(database_url: str) -> None:
    worker = leaves_a_name(database_url)
    for line in ("minat", "[Ubah]", "[Nama]", "hapus data saya", "[Hapus semua]", "[Ya, hapus]"):
        worker.says(line)
    assert "nama Anda" not in worker.says("kembali")[0].text


def test_withdrawn_consent_takes_the_name_with_it(database_url: str) -> None:
    """P8"""
    worker = leaves_a_name(database_url)
    for line in ("privasi", "[Tarik persetujuan]", "[Ya, tarik]"):
        worker.says(line)
    (contact,) = rows(database_url, CONTACTS)
    assert contact["consent_version"] is contact["consent_at"] is contact["consent_language"] is None
    [stopped] = [event for event in rows(database_url, EVENTS) if event["kind"] == "opt_out"]
    assert (stopped["subject"], stopped["at"]) == ("withdrawn", contact["opted_out_at"]), "campaigns stop with it, and can tell why"
    kinds = [(event["kind"], json.loads(event["detail"])) for event in rows(database_url, EVENTS) if event["kind"] == "consent"]
    assert [detail["given"] for _kind, detail in kinds] == [True, False]
    assert "setuju" in worker.says("minat")[0].buttons[0].label


def test_a_copy_is_json_with_numbers_hidden(database_url: str) -> None:
    worker = leaves_a_name(database_url)
    worker.says("privasi")
    copies = [_json_of(worker.says("[Salinan untuk saya]"))]
    while "[Bagian sebelumnya]" in {f"[{button.label}]" for page in worker.pages for button in page.buttons}:
        copies.append(_json_of(worker.says("[Bagian sebelumnya]")))
    assert copies[0]["interest"]["name"] == "Siti Aminah"
    assert (copies[0]["interest"]["phone"], copies[0]["interest"]["nik"]) == ("+852 •••• 4567", "•••• 0000")
    assert [copy["part"] for copy in copies] == list(range(1, copies[0]["of"] + 1))
    said = [entry["you"] for copy in copies for entry in copy["entries"] if "you" in entry]
    assert said[0] == "privasi"
    assert said[-1] == "minat"


def _json_of(pages: list[Page]) -> Any:
    whole = "\n".join(page.text for page in pages)
    return json.JSONDecoder().raw_decode(whole)[0]


def test_a_long_copy_comes_in_parts_that_hold_everything_once_and_no_copy_of_a_copy() -> None:
    """P7"""
    said = [{"at": (NOON + timedelta(minutes=number)).isoformat(), "text": f"pesan {number}", "kind": "text"} for number in range(300)]
    late = {"at": (NOON + timedelta(days=2)).isoformat(), "text": "later", "kind": "text"}
    copy = (NOON + timedelta(hours=1)).isoformat()
    kept = {
        "contact": {"language": "id"},
        "addresses": [],
        "interest": None,
        "checks": [],
        "said": [*said, late],
        "told": [{"at": copy, "text": "a copy", "state": "sent"}, {"at": (NOON + timedelta(days=1)).isoformat(), "text": "an answer"}],
        "notes": [{"at": copy, "text": "what officers noted"}],
        "events": [{"at": copy, "kind": "privacy", "subject": "copy"}],
    }
    pages = parts(kept, NOON + timedelta(days=1))
    assert all(len(page) < ROOM * 1.5 for page in pages)
    entries = [entry for page in pages for entry in json.loads(page)["entries"]]
    assert [entry["you"] for entry in entries if "you" in entry] == [one["text"] for one in reversed(said)]
    assert [entry["sapa"] for entry in entries if "sapa" in entry] == ["an answer"]
    assert [entry["note"] for entry in entries if "note" in entry] == ["what officers noted"]
    assert [json.loads(page)["part"] for page in pages] == list(range(1, len(pages) + 1))
