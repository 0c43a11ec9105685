"""The real server on WhatsApp, killed and started again: nothing lost, no invitation twice, nothing secret in a log."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot.house import load, open_database
from locales import Page
from storage import Database, templates
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.deliveries import CAMPAIGN, DELIVERIES, reply_row
from storage.templates import Filled
from storage.writer import Connection
from tests.crash.fleet import Nest, Server
from tests.crash.places import places
from tests.crash.tables import Row, rows, waiting
from tests.emulators import WhatsAppEmulator
from tests.serving import Server as Served
from tests.serving import serving
from tests.talk import BRANCH, KEY

ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)
SITI = "6281234567890"
CANARY_NIK, CANARY_WORDS = "3515005503900000", "rahasia-kenari"
ARRIVED = ("sent", "delivered", "read")
RATE, WINDOW = 60, 24  # twice what is under way at that rate if a call takes 0.2 s
ROLES = {"sqlite": ("all",), "postgresql": ("web", "worker")}
KILLS = 10
INTAKE = sorted(places() - places("bot/channels/whatsapp"))  # where a webhook of WhatsApp may die
FAULTS = [
    {"method": "messages", "kind": "reset", "when": "after", "probability": 0.02},
    {"method": "messages", "kind": "5xx", "when": "before", "probability": 0.02},
    {"method": "messages", "kind": "error", "code": 130429, "probability": 0.02},
    {"method": "webhook", "kind": "lost_ack", "probability": 0.05},
]
MANNERS = {"receipts": "disorder", "batch": 8, "shuffle": True, "duplicates": 0.1, "seed": 11, "speed": 50, "latency": 0.01}


def settings_of(emulator: WhatsAppEmulator) -> dict[str, str]:
    return {
        "whatsapp_token": emulator.token,
        "whatsapp_phone_id": emulator.phone_id,
        "whatsapp_app_secret": emulator.app_secret,
        "whatsapp_verify_token": emulator.verify_token,
        "whatsapp_api_url": emulator.api_url,
    }


@asynccontextmanager
async def served(folder: Path, url: str, emulator: WhatsAppEmulator, **more: str) -> AsyncIterator[Served]:
    async with serving(folder, url, **settings_of(emulator), **more) as server:
        assert await emulator.hook(url=f"{server.url}whatsapp/webhook")
        yield server


async def test_no_secret_no_number_and_nothing_said_ever_stands_in_a_log(tmp_path: Path, sqlite_url: str) -> None:
    faults = [{"method": "messages", "kind": "reset", "when": "before", "probability": 0.3}]
    async with WhatsAppEmulator.start(tmp_path, faults=faults, token="EAAcanary1234567890abcdefghij") as emulator:
        known = await emulator.person(SITI)
        async with served(tmp_path, sqlite_url, emulator, log_level="DEBUG") as server:
            for words in ("halo", CANARY_NIK, f"{CANARY_WORDS} {CANARY_NIK}", "menu"):
                await emulator.text(SITI, words)
            await emulator.raw({"field": "messages", "value": {"messages": [{"from": SITI, "text": {"body": CANARY_WORDS}}]}})
            await emulator.wait_for_sends(3, within=30)
            await emulator.settled()
            pages = "".join(
                [(await server.get(path))[1] for path in ("/ready", "/whatsapp/webhook", "/whatsapp/webhook?hub.mode=subscribe")]
            )
            await server.stop()
        seen = server.log.read_text() + pages
        secrets = (emulator.token, emulator.app_secret, emulator.verify_token, KEY)
        for canary in (*secrets, SITI, known["user"], CANARY_NIK, CANARY_WORDS, "wamid", "Worker"):
            assert canary not in seen, f"{canary[:5]}... stands in a log or an error page"
        kept = b"".join(path.read_bytes() for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("sapa.db*"))
        for hidden in (SITI, known["user"], CANARY_NIK, "wamid"):
            assert hidden.encode() not in kept, f"{hidden[:5]}... is readable in the database"


@pytest.mark.slow
@pytest.mark.sqlite_first
async def test_killed_again_and_again_it_loses_nothing_and_invites_nobody_twice(tmp_path: Path, database_url: str) -> None:
    dice = random.Random(11)
    roles = ROLES["sqlite" if database_url.startswith("sqlite") else "postgresql"]
    people = [f"62813{number:08}" for number in range(30)]
    database = open_database(database_url, KEY)
    await load(database, BRANCH, datetime.now(UTC))
    try:
        async with WhatsAppEmulator.start(tmp_path, faults=FAULTS, **MANNERS) as emulator, Nest.start() as nest:
            await emulator.template("ajakan", body="Halo {{1}}", silent=True)
            servers = await started(nest, tmp_path, database_url, emulator, roles)
            invited: set[int] = set()
            for number in range(KILLS):
                invited |= await invite(database, [f"62812{number:04}{person:04}" for person in range(20)])
                await emulator.says(*({"kind": "text", "chat": chat, "text": "halo"} for chat in people))
                await asyncio.sleep(dice.uniform(0.1, 0.8))
                for server in (dice.choice(servers), *(server for server in servers if not server.is_alive)):
                    await server.kill()
                    place = dice.choice(INTAKE) if server.role != "worker" and dice.random() < 0.5 else ""
                    await server.start(place and f"{place}:{dice.randint(1, 5)}")
            for server in servers:  # also those that still wait for their place
                await server.kill()
                await server.start()
            await quiet(database_url, emulator)
            found = await breaches(database_url, emulator, invited, KILLS * len(people))
            assert found == [], "\n".join(found[:20])
    finally:
        await database.close()


async def started(nest: Nest, folder: Path, url: str, emulator: WhatsAppEmulator, roles: tuple[str, ...]) -> list[Server]:
    own = {f"SAPA_{name.upper()}": value for name, value in settings_of(emulator).items()}
    own |= {"SAPA_DATABASE_URL": url, "SAPA_SECRET_KEY": KEY, "SAPA_WHATSAPP_RATE": str(RATE), "SAPA_NOTES_FOLDER": str(folder)}
    servers = [Server(nest, role, folder, own, role) for role in roles]
    await asyncio.gather(*(server.start() for server in servers))
    assert await emulator.hook(url=f"{servers[0].url}/whatsapp/webhook")
    return servers


async def invite(database: Database, people: list[str]) -> set[int]:
    """A campaign's deliveries to people who never wrote; their ids."""
    tools, now = database.tools, datetime.now(UTC)
    kept = templates.dump(Filled("ajakan", "id", (("1", "Siti"),)))

    async def work(db: Connection) -> set[int]:
        ids = set()
        for person in people:
            contact, address, delivery = tools.new_id(), database.address_of("whatsapp", person), tools.new_id()
            sealed = tools.sealer.seal(person, "addresses", "external", address)
            await db.execute(insert(CONTACTS), [{"id": contact, "created_at": now, "branch": "sidoarjo", "language": "id"}])
            await db.execute(text("INSERT INTO conversations (contact_id, seen_at) VALUES (:c, :at)"), {"c": contact, "at": now})
            where = {"id": address, "contact_id": contact, "channel": "whatsapp", "external": sealed, "created_at": now}
            await db.execute(insert(ADDRESSES), [where])
            row = reply_row(delivery, f"c:1:{contact}", contact, address, "whatsapp", Page("Halo Siti"), now, pulled=False, follows=None)
            later = {"lane": CAMPAIGN, "template": kept, "expires_at": now + timedelta(days=3)}
            await db.execute(insert(DELIVERIES), [row | later])
            ids.add(delivery)
        return ids

    return await database.writer.run(work)


