"""The emulator keeps the rules of the real Cloud API, so that what passes here has met WhatsApp's manners."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.contracts.whatsapp import send_problems
from tests.emulators import WhatsAppEmulator

SITI, BUDI = "6281200000001", "6281200000002"


@dataclass
class Hook:
    """A webhook of the test's own."""

    url: str = ""
    status: int = 200
    bodies: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)

    async def challenge(self, request: web.Request) -> web.Response:
        return web.Response(text=request.query["hub.challenge"])

    async def receive(self, request: web.Request) -> web.Response:
        self.bodies.append((await request.read(), dict(request.headers)))
        return web.Response(status=self.status)

    @property
    def changes(self) -> list[dict[str, Any]]:
        return [change for body, _headers in self.bodies for entry in json.loads(body)["entry"] for change in entry["changes"]]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [status for change in self.changes for status in change["value"].get("statuses", [])]


@asynccontextmanager
async def hooked() -> AsyncIterator[Hook]:
    mine = Hook()
    app = web.Application(client_max_size=8 << 20)
    app.add_routes([web.get("/hook", mine.challenge), web.post("/hook", mine.receive)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    mine.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield mine
    finally:
        await runner.cleanup()


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with hooked() as mine:
        yield mine


@pytest.fixture
async def whatsapp(tmp_path: Path, hook: Hook) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path, speed=100) as emulator:
        assert await emulator.hook(url=hook.url)
        yield emulator


async def call(emulator: WhatsAppEmulator, body: object, path: str = "", token: str = "") -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token or emulator.token}"}
    url = f"{emulator.api_url}/{path or emulator.phone_id}/messages"
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as response:
        return {"http": response.status, **await response.json()}


def words(to: str = SITI, text: str = "halo", **more: object) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": "text", "text": {"body": text}, **more}


