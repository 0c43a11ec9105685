"""The whole house on WhatsApp: what is said is answered in one bubble, receipts settle what was in doubt, nothing goes where it may not."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select, text

from bot import house
from bot.app import App
from bot.house import DEMO, open_database
from bot.settings import Settings
from locales import Page
from storage import Database, accounts, charges, templates
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.deliveries import CAMPAIGN, DELIVERIES, reply_row
from storage.templates import Filled
from storage.writer import Connection
from tests.emulators import WhatsAppEmulator
from tests.talk import KEY

ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)
SITI, BUDI = "6281200000001", "6281200000002"
FILLED = Filled("ajakan", "id", (("1", "Siti"),), payloads=("coverage#7",))


class House:
    def __init__(self, app: App, emulator: WhatsAppEmulator) -> None:
        self.app, self.emulator, self.database = app, emulator, app.database

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.database.writer.read(lambda db: db.execute(text(query)))]

    async def until(self, query: str, wanted: list[tuple[Any, ...]], seconds: float = 10) -> None:
        found: list[tuple[Any, ...]] = []
        for _look in range(int(seconds * 50)):
            found = await self.rows(query)
            if found == wanted:
                return
            await asyncio.sleep(0.02)
        assert found == wanted

    async def say(self, contact: int, address: str, number: int) -> int:
        """What an officer writes."""
        new, now = self.database.tools.new_id(), house.now()
        row = reply_row(new, f"o:{number}", contact, address, "whatsapp", Page("Petugas"), now, pulled=False, follows=None)
        await self.database.writer.run(lambda db: db.execute(insert(DELIVERIES), [row]))
        self.app._delivery.wake()
        return new

    async def invite(self, *people: str, template: Filled = FILLED, **facts: Any) -> list[int]:
        """A campaign to numbers, of whom some may never have written."""

        async def work(db: Connection) -> list[int]:
            new, now, tools = [], house.now(), self.database.tools
            for person in people:
                address = self.database.address_of("whatsapp", person)
                known = (await db.execute(select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == address))).scalar()
                if known is None:
                    known, sealed = tools.new_id(), tools.sealer.seal(person, "addresses", "external", address)
                    await db.execute(insert(CONTACTS), [{"id": known, "created_at": now, "branch": "sidoarjo", "language": "id"}])
                    row = {"id": address, "contact_id": known, "channel": "whatsapp", "external": sealed, "created_at": now}
                    await db.execute(insert(ADDRESSES), [row])
                    await db.execute(text("INSERT INTO conversations (contact_id, seen_at) VALUES (:c, :at)"), {"c": known, "at": now})
                id_ = tools.new_id()
                row = reply_row(id_, f"c:1:{id_}", known, address, "whatsapp", Page("Halo Siti"), now, pulled=False, follows=None)
                await db.execute(insert(DELIVERIES), [row | {"lane": CAMPAIGN, "template": templates.dump(template)} | facts])
                new.append(id_)
            return new

        new = await self.database.writer.run(work)
        self.app._delivery.wake()
        return new


@asynccontextmanager
async def living(url: str, emulator: WhatsAppEmulator, **more: Any) -> AsyncIterator[House]:
    settings = Settings(
        database_url=url,
        host="127.0.0.1",
        port=0,
        whatsapp_token=SecretStr(emulator.token),
        whatsapp_phone_id=emulator.phone_id,
        whatsapp_app_secret=SecretStr(emulator.app_secret),
        whatsapp_verify_token=SecretStr(emulator.verify_token),
        whatsapp_api_url=emulator.api_url,
        **{"whatsapp_rate": 0, **more},
    )
    database: Database = open_database(url, KEY)
    await house.load(database, DEMO, house.now())
    app = App(settings, database)
    [address] = await app.start()
    assert await emulator.hook(url=f"{address}whatsapp/webhook")
    try:
        yield House(app, emulator)
    finally:
        await emulator.pause()
        await app.stop()


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path, speed=100) as running:
        await running.template("ajakan", body="Halo {{1}}", quick_replies=["Cek status"], silent=True)
        yield running


@pytest.fixture
async def ours(database_url: str, emulator: WhatsAppEmulator) -> AsyncIterator[House]:
    async with living(database_url, emulator) as standing:
        yield standing


async def test_a_worker_talks_with_the_house(ours: House) -> None:
    emulator = ours.emulator
    await emulator.text(SITI, "halo")
    [first] = await emulator.wait_for_sends(1, SITI)
    assert "Sapa" in first["body"]["interactive"]["body"]["text"]
    await emulator.press(SITI, "Cek status")
    await emulator.wait_for_sends(2, SITI)
    await emulator.text(SITI, "menu")
    menu = (await emulator.wait_for_sends(3, SITI))[-1]
    assert menu["body"]["interactive"]["type"] == "list"
    await emulator.settled()
    await ours.until("SELECT DISTINCT state FROM deliveries", [("read",)])
    assert len(emulator.sends(SITI)) == 3, "one bubble for each thing that was said"
    assert emulator.ledger("violation", "refused") == []
    counted = await ours.database.writer.read(lambda db: charges.counted(db, house.now().date() - timedelta(days=1)))
    assert [(charge.category, charge.country, count) for (_day, _channel, charge), count in counted.items()] == [("service", "ID", 3)]


async def test_in_disorder_and_under_faults_everybody_is_answered_and_nobody_three_times(database_url: str, tmp_path: Path) -> None:
    faults = [
        {"method": "messages", "kind": "reset", "when": "after", "probability": 0.05},
        {"method": "messages", "kind": "5xx", "when": "before", "probability": 0.05},
        {"method": "messages", "kind": "error", "code": 130429, "probability": 0.05},
        {"method": "webhook", "kind": "lost_ack", "probability": 0.1},
    ]
    options = {"speed": 200, "receipts": "disorder", "batch": 10, "shuffle": True, "duplicates": 0.2, "seed": 7}
    async with WhatsAppEmulator.start(tmp_path, faults=faults, **options) as emulator, living(database_url, emulator) as ours:
        people = [f"62812{number:08}" for number in range(40)]
        await emulator.says(*({"kind": "text", "chat": chat, "text": word} for word in ("halo", "menu") for chat in people))
        await ours.until("SELECT count(*) FROM said", [(80,)], seconds=30)
        unsettled = "state IN ('queued', 'in_flight', 'sent') OR (state = 'in_doubt' AND NOT resent)"
        await ours.until(f"SELECT count(*) FROM deliveries WHERE {unsettled}", [(0,)], seconds=40)
        sends: dict[str, int] = {}
        for entry in emulator.sends():
            sends[entry["opaque"]] = sends.get(entry["opaque"], 0) + 1
        resent = {str(row[0]) for row in await ours.rows("SELECT id FROM deliveries WHERE resent")}
        lost = {str(row[0]) for row in await ours.rows("SELECT id FROM deliveries WHERE state = 'in_doubt'")}
        tried = [entry["body"]["biz_opaque_callback_data"] for entry in emulator.ledger("unheard")]
        assert all(tried.count(name) == 2 for name in lost), "an answer is given up only when neither try nor the second was heard"
        assert len(sends) == 80 - len(lost)
        assert {name for name, copies in sends.items() if copies > 1} <= resent
        assert max(sends.values()) <= 2
        assert emulator.ledger("violation") == []


async def test_a_campaign_message_in_doubt_is_settled_by_its_receipt_and_never_sent_again(ours: House) -> None:
    await ours.emulator.set_faults(
        {"method": "messages", "kind": "reset", "when": "after", "nth": [1]}, {"method": "messages", "kind": "5xx", "nth": [2]}
    )
    arrived, lost = await ours.invite(SITI), await ours.invite(BUDI)
    await ours.until(f"SELECT state FROM deliveries WHERE id = {arrived[0]}", [("read",)])
    await ours.until(f"SELECT state, reason FROM deliveries WHERE id = {lost[0]}", [("in_doubt", "answer_lost")])
    assert [entry["opaque"] for entry in ours.emulator.sends()] == [str(arrived[0])]
    assert (await ours.rows(f"SELECT count(*) FROM deliveries WHERE id = {arrived[0]} AND provider_id IS NOT NULL")) == [(1,)]


async def test_an_invitation_s_button_begins_a_talk(ours: House) -> None:
    [sent] = await ours.invite(SITI)
    await ours.until(f"SELECT state FROM deliveries WHERE id = {sent}", [("read",)])
    await ours.emulator.press(SITI, "Cek status")
    await ours.emulator.wait_for_sends(2, SITI)
    await ours.until("SELECT count(*) FROM contacts", [(1,)])
    assert (await ours.rows("SELECT kind FROM said"))[0] == ("press",)


@pytest.mark.parametrize(
    ("facts", "state", "reason"),
    [
        ({"state": "undeliverable"}, "failed", "undeliverable"),
        ({"stopped": True}, "failed", "unwanted"),
        ({"state": "capped"}, "failed", "enough_for_today"),
        ({"state": "experiment"}, "failed", "experiment"),
        ({"state": "untested"}, "failed", "not_on_test_list"),
    ],
    ids=str,
)
async def test_who_cannot_or_will_not_be_written_to_is_left_alone(ours: House, facts: dict[str, Any], state: str, reason: str) -> None:
    await ours.emulator.person(SITI, **facts)
    [sent] = await ours.invite(SITI)
    await ours.until(f"SELECT state, reason FROM deliveries WHERE id = {sent}", [(state, reason)])
    stopped = await ours.rows("SELECT count(*) FROM contacts WHERE opted_out_at IS NOT NULL")
    assert stopped == [(1 if reason == "unwanted" else 0,)]


async def test_outside_the_window_an_answer_is_not_tried(ours: House) -> None:
    await ours.emulator.text(SITI, "halo", at=int((house.now() - timedelta(hours=30)).timestamp()))
    await ours.emulator.settled()
    await ours.until("SELECT state, reason FROM deliveries", [("skipped", "window")])
    assert ours.emulator.sends() == []


async def test_a_window_that_meta_shut_earlier_costs_one_message(ours: House) -> None:
    await ours.emulator.text(SITI, "halo")
    await ours.emulator.wait_for_sends(1, SITI)
    await ours.emulator.settled()
    await ours.emulator.advance(86_500)
    [(contact, address)] = await ours.rows("SELECT contact_id, address FROM deliveries")
    for number in range(2):
        sent = await ours.say(contact, address, number)
        await ours.until(f"SELECT count(*) FROM deliveries WHERE id = {sent} AND state IN ('failed', 'skipped')", [(1,)])
    assert await ours.rows("SELECT state, reason FROM deliveries ORDER BY id") == [
        ("read", None),
        ("failed", "window"),
        ("skipped", "window"),
    ]
    assert len(ours.emulator.sends()) == 2


async def test_the_portfolio_s_limit_is_never_passed(database_url: str, tmp_path: Path) -> None:
    async with WhatsAppEmulator.start(tmp_path, tier="TIER_50") as emulator:
        await emulator.template("ajakan", body="Halo {{1}}", quick_replies=["Cek status"], silent=True)
        async with living(database_url, emulator) as ours:
            for _look in range(200):
                account = await ours.database.writer.read(lambda db: accounts.account(db, "whatsapp"))
                if account.daily_limit:
                    break
                await asyncio.sleep(0.02)
            assert account.people_a_day == 50
            await ours.invite(*(f"62812{number:08}" for number in range(90)))
            await ours.until("SELECT count(*) FROM deliveries WHERE state = 'read'", [(50,)], seconds=20)
            await asyncio.sleep(0.3)
            assert len(emulator.sends()) == 50
            assert emulator.ledger("refused") == []
            assert await ours.rows("SELECT count(*) FROM deliveries WHERE state = 'queued'") == [(40,)]


async def test_an_account_in_trouble_stops_everything_and_says_so(ours: House) -> None:
    await ours.emulator.set_faults({"method": "messages", "kind": "error", "code": 131042})
    await ours.emulator.text(SITI, "halo")
    await ours.until("SELECT state, reason FROM deliveries", [("queued", "payment")])
    assert ours.app._delivery._lanes[0].forbidden
    assert ours.emulator.sends() == []


async def test_flagged_as_spam_campaigns_rest_and_answers_go_on(ours: House) -> None:
    await ours.emulator.set_faults({"method": "messages", "kind": "error", "code": 131048, "nth": [1]})
    [first] = await ours.invite(SITI)
    await ours.until(f"SELECT state, reason FROM deliveries WHERE id = {first}", [("queued", "flagged_as_spam")])
    await ours.invite(BUDI)
    await ours.emulator.text("6281200000003", "halo")
    await ours.emulator.wait_for_sends(1, "6281200000003")
    assert len(ours.emulator.sends()) == 1


async def test_random_receipts_of_anybody_change_nothing_that_is_not_theirs(ours: House) -> None:
    dice = random.Random(5)
    await ours.emulator.text(SITI, "halo")
    await ours.emulator.wait_for_sends(1, SITI)
    await ours.emulator.settled()
    await ours.until("SELECT DISTINCT state FROM deliveries", [("read",)])
    metadata = {"phone_number_id": ours.emulator.phone_id}
    for number in range(40):
        opaque = {"biz_opaque_callback_data": str(dice.randrange(2**62))} if dice.random() < 0.5 else {}
        state = {"id": f"wamid.{number}", "status": dice.choice(["sent", "failed", "read"]), "timestamp": "1795323600", **opaque}
        await ours.emulator.raw({"field": "messages", "value": {"metadata": metadata, "statuses": [state]}})
    await ours.emulator.settled()
    await ours.until("SELECT count(*) FROM orphans", [(40,)])
    assert await ours.rows("SELECT state FROM deliveries") == [("read",)]


async def test_a_half_set_up_number_is_not_served(sqlite_url: str, emulator: WhatsAppEmulator) -> None:
    database = open_database(sqlite_url, KEY)
    with pytest.raises(house.NotSetUp, match="SAPA_WHATSAPP_APP_SECRET"):
        App(Settings(database_url=sqlite_url, whatsapp_token=SecretStr(emulator.token), whatsapp_phone_id="1"), database)
    await database.close()