async def quiet(url: str, emulator: WhatsAppEmulator) -> None:
    """No more faults; everything that people said was heard, nothing waits any more, and its receipts were heard too."""
    await emulator.set_faults()
    await emulator.settled(within=120)
    async with asyncio.timeout(150):
        while await waiting(url):  # noqa: ASYNC110 (another process ends it)
            await asyncio.sleep(0.1)
    await emulator.settled(within=120)


async def breaches(url: str, emulator: WhatsAppEmulator, invited: set[int], said: int) -> list[str]:
    """By the ledger and the tables alone."""
    heard = await rows(url, "SELECT count(*) AS many FROM said")
    wrong = await rows(url, "SELECT id, state FROM inbound WHERE state <> 'done'")
    copies = Counter(int(entry["opaque"]) for entry in emulator.sends())
    deliveries = await rows(url, "SELECT id, lane, state, resent FROM deliveries")
    found = [] if heard == [{"many": said}] else [f"{heard} of {said} messages were heard"]
    found += [f"{row['id']} is {row['state']}" for row in wrong]
    found += [f"{row} has {copies[row['id']]} copies" for row in deliveries if not as_promised(row, copies[row["id"]])]
    found += [f"{delivery} is gone" for delivery in invited - {row["id"] for row in deliveries}]
    doubts = sum(row["state"] == "in_doubt" for row in deliveries)
    unanswered = sum(entry["fault"] == "5xx" for entry in emulator.ledger("unheard"))
    found += [] if doubts <= WINDOW * (KILLS + 1) + unanswered else [f"{doubts} are in doubt"]
    return found + [f"contract: {entry}" for entry in emulator.ledger("violation")]


def as_promised(row: Row, copies: int) -> bool:
    """Receipts settle what was sent, so only what never arrived stays in doubt. Only a reply may go twice, and then it says so."""
    if row["state"] == "in_doubt":
        return copies == 0
    most = 2 if row["resent"] and row["lane"] != CAMPAIGN else 1
    return row["state"] in ARRIVED and 1 <= copies <= most
