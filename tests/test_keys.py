"""P5: the key is changed while the house serves, killed anywhere, and then the older one is needed no more."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import LargeBinary, func, insert, select, update
from sqlmodel import SQLModel

from bot import house
from bot.commands import keys as command
from bot.house import NotSetUp
from bot.settings import Settings
from locales import Page
from storage import Database, Inbound, audit, credentials, keys, members, officers, searching
from storage import identities as people
from storage.audit import BEGINNING, Entry
from storage.audit_table import AUDIT
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.coverage import MEMBERS
from storage.deliveries import DELIVERIES, reply_row
from storage.identities import Who
from storage.interests import INTERESTS
from storage.officers import NewOfficer
from storage.rosters import Member, member_row
from storage.sealed import ALL
from storage.turns import quarantine
from storage.writer import Connection
from tests.talk import BRANCH, KEY

NEW = "another key of the tests, long enough too"
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)
NIK, KPJ, PHONE, SITI = "3515005503900000", "26010000011", "+85291234567", "6281200000001"
MANY = int(os.environ.get("SAPA_TEST_SEALED", "100000"))


def set_to(url: str, key: str, *older: str) -> Settings:
    return Settings(_env_file=None, database_url=url, secret_key=SecretStr(key), old_secret_keys=SecretStr(json.dumps(older)))


@asynccontextmanager
async def opened(url: str, key: str, *older: str) -> AsyncIterator[Database]:
    async with house.working(set_to(url, key, *older)) as database:
        yield database


@asynccontextmanager
async def listening(database: Database) -> AsyncIterator[Any]:
    engine = house.new_engine(database, "sidoarjo", lambda: NOW)
    engine.start()
    try:
        yield engine
    finally:
        await engine.close()


def says(text: str, number: int, channel: str = "telegram", sender: str = "77") -> Inbound:
    return Inbound(channel, sender, f"m{number}", NOW, text=text)


async def fill(database: Database) -> None:
    """One of everything that is sealed or indexed."""
    await house.load(database, BRANCH, NOW)
    async with listening(database) as engine:
        await engine.receive([says("/start", 1)])
        await engine.receive([says("halo", 2, "whatsapp", "US.1")])
    await database.writer.run(lambda db: people.learn(db, database.tools, [Who("whatsapp", "US.1", SITI)]))
    await database.writer.run(lambda db: _fill(db, database))


async def _fill(db: Connection, database: Database) -> None:
    tools, seal = database.tools, database.tools.sealer.seal
    contact = (await db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.channel == "telegram"))).scalar_one()
    sealed = {"phone": seal(PHONE, "interests", "phone", 1), "nik": seal(NIK, "interests", "nik", 1)}
    indexes = {"phone_index": tools.sealer.index("phone", PHONE), "nik_index": tools.sealer.index("nik", NIK)}
    row = {"id": 1, "reference": "R1", "at": NOW, "changed_at": NOW, "contact_id": contact, "branch": "sidoarjo", "state": "new"}
    await db.execute(insert(INTERESTS), [{**row, "name": "Siti", "stage": "abroad", "reach": "call", **sealed, **indexes}])
    await quarantine(db, database.dialect, tools, "telegram:9", "{}", "test", NOW)
    officer = await officers.add(db, tools, NewOfficer("sidoarjo", "officer", "ani", "Ani"), NOW)
    await credentials.set_totp(db, tools, officer.id, "SECRET", 1)
    await credentials.set_recovery_codes(db, tools, officer.id, ["ABCD-EFGH", "JKLM-NPQR"])
    for number in range(3):
        await audit.record(db, tools, Entry(None, "sidoarjo", "test.done", f"test:{number}"), NOW)


async def found(database: Database) -> dict[str, Any]:
    """What is read and found of what `fill` wrote."""

    async def work(db: Connection) -> dict[str, Any]:
        tools = database.tools
        officer = (await db.execute(select(officers.OFFICERS.c.id))).scalar_one()
        by_phone = await people.recognise(db, tools, [Who("whatsapp", "", SITI)])
        told = await members.find(db, tools, "*", members.Wanted(number=KPJ))
        so_far, _done = await audit.check(db, tools, BEGINNING)
        return {
            "nik": len(await searching.by_number(db, tools, "sidoarjo", NIK)),
            "phone": [known.external for known in by_phone[0].values()],
            "number": len(await searching.by_number(db, tools, "sidoarjo", "081200000001")),
            "member": [one.name for one in told],
            "totp": await credentials.totp_of(db, tools, officer),
            "audit": so_far.broken_at,
            "people": (await db.execute(select(func.count()).select_from(CONTACTS))).scalar_one(),
        }

    return await database.writer.run(work)


async def renewed(url: str, key: str = NEW, older: str = KEY) -> list[str]:
    said: list[str] = []
    await command.rotate(set_to(url, key, older), said.append)
    return said


async def test_everything_is_read_and_found_before_while_and_after_the_key_changes(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        before = await found(database)
    assert before["number"] == before["nik"] == len(before["member"]) == 1
    assert before["audit"] is None
    async with opened(database_url, NEW, KEY) as database:
        assert await found(database) == before
    said = await renewed(database_url)
    assert any("no longer needed" in line for line in said)
    assert any("ani" in line for line in said), "whose recovery codes end is said"
    async with opened(database_url, NEW, KEY) as database:
        assert await found(database) == before
    async with opened(database_url, NEW) as database:
        # A number nobody has kept is found again when its owner writes.
        assert await found(database) == before | {"number": 0, "phone": [SITI]}


async def test_who_writes_while_the_key_changes_goes_on_where_they_were(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        people_before = (await found(database))["people"]
        old_address = database.address_of("telegram", "77")
    async with opened(database_url, NEW, KEY) as database, listening(database) as engine:
        await engine.receive([says("menu", 3)])
        assert (await found(database))["people"] == people_before
        rows = await database.writer.read(lambda db: db.execute(select(ADDRESSES.c.id).where(ADDRESSES.c.channel == "telegram")))
        assert rows.scalars().all() == [database.address_of("telegram", "77")] != [old_address]
        said = await database.writer.read(lambda db: searching.by_number(db, database.tools, "sidoarjo", "77"))
        assert len(said) == 1


async def test_what_was_queued_for_the_older_address_goes_after_it(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        stray = database.address_of("telegram", "77")
        contact = (
            await database.writer.read(lambda db: db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == stray)))
        ).scalar_one()
    await renewed(database_url)
    async with opened(database_url, NEW, KEY) as database:
        row = reply_row(5, "late", contact, stray, "telegram", Page("Halo"), NOW, pulled=False, follows=None)
        await database.writer.run(lambda db: db.execute(insert(DELIVERIES), [row]))
    await renewed(database_url)
    async with opened(database_url, NEW) as database:
        at = await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.address).where(DELIVERIES.c.id == 5)))
        assert at.scalar_one() == database.address_of("telegram", "77")


async def test_a_recovery_code_works_once_until_the_older_key_is_gone(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
    async with opened(database_url, NEW, KEY) as database:
        officer = (await database.writer.read(lambda db: db.execute(select(officers.OFFICERS.c.id)))).scalar_one()

        async def spend(code: str) -> bool:
            return await database.writer.run(lambda db: credentials.spend_recovery_code(db, database.tools, officer, code))

        assert [await spend("ABCD-EFGH"), await spend("ABCD-EFGH")] == [True, False]
        await database.writer.run(lambda db: credentials.set_recovery_codes(db, database.tools, officer, ["STUV-WXYZ"]))
        assert (await database.writer.read(lambda db: keys.standing(db, database.tools))).codes == []
    async with opened(database_url, NEW) as database:
        assert await database.writer.run(lambda db: credentials.spend_recovery_code(db, database.tools, officer, "stuvwxyz"))


async def test_the_audit_of_a_key_that_is_gone_is_still_proven(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
    await renewed(database_url)
    async with opened(database_url, NEW) as database:
        await database.writer.run(lambda db: audit.record(db, database.tools, Entry(None, "sidoarjo", "test.done", "test:9"), NOW))
        assert (await found(database))["audit"] is None
        await database.writer.run(lambda db: db.execute(update(AUDIT).where(AUDIT.c.number == 2).values(subject="test:8")))
        assert (await found(database))["audit"] == 1, "from where the newest key's signature speaks"


async def test_another_key_is_refused_and_changes_nothing(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
    for given in ((NEW,), (NEW, "a third key, which nobody ever used here")):
        with pytest.raises(NotSetUp):
            async with opened(database_url, *given):
                pass
    await renewed(database_url)
    with pytest.raises(NotSetUp):
        async with opened(database_url, KEY):
            pass


async def test_a_database_of_an_older_release_is_told_from_one_of_another_key(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        await database.writer.run(lambda db: db.execute(keys.KEYS.delete()))
    with pytest.raises(NotSetUp):
        async with opened(database_url, NEW):
            pass
    async with opened(database_url, KEY):
        pass


def test_no_sealed_column_is_forgotten() -> None:
    known = {(sealed.name, column) for sealed in ALL for column in sealed.columns}
    open_to_all = {("passkeys", "public_key"), ("challenges", "challenge"), ("attachments", "content")}
    binary = {
        (table.name, column.name)
        for table in SQLModel.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary - open_to_all == known


async def _members(database: Database, many: int) -> None:
    await house.load(database, BRANCH, NOW)
    roster = (await database.writer.read(lambda db: db.execute(select(MEMBERS.c.roster).limit(1)))).scalar_one()
    for start in range(0, many, 5_000):
        rows = [
            member_row(
                database.tools, roster, Member(f"{n:011d}", None, "Siti", None, "placed", ("JKK",), date(2026, 1, 1), date(2027, 1, 1))
            )
            for n in range(start, min(many, start + 5_000))
        ]
        await database.writer.run(lambda db, rows=rows: db.execute(insert(MEMBERS), rows))  # type: ignore[misc]


async def rotation(url: str, folder: Path, failpoint: str = "") -> asyncio.subprocess.Process:
    given = {"SAPA_DATABASE_URL": url, "SAPA_SECRET_KEY": NEW, "SAPA_OLD_SECRET_KEYS": KEY, "SAPA_FAILPOINT": failpoint}
    out = asyncio.subprocess.DEVNULL
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "keys", "rotate", env={**os.environ, **given}, stdout=out, stderr=out, cwd=folder
    )


PLACES = ("sealed anew uncommitted:2", "sealed anew committed:5", "audit signed committed")


async def test_killed_wherever_something_becomes_durable_it_goes_on(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        await _members(database, 1_000)
        before = await found(database)
    for place in PLACES:
        process = await rotation(database_url, Path(__file__).parent.parent, place)
        assert await process.wait() == -signal.SIGKILL, place
        async with opened(database_url, NEW, KEY) as database:
            assert await found(database) == before
    assert await (await rotation(database_url, Path(__file__).parent.parent)).wait() == 0
    await _all_stand(database_url, 1_000)


@pytest.mark.soak  # minutes; a thousand rows and every kill are tried above
@pytest.mark.slow
async def test_a_hundred_thousand_rows_are_sealed_anew_through_kills(database_url: str) -> None:
    async with opened(database_url, KEY) as database:
        await fill(database)
        await _members(database, MANY)
    dice, kills = random.Random(5), 0
    while True:
        process = await rotation(database_url, Path(__file__).parent.parent)
        try:
            async with asyncio.timeout(dice.uniform(2.5, 6.0) if kills < 6 else None):
                assert await process.wait() == 0
                break
        except TimeoutError:
            process.kill()
            await process.wait()
            kills += 1
    await _all_stand(database_url, MANY)
    assert kills


async def _all_stand(url: str, many: int) -> None:
    async with opened(url, NEW) as database:
        standing = await database.writer.read(lambda db: keys.standing(db, database.tools))
        assert standing.is_done
        for number in (0, many // 2, many - 1):
            told = await database.writer.read(
                lambda db, number=number: members.find(db, database.tools, "*", members.Wanted(number=f"{number:011d}"))  # type: ignore[misc]
            )
            assert [one.secrets["kpj"] for one in told] == [f"{number:011d}"]
