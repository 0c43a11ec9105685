"""At WhatsApp's webhook only what Meta signed is read; all of it is durable before it is acknowledged; people stay who they are."""

import asyncio
import hashlib
import hmac
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select, text

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_templates import NoAccount, synchronise
from bot.channels.whatsapp_webhook import LARGEST, PATH, Webhook, is_authentic
from bot.engine import Engine
from bot.house import load, new_engine, open_database
from storage import Database, Unavailable, accounts, templates
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from tests.emulators import WhatsAppEmulator
from tests.talk import BRANCH, KEY

SITI, BUDI = "6281200000001", "6281200000002"
ADDRESSES, CONTACTS = table_of(AddressRow), table_of(ContactRow)


def now() -> datetime:
    return datetime.now(UTC)


class House:
    """The webhook with what stands behind it, listening."""

    def __init__(self, url: str, emulator: WhatsAppEmulator, database: Database) -> None:
        self.url, self.emulator, self.database = url, emulator, database

    async def rows(self, query: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self.database.writer.read(lambda db: db.execute(text(query)))]

    async def address(self, name: str) -> Any:
        wanted = select(ADDRESSES, CONTACTS.c.opted_out_at).join(CONTACTS, CONTACTS.c.id == ADDRESSES.c.contact_id)
        return (
            await self.database.writer.read(
                lambda db: db.execute(wanted.where(ADDRESSES.c.id == self.database.address_of("whatsapp", name)))
            )
        ).first()

    async def heard(self) -> list[str]:
        return [words for (words,) in await self.rows("SELECT text FROM said ORDER BY id")]

    def sign(self, body: bytes, algorithm: str = "sha256", secret: str = "") -> str:
        return f"{algorithm}=" + hmac.new((secret or self.emulator.app_secret).encode(), body, algorithm).hexdigest()

    async def post(self, body: bytes, **headers: str) -> int:
        given = {"Content-Type": "application/json", "X-Hub-Signature-256": self.sign(body), **headers}
        async with aiohttp.ClientSession() as session:
            try:
                kept = {name: value for name, value in given.items() if value}
                async with session.post(self.url, data=io.BytesIO(body), headers=kept) as response:
                    assert "sha256" not in await response.text()
                    return response.status
            except aiohttp.ClientConnectionError:
                return 413  # refused while we were still writing


@asynccontextmanager
async def house(database: Database, emulator: WhatsAppEmulator) -> AsyncIterator[House]:
    whatsapp = WhatsApp(emulator.token, emulator.phone_id, emulator.api_url)
    engine: Engine = new_engine(database, "sidoarjo")
    webhook = Webhook(whatsapp, database, engine.receive, now, emulator.app_secret, emulator.verify_token)
    await whatsapp.start()
    engine.start()
    webhook.start()
    app = web.Application(client_max_size=1 << 20)
    app.add_routes(webhook.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
    try:
        yield House(url, emulator, database)
    finally:
        await runner.cleanup()
        await webhook.close()
        await engine.close()
        await whatsapp.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, now())
    yield database
    await database.close()


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path, speed=100) as running:
        yield running


@pytest.fixture
async def ours(database: Database, emulator: WhatsAppEmulator) -> AsyncIterator[House]:
    async with house(database, emulator) as standing:
        assert await emulator.hook(url=standing.url)
        yield standing


@pytest.fixture
async def door(sqlite_url: str, emulator: WhatsAppEmulator) -> AsyncIterator[House]:
    """For what never comes as far as a database."""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, now())
    async with house(database, emulator) as standing:
        yield standing
    await database.close()


def message(words: str = "halo", name: str = "wamid.1", sender: str = SITI) -> bytes:
    content = {"from": sender, "id": name, "timestamp": "1795323600", "type": "text", "text": {"body": words}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "106540352242922"}, "messages": [content]}
    return json.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}).encode()


# The door


async def test_meta_may_ask_whether_this_is_the_address(door: House) -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": door.emulator.verify_token}
    wrong: list[dict[str, str]] = [
        {**asked, "hub.verify_token": "guess"},
        {**asked, "hub.verify_token": "é\udcff".encode("utf-8", "surrogateescape").decode("latin-1")},
        {**asked, "hub.mode": "unsubscribe"},
        {**asked, "hub.challenge": "<script>"},
        {**asked, "hub.challenge": ""},
        {},
    ]
    async with aiohttp.ClientSession() as session:
        async with session.get(door.url, params=asked) as response:
            assert (response.status, await response.text(), response.content_type) == (200, "1158201444", "text/plain")
        for one in wrong:
            async with session.get(door.url, params=one) as response:
                assert response.status == 403
                assert door.emulator.verify_token not in await response.text()