def invitation(to: str = SITI, **template: object) -> dict[str, Any]:
    named = {"name": "ajakan", "language": {"code": "id"}, **template}
    return {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": "template", "template": named}


# The webhook


async def test_a_new_address_must_prove_to_be_ours(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    assert await whatsapp.hook(url=hook.url)
    assert not await whatsapp.hook(url=whatsapp.url + "/control/state")


async def test_each_delivery_is_signed_over_its_very_bytes(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.text(SITI, "Selamat pagi 🙏 a/b é")
    await whatsapp.settled()
    [(body, headers)] = hook.bodies
    assert headers["X-Hub-Signature-256"] == "sha256=" + hmac.new(whatsapp.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert body.isascii()
    assert json.dumps(json.loads(body), separators=(",", ":")).encode() != body, "as Meta escapes it, nobody else would"
    assert json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] == "Selamat pagi 🙏 a/b é"


async def test_a_failed_delivery_comes_again_for_seven_days(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    hook.status = 503
    name = await whatsapp.text(SITI, "halo")
    await whatsapp.wait_for(lambda: len(whatsapp.ledger("attempt")) >= 3)
    for _day in range(8):
        await whatsapp.advance(86_400)
        await asyncio.sleep(0.05)
    await whatsapp.wait_for(lambda: len(whatsapp.ledger("dropped")) == 1)
    assert whatsapp.ledger("dropped")[0]["ids"] == [name]
    assert len({body for body, _headers in hook.bodies}) == 1, "always the same bytes"


async def test_many_things_come_in_one_delivery_and_some_come_twice(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.hook(batch=50, shuffle=True, duplicates=1.0)
    await whatsapp.pause()
    said = await whatsapp.says(*({"kind": "text", "chat": SITI, "text": str(number)} for number in range(30)))
    await whatsapp.resume()
    await whatsapp.wait_for(lambda: len(hook.bodies) >= 2)
    first, again = hook.bodies[:2]
    assert first[0] == again[0]
    entries = json.loads(first[0])["entry"]
    told = [message["id"] for entry in entries for change in entry["changes"] for message in change["value"]["messages"]]
    assert sorted(told) == sorted(said) != told
    assert len(entries) > 1
    await whatsapp.pause()


# People


async def test_people_are_named_as_meta_names_them(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    known = await whatsapp.person(SITI)
    await whatsapp.text(SITI, "satu")
    await whatsapp.person(SITI, hidden=True)
    await whatsapp.text(SITI, "dua")
    await whatsapp.person(SITI, hidden=False, nameless=True)
    await whatsapp.text(SITI, "tiga")
    await whatsapp.settled()
    values = {change["value"]["messages"][0]["text"]["body"]: change["value"] for change in hook.changes}
    named = {text: (value["messages"][0].get("from"), value["messages"][0].get("from_user_id")) for text, value in values.items()}
    assert named == {"satu": (SITI, known["user"]), "dua": (None, known["user"]), "tiga": (SITI, None)}
    assert "username" in values["dua"]["contacts"][0]["profile"]
    assert known["user"].startswith("ID.")


async def test_a_message_s_id_holds_the_number_as_real_ones_do(whatsapp: WhatsAppEmulator) -> None:
    name = await whatsapp.text(SITI, "halo")
    assert SITI.encode() in base64.b64decode(name.removeprefix("wamid."))


async def test_only_a_button_that_was_shown_can_be_pressed(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    with pytest.raises(ValueError, match="was never shown"):
        await whatsapp.press(SITI, "Menu")
    with pytest.raises(ValueError, match="no such thing"):
        await whatsapp.send("hologram", SITI)
    await whatsapp.text(SITI, "halo")
    reply = {"type": "reply", "reply": {"id": "menu", "title": "Menu"}}
    interactive = {"type": "button", "body": {"text": "Halo"}, "action": {"buttons": [reply]}}
    body = {name: value for name, value in words().items() if name != "text"}
    assert (await call(whatsapp, {**body, "type": "interactive", "interactive": interactive}))["http"] == 200
    await whatsapp.press(SITI, "Menu")
    await whatsapp.settled()
    pressed = [one for change in hook.changes for one in change["value"].get("messages", []) if one["type"] == "interactive"]
    assert pressed[0]["interactive"]["button_reply"] == {"id": "menu", "title": "Menu"}
    assert pressed[0]["context"]["id"] == whatsapp.sends()[0]["message"]


# Sends


async def test_a_message_is_told_of_three_times_in_order(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.hook(connections=1)
    await whatsapp.text(SITI, "halo")
    answer = await call(whatsapp, words(biz_opaque_callback_data="77"))
    await whatsapp.wait_for(lambda: len(hook.statuses) == 3)
    assert [status["status"] for status in hook.statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in hook.statuses} == {answer["messages"][0]["id"]}
    assert {status["biz_opaque_callback_data"] for status in hook.statuses} == {"77"}
    assert hook.statuses[0]["pricing"] == {"billable": True, "pricing_model": "PMP", "category": "service", "type": "regular"}


async def test_in_disorder_receipts_are_shuffled_doubled_and_sometimes_left_out(tmp_path: Path, hook: Hook) -> None:
    async with WhatsAppEmulator.start(tmp_path, speed=100, receipts="disorder", seed=3) as whatsapp:
        await whatsapp.hook(url=hook.url)
        await whatsapp.text(SITI, "halo")
        for _number in range(40):
            await call(whatsapp, words())
        await asyncio.sleep(0.2)
        await whatsapp.settled()
        by_message: dict[str, list[str]] = {}
        for status in hook.statuses:
            by_message.setdefault(status["id"], []).append(status["status"])
        assert any(told != sorted(told, key=["sent", "delivered", "read"].index) for told in by_message.values())
        assert any(len(told) > len(set(told)) for told in by_message.values())
        assert any("delivered" not in told for told in by_message.values())
        assert all("read" in told for told in by_message.values())


async def failed(whatsapp: WhatsAppEmulator, hook: Hook, body: dict[str, Any]) -> int:
    """The error that a receipt tells of a message that was accepted."""
    hook.bodies.clear()
    assert (await call(whatsapp, body))["http"] == 200
    await whatsapp.wait_for(lambda: bool(hook.statuses))
    assert hook.statuses[0]["status"] == "failed"
    assert "contacts" not in hook.changes[0]["value"]
    code: int = hook.statuses[0]["errors"][0]["code"]
    return code


async def test_outside_the_window_a_message_fails_later(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    assert await failed(whatsapp, hook, words()) == 131047
    await whatsapp.text(SITI, "halo")
    assert (await call(whatsapp, words()))["http"] == 200
    await whatsapp.advance(86_401)
    await whatsapp.settled()
    assert await failed(whatsapp, hook, words()) == 131047


async def test_people_who_cannot_be_written_to_are_told_of_at_once_or_later(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.template("ajakan", silent=True)
    for state, code in (("undeliverable", 131026), ("capped", 131049), ("experiment", 130472)):
        await whatsapp.person(SITI, state=state)
        assert await failed(whatsapp, hook, invitation()) == code
    for state, code in (("untested", 131030), ("elsewhere", 130497)):
        await whatsapp.person(SITI, state=state)
        assert (await call(whatsapp, invitation()))["error"]["code"] == code
    await whatsapp.person(SITI, state="open")
    await whatsapp.send("stop", SITI)
    await whatsapp.settled()
    assert await failed(whatsapp, hook, invitation()) == 131050


async def test_templates_must_exist_be_approved_and_be_filled(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.template("ajakan", body="Halo {{1}}", quick_replies=["Ya"])
    filled = [{"type": "body", "parameters": [{"type": "text", "text": "Siti"}]}]
    assert (await call(whatsapp, invitation(components=filled)))["messages"][0]["message_status"] == "accepted"
    for body, code in (
        (invitation(), 132000),
        (invitation(name="lain"), 132001),
        (invitation(language={"code": "en"}), 132001),
        (invitation(components=[{"type": "body", "parameters": [{"type": "text", "parameter_name": "x", "text": "Siti"}]}]), 132012),
    ):
        assert (await call(whatsapp, body))["error"]["code"] == code
    for state, code in (("PAUSED", 132015), ("DISABLED", 132016), ("REJECTED", 132001)):
        await whatsapp.template("ajakan", status=state, rejected_reason="SCAM")
        assert (await call(whatsapp, invitation(components=filled)))["error"]["code"] == code
    await whatsapp.settled()
    told = [change["value"] for change in hook.changes if change["field"] == "message_template_status_update"]
    assert [(value["event"], value["reason"]) for value in told] == [("PAUSED", "NONE"), ("DISABLED", "NONE"), ("REJECTED", "SCAM")]


async def test_only_so_many_people_a_day_and_so_many_messages_a_second(tmp_path: Path) -> None:
    async with WhatsAppEmulator.start(tmp_path, tier="TIER_50", throughput=200, pair=3) as whatsapp:
        await whatsapp.template("ajakan", silent=True)
        answers = [await call(whatsapp, invitation(f"62812{number:08}")) for number in range(51)]
        assert [answer["http"] for answer in answers] == [200] * 50 + [400]
        assert answers[-1]["error"]["code"] == 131064
        await whatsapp.text("6281299999999", "halo")
        assert (await call(whatsapp, invitation("6281299999999")))["http"] == 200, "who wrote does not count"
        await whatsapp.advance(86_401)
        assert (await call(whatsapp, invitation("6281288888888")))["http"] == 200
        pair = [(await call(whatsapp, words()))["http"] for _time in range(4)]
        assert pair == [200, 200, 200, 400]
    async with WhatsAppEmulator.start(tmp_path, throughput=5) as slow:
        many = await asyncio.gather(*(call(slow, words(f"62812{number:08}")) for number in range(8)))
        assert sorted(answer["http"] for answer in many) == [200] * 5 + [429] * 3


async def test_what_meta_would_not_take_is_refused_and_recorded(whatsapp: WhatsAppEmulator) -> None:
    assert (await call(whatsapp, words(text="x" * 4097)))["error"]["code"] == 131009
    [violation] = whatsapp.ledger("violation")
    assert violation["problems"] == [["text/body", "is 4097 characters long, not 1 to 4096"]]
    assert (await call(whatsapp, words(), token="other"))["error"]["code"] == 190
    assert (await call(whatsapp, words(), path="1"))["error"]["error_subcode"] == 33
    assert (await call(whatsapp, words("ID.1")))["error"]["code"] == 131009


async def test_faults_strike_before_and_after_and_late(whatsapp: WhatsAppEmulator, hook: Hook) -> None:
    await whatsapp.text(SITI, "halo")
    await whatsapp.set_faults(
        {"method": "messages", "kind": "error", "code": 131016, "nth": [1]},
        {"method": "messages", "kind": "late", "code": 131053, "nth": [2]},
        {"method": "messages", "kind": "5xx", "when": "after", "nth": [3]},
    )
    assert (await call(whatsapp, words()))["error"]["code"] == 131016
    assert await failed(whatsapp, hook, words()) == 131053
    with pytest.raises(aiohttp.ContentTypeError):
        await call(whatsapp, words())
    assert len(whatsapp.sends()) == 2


# The contract


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (words(), []),
        (words("ID.455"), [("to", "is not of its form")]),
        ({**words(), "recipient": "ID.455"}, [("to", "and recipient: exactly one must be given")]),
        (words(text=""), [("text/body", "is 0 characters long, not 1 to 4096")]),
        (words(text="🙏" * 2049), [("text/body", "is 2049 characters long, not 1 to 4096")]),
        (words(colour="red"), [("colour", "is unknown")]),
        (words(biz_opaque_callback_data="x" * 513), [("biz_opaque_callback_data", "is 513 characters long, not 1 to 512")]),
        ({**words(), "type": "hologram"}, [("type", "is 'hologram'")]),
        ("halo", [("", "is not an object")]),
        ({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}, []),
        ({"messaging_product": "whatsapp", "status": "unread", "message_id": "wamid.1"}, [("status", "is 'unread', not read")]),
    ],
)
def test_a_wrong_send_is_told_from_a_right_one(body: Any, wrong: list[tuple[str, str]]) -> None:
    assert send_problems(body) == wrong


def interactive(kind: str, action: dict[str, Any], body: str = "Halo") -> dict[str, Any]:
    envelope = {name: value for name, value in words().items() if name != "text"}
    return {**envelope, "type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


def reply(number: int, title: str = "") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": f"b{number}", "title": title or f"Tombol {number}"}}


def row(number: int, title: str = "") -> dict[str, Any]:
    return {"id": f"r{number}", "title": title or f"Baris {number}"}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (interactive("button", {"buttons": [reply(n) for n in range(3)]}), ""),
        (interactive("button", {"buttons": [reply(n) for n in range(4)]}), "are not 1 to 3"),
        (interactive("button", {"buttons": [reply(1, "x" * 21)]}), "is 21 characters long, not 1 to 20"),
        (interactive("button", {"buttons": [reply(1, "Ya"), reply(2, "Ya")]}), "have the same title"),
        (interactive("button", {"buttons": [reply(1)]}, "x" * 1025), "is 1025 characters long, not 1 to 1024"),
        (interactive("list", {"button": "Menu", "sections": [{"rows": [row(n) for n in range(10)]}]}), ""),
        (interactive("list", {"button": "Menu", "sections": [{"rows": [row(n) for n in range(11)]}]}), "have not 1 to 10 rows"),
        (interactive("list", {"button": "Menu", "sections": [{"rows": [row(1, "x" * 25)]}]}), "is 25 characters long, not 1 to 24"),
        (interactive("list", {"button": "x" * 21, "sections": [{"rows": [row(1)]}]}), "is 21 characters long, not 1 to 20"),
        (interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Situs", "url": "https://example.org"}}), ""),
        (interactive("cta_url", {"name": "cta_url", "parameters": {"display_text": "Telepon", "url": "tel:175"}}), "is not a web address"),
        (interactive("location_request_message", {"name": "send_location"}), ""),
        (interactive("hologram", {}), "is 'hologram'"),
    ],
)
def test_meta_s_limits_on_buttons_lists_and_links_are_known(body: dict[str, Any], wrong: str) -> None:
    assert [what for _place, what in send_problems(body)] == ([wrong] if wrong else [])