async def test_only_what_meta_signed_is_read(door: House) -> None:
    """W21"""
    body = message("Selamat pagi 🙏 é")
    right = door.sign(body)
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    forged = {
        "no signature": (body, ""),
        "sha1": (body, door.sign(body, "sha1")),
        "sha1 called sha256": (body, "sha256=" + door.sign(body, "sha1")[5:]),
        "upper case": (body, right.upper()),
        "upper case digits": (body, "sha256=" + right[7:].upper()),
        "too short": (body, right[:-1]),
        "too long": (body, right + "0"),
        "another app's": (body, door.sign(body, secret="another app's secret")),
        "written anew": (again, right),
        "one byte more": (body + b" ", right),
        "not a signature": (body, "sha256=" + "é" * 64),
        "of nothing": (body, door.sign(b"")),
    }
    for name, (sent, signature) in forged.items():
        signature = signature.encode().decode("latin-1")
        assert await door.post(sent, **{"X-Hub-Signature-256": signature}) == 401, name
    assert await door.heard() == []
    assert await door.post(body) == 200
    assert await door.heard() == ["Selamat pagi 🙏 é"]


def test_without_a_secret_nothing_is_authentic() -> None:
    empty = hmac.new(b"", b"{}", hashlib.sha256).hexdigest()
    assert not is_authentic(b"", b"{}", f"sha256={empty}")


async def test_what_is_too_large_packed_or_no_json_is_refused(door: House) -> None:
    huge = message("x" * LARGEST)
    assert await door.post(huge) == 413
    fitting = message("x" * (LARGEST - len(message(""))))
    assert len(fitting) == LARGEST
    assert await door.post(fitting) == 200
    packed = message()
    assert await door.post(packed, **{"Content-Encoding": "gzip"}) == 415
    assert await door.post(packed, **{"Content-Type": "text/plain"}) == 415


async def test_what_is_authentic_and_cannot_be_read_is_kept_and_acknowledged(door: House) -> None:
    for body in (b"not json", b"[]", b'{"entry": [{"id": "1", "changes": [{"field": "messages", "value": {"messages": [5]}}]}]}'):
        for _time in range(2):
            assert await door.post(body) == 200
    kept = await door.rows("SELECT state, reason, raw FROM inbound ORDER BY reason")
    assert [(state, reason) for state, reason, _raw in kept] == [
        ("quarantined", "no_entry"),
        ("quarantined", "not_an_object"),
        ("quarantined", "not_json"),
    ]
    assert all(b"not json" not in bytes(raw) for _state, _reason, raw in kept)


async def test_while_the_database_is_away_meta_is_asked_to_come_again(door: House) -> None:
    run = door.database.writer.run

    async def away(_work: object) -> object:
        raise Unavailable("gone")

    async def broken(_work: object) -> object:
        raise RuntimeError("a bug")

    for failing in (away, broken):
        door.database.writer.run = failing  # type: ignore[method-assign, assignment]
        assert await door.post(b"not json") == 503
    door.database.writer.run = away  # type: ignore[method-assign, assignment]
    assert await door.post(message()) == 503
    door.database.writer.run = run  # type: ignore[method-assign]
    assert await door.post(message()) == 200
    assert await door.heard() == ["halo"]


# What people say


async def test_what_people_say_is_heard_once_and_marked_as_seen(ours: House) -> None:
    await ours.emulator.text(SITI, "halo")
    await ours.emulator.send("image", BUDI, caption="ini")
    await ours.emulator.settled()
    assert sorted(await ours.heard()) == ["halo", "ini"]
    await ours.emulator.wait_for(lambda: len(ours.emulator.ledger("seen")) == 2)
    [(count,)] = await ours.rows("SELECT count(*) FROM deliveries WHERE state = 'queued' AND channel = 'whatsapp'")
    assert count == 2
    assert "wamid" not in str(await ours.rows("SELECT inbound.id, said.client FROM inbound, said")), "a number stands in those"


async def test_batches_shuffled_doubled_and_repeated_are_heard_once(ours: House) -> None:
    """W22"""
    await ours.emulator.hook(batch=25, shuffle=True, duplicates=0.4)
    await ours.emulator.set_faults({"method": "webhook", "kind": "lost_ack", "probability": 0.2})
    people = [f"62812{number:08}" for number in range(30)]
    said = [{"kind": "text", "chat": chat, "text": f"w{turn}{chat[-2:]}"} for turn in range(6) for chat in people]
    await ours.emulator.says(*said)
    await ours.emulator.settled(within=40)
    await ours.emulator.wait_for(lambda: len(ours.emulator.ledger("attempt")) > 8)
    assert sorted(await ours.heard()) == sorted(one["text"] for one in said)
    assert await ours.rows("SELECT count(*) FROM contacts") == [(30,)]
    assert await ours.rows("SELECT count(*) FROM inbound WHERE state <> 'done'") == [(0,)]


async def test_a_link_s_code_is_kept_for_who_comes_by_it(ours: House) -> None:
    [(code,)] = (await ours.rows("SELECT code FROM links ORDER BY code"))[:1]
    await ours.emulator.text(SITI, f"Halo Sapa [{code}]")
    await ours.emulator.text(BUDI, f"halo {code.lower()}")
    await ours.emulator.settled()
    assert await ours.rows("SELECT DISTINCT first_link FROM contacts") == [(code,)]
    await ours.emulator.text(BUDI, f"berapa {code.lower()}")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(*) FROM events WHERE kind = 'touch'") == [(2,)]


# Who they are


async def test_somebody_known_by_a_number_is_the_same_when_an_id_comes_with_it(ours: House) -> None:
    known = await ours.emulator.person(SITI, nameless=True)
    await ours.emulator.text(SITI, "satu")
    await ours.emulator.settled()
    before = (await ours.address(SITI)).contact_id
    await ours.emulator.person(SITI, nameless=False)
    await ours.emulator.text(SITI, "dua")
    await ours.emulator.settled()
    assert await ours.address(SITI) is None
    assert (await ours.address(known["user"])).contact_id == before
    await ours.emulator.person(SITI, hidden=True)
    await ours.emulator.text(SITI, "tiga")
    await ours.emulator.person(SITI, hidden=False, nameless=True)
    await ours.emulator.text(SITI, "empat")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(DISTINCT contact_id), count(*) FROM said") == [(1, 4)]
    assert await ours.rows("SELECT count(*) FROM contacts") == [(1,)]


async def test_a_new_number_is_the_same_person(ours: House) -> None:
    known = await ours.emulator.person(SITI)
    await ours.emulator.text(SITI, "satu")
    await ours.emulator.settled()
    await ours.emulator.send("number", SITI, phone="85261234567")
    await ours.emulator.settled()
    moved = await ours.emulator.person("85261234567")
    assert moved["user"] != known["user"]
    await ours.emulator.text("85261234567", "dua")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(DISTINCT contact_id), count(*) FROM said") == [(1, 2)]
    assert await ours.address(known["user"]) is None
    assert await ours.address(moved["user"]) is not None


async def test_a_new_number_without_ids_is_the_same_person_too(ours: House) -> None:
    await ours.emulator.person(SITI, nameless=True)
    await ours.emulator.text(SITI, "satu")
    await ours.emulator.settled()
    await ours.emulator.send("number", SITI, phone="85261234567")
    await ours.emulator.settled()
    await ours.emulator.text("85261234567", "dua")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(DISTINCT contact_id), count(*) FROM said") == [(1, 2)]


async def test_a_number_that_went_to_somebody_else_brings_them_nothing_of_before(ours: House) -> None:
    """A number is given out again without notice: the id is new, so the person is."""
    await ours.emulator.person(SITI, user="ID.1111111111111111111")
    for turn in range(2):
        await ours.emulator.text(SITI, f"rahasia {turn}")
        await ours.emulator.settled()
    await ours.emulator.person(SITI, user="ID.2222222222222222222")
    for turn in range(2):
        await ours.emulator.text(SITI, f"orang lain {turn}")
        await ours.emulator.settled()
    first, second = await ours.address("ID.1111111111111111111"), await ours.address("ID.2222222222222222222")
    assert first.contact_id != second.contact_id
    assert (first.phone_index, second.phone_index) == (None, ours.database.address_of("whatsapp", SITI))


async def test_two_contacts_that_turn_out_to_be_one_keep_what_both_said(ours: House) -> None:
    """Known by a number, then writing with the number hidden, then with both: nothing either of them stopped begins again."""
    known = await ours.emulator.person(SITI, nameless=True)
    await ours.emulator.text(SITI, "berhenti")
    await ours.emulator.settled()
    await ours.emulator.person(SITI, nameless=False, hidden=True)
    await ours.emulator.text(SITI, "halo")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(*) FROM contacts") == [(2,)]
    await ours.emulator.person(SITI, hidden=False)
    await ours.emulator.text(SITI, "halo lagi")
    await ours.emulator.settled()
    assert await ours.rows("SELECT count(*) FROM contacts") == [(1,)]
    assert await ours.rows("SELECT count(*) FROM said") == [(3,)]
    assert (await ours.address(known["user"])).opted_out_at is not None


# What they tell WhatsApp


async def test_who_stops_campaigns_at_whatsapp_is_opted_out_and_may_come_back(ours: House) -> None:
    known = await ours.emulator.person(SITI)
    await ours.emulator.text(SITI, "halo")
    await ours.emulator.settled()
    at = int(now().timestamp())
    for order, stopped in (
        ({"kind": "stop", "at": at + 10}, True),
        ({"kind": "stop", "at": at + 10}, True),
        ({"kind": "resume", "at": at + 5}, True),
        ({"kind": "resume", "at": at + 20}, False),
        ({"kind": "stop", "at": at + 15}, False),
    ):
        await ours.emulator.says({"chat": SITI, **order})
        await ours.emulator.settled()
        assert ((await ours.address(known["user"])).opted_out_at is not None) == stopped, order
    await ours.emulator.send("stop", BUDI)
    await ours.emulator.settled()
    assert await ours.rows("SELECT kind FROM events WHERE subject = 'platform' ORDER BY id") == [("opt_out",), ("opt_in",)]
    assert await ours.rows("SELECT count(*) FROM contacts") == [(1,)], "who never met us has nothing to stop"


# What Meta tells of our account


async def test_the_account_and_its_limit_are_learnt_from_what_comes(ours: House) -> None:
    await ours.emulator.tier("TIER_10K")
    await ours.emulator.settled()
    account = await ours.database.writer.read(lambda db: accounts.account(db, "whatsapp"))
    assert (account.account, account.people_a_day) == (ours.emulator.account, 10_000)


async def test_templates_are_synchronised_and_then_followed(ours: House) -> None:
    whatsapp = WhatsApp(ours.emulator.token, ours.emulator.phone_id, ours.emulator.api_url)
    await whatsapp.start()
    for number in range(230):
        await ours.emulator.template(f"ajakan_{number}", category="UTILITY", body="Halo {{1}}", silent=True)
    listed = await synchronise(whatsapp, ours.database, now())
    assert len(listed) == 230
    await ours.emulator.template("ajakan_1", status="REJECTED", rejected_reason="TAG_CONTENT_MISMATCH")
    await ours.emulator.template("ajakan_2", quality="RED")
    await ours.emulator.settled()
    known = {one.name: one for one in await ours.database.writer.read(templates.every)}
    assert (known["ajakan_1"].state, known["ajakan_1"].reason) == ("REJECTED", "TAG_CONTENT_MISMATCH")
    assert (known["ajakan_2"].quality, known["ajakan_2"].category, known["ajakan_2"].blanks) == ("RED", "utility", ("1",))
    await ours.emulator.template("ajakan_3", remove=True)
    await synchronise(whatsapp, ours.database, now())
    gone = await ours.database.writer.read(lambda db: templates.find(db, "ajakan_3", "id"))
    assert gone
    assert gone.state == "DELETED"
    account = await ours.database.writer.read(lambda db: accounts.account(db, "whatsapp"))
    assert (account.account, account.daily_limit) == (ours.emulator.account, accounts.UNLIMITED)
    await whatsapp.close()


async def test_a_token_that_names_no_account_waits_for_the_webhook(door: House) -> None:
    whatsapp = WhatsApp(door.emulator.token, door.emulator.phone_id, door.emulator.api_url)
    await whatsapp.start()
    await door.emulator.number(scopes=[])
    with pytest.raises(NoAccount):
        await synchronise(whatsapp, door.database, now())
    await door.database.writer.run(lambda db: accounts.told(db, "whatsapp", now(), account=door.emulator.account))
    assert await synchronise(whatsapp, door.database, now()) == []
    await whatsapp.close()


async def test_a_slow_body_is_not_waited_for(door: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.whatsapp_webhook.PATIENCE", 0.2)
    body = message()

    async def drip() -> AsyncIterator[bytes]:
        for byte in body:
            yield bytes([byte])
            await asyncio.sleep(0.05)

    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": door.sign(body)}
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
        session.post(door.url, data=drip(), headers=headers) as response,
    ):
        assert response.status == 408
    assert now() - timedelta(seconds=5) < now()
