"""The browser chat's promises to the outside: what it takes, what it refuses, what it weighs, which headers it sends."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import TestServer

from bot.channels.webchat import FLOOD, Entry, to_inbound, to_json
from bot.pages import HERE
from bot.pages.page_words import all_words, hotline
from bot.phones import phones_in
from facts import contact, emergency_numbers
from locales import Button, Page
from tests.browser.standin import Conversations, site
from tests.hostile import PAYLOADS

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Site:
    """The chat's server, a browser's cookie jar, and no browser."""

    def __init__(self, address: str, http: ClientSession, talk: Conversations) -> None:
        self.address, self.http, self.talk = address, http, talk

    async def line(self, since: str = "", origin: str = "") -> ClientWebSocketResponse:
        line = await self.http.ws_connect(self.address + "/chat", origin=origin or self.address)
        await line.send_json({"since": since})
        return line


def browser_like() -> ClientSession:
    return ClientSession(cookie_jar=CookieJar(unsafe=True))  # which also keeps the cookies of a bare IP address


@pytest.fixture
async def talk() -> Conversations:
    return Conversations()


@pytest.fixture
async def chat(talk: Conversations) -> AsyncIterator[Site]:
    app, _ = site(talk)
    async with TestServer(app) as server, browser_like() as http:
        address = f"http://{server.host}:{server.port}"
        async with http.get(address):  # for the cookie
            yield Site(address, http, talk)


async def until(line: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(5):
        while True:
            message: dict[str, Any] = await line.receive_json()
            if message["type"] == kind:
                return message


def test_what_a_page_sends_becomes_an_inbound() -> None:
    typed = to_inbound({"id": "a1", "text": "halo", "ref": "7GQ2K"}, "somebody", NOW, "id")
    assert typed is not None
    assert (typed.channel, typed.sender, typed.id, typed.text, typed.pressed) == ("webchat", "somebody", "somebody:a1", "halo", None)
    assert (typed.language, typed.ref, typed.kind) == ("id", "7GQ2K", "text")
    pressed = to_inbound({"id": "a2", "press": "coverage.stage=abroad", "label": "Di luar negeri"}, "somebody", NOW)
    assert pressed is not None
    assert (pressed.pressed, pressed.label, pressed.kind) == ("coverage.stage=abroad", "Di luar negeri", "press")


@pytest.mark.parametrize(
    "raw", [{}, {"id": 5}, {"id": ""}, {"id": "a b"}, {"id": "x" * 65}, {"id": "a", "text": 5}, {"id": "a", "press": None}]
)
def test_what_no_page_of_ours_sends_is_nothing(raw: dict[str, Any]) -> None:
    assert to_inbound(raw, "somebody", NOW) is None


def test_hostile_text_arrives_as_it_was_written() -> None:
    for text in PAYLOADS:
        inbound = to_inbound(json.loads(json.dumps({"id": "a", "text": text})), "somebody", NOW)
        assert inbound is not None
        assert inbound.text == text


def test_what_no_database_stores_is_left_out() -> None:
    inbound = to_inbound(json.loads('{"id": "a", "text": "a\\u0000b\\ud800c"}'), "somebody", NOW)
    assert inbound is not None
    assert inbound.text == "ab?c"


def test_an_entry_tells_the_page_all_it_shows() -> None:
    page = Page("Pilih:", (Button("Cek", "coverage"), Button("Situs", url="https://example.org")))
    told = to_json(Entry(7, NOW, "Pilih:", page, phones=("175",)))
    assert (told["type"], told["id"], told["at"], told["phones"]) == ("page", "7", NOW.isoformat(), ["175"])
    assert told["buttons"][1] == {"label": "Situs", "payload": "", "url": "https://example.org"}
    assert to_json(Entry(8, NOW, "halo", client="somebody:a1"))["client"] == "a1"


def test_the_numbers_of_a_page_are_known_by_its_facts() -> None:
    """Any other number of three digits is a number of days or months."""
    kemlu, care, police = contact("kemlu_pwni").phone, contact("bpjstk_175").phone, emergency_numbers("HK")[0].phone
    assert kemlu
    assert care
    said = f"{care.shown} {police.shown} {kemlu.shown}; +62 (21) 2924 4800; +852 6773 0466."
    assert phones_in(Page(said, facts=(kemlu.fact, police.fact))) == (kemlu.shown, police.shown, "+852 6773 0466")


async def test_a_line_tells_the_past_then_what_is_new(chat: Site) -> None:
    line = await chat.line()
    await until(line, "ready")
    await line.send_json({"id": "one", "text": "halo"})
    assert (await until(line, "said"))["client"] == "one"
    answer = await until(line, "page")
    assert answer["text"] == "Anda menulis: halo"
    again = await chat.line(since=answer["id"])
    await until(again, "ready")
    await again.send_json({"id": "two", "text": "lagi"})
    assert (await until(again, "page"))["text"] == "Anda menulis: lagi"


async def test_an_entry_that_comes_to_light_after_a_younger_one_is_still_told_once(chat: Site) -> None:
    older = chat.talk.new_id()
    line = await chat.line()
    await line.send_json({"id": "one", "text": "halo"})
    sender = (await until(line, "page"))["text"] and chat.talk.inbounds[0].sender
    chat.talk.entries[sender].insert(0, Entry(older, NOW, "dari petugas", Page("dari petugas")))
    await line.send_json({"id": "two", "text": "lagi"})
    texts = [(await until(line, "page"))["text"] for _ in range(2)]
    assert texts == ["dari petugas", "Anda menulis: lagi"]


async def test_the_same_message_twice_is_taken_once_and_acknowledged_twice(chat: Site) -> None:
    line = await chat.line()
    for _ in range(2):
        await line.send_json({"id": "one", "text": "halo"})
        assert (await until(line, "kept"))["client"] == "one"
    assert len(chat.talk.inbounds) == 1


async def test_a_worker_cannot_read_or_claim_what_is_another_workers(chat: Site) -> None:
    line = await chat.line()
    await line.send_json({"id": "one", "text": "rahasia"})
    await until(line, "kept")
    async with browser_like() as other:
        async with other.get(chat.address):
            pass
        stranger = await other.ws_connect(chat.address + "/chat", origin=chat.address)
        await stranger.send_json({"since": ""})
        assert (await stranger.receive_json())["type"] == "ready"
        await stranger.send_json({"id": "one", "text": "sama"})
        await until(stranger, "kept")
    assert [inbound.text for inbound in chat.talk.inbounds] == ["rahasia", "sama"]


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1", "null", "http://127.0.0.1.evil.example"])
async def test_another_sites_page_cannot_open_the_line_or_end_the_cookie(chat: Site, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError, match="403"):
        await chat.line(origin=origin)
    async with chat.http.post(chat.address + "/quit", headers={"Origin": origin}) as answer:
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers


async def test_a_line_without_a_cookie_is_told_so(chat: Site) -> None:
    chat.http.cookie_jar.clear()
    line = await chat.line()
    frame = await line.receive()
    assert (frame.type, frame.data) == (WSMsgType.CLOSE, 4401)


@pytest.mark.parametrize("hello", ["", "[]", "{}", '{"since": 5}', '{"since": "-1"}', '{"since": "1e9"}', "[" * 9000, "x" * 20_000])
async def test_a_line_that_does_not_speak_our_way_is_closed(chat: Site, hello: str) -> None:
    line = await chat.http.ws_connect(chat.address + "/chat", origin=chat.address)
    await line.send_str(hello)
    frame = await line.receive(timeout=5)
    assert frame.type == WSMsgType.CLOSE
    assert frame.data in (1008, 1009)


async def test_a_flood_is_sent_away_and_keeps_nobody_else_waiting(chat: Site) -> None:
    line = await chat.line()
    for number in range(FLOOD[0] + 5):
        await line.send_json({"id": f"m{number}", "text": "x"})
    assert (await until(line, "wait"))["seconds"] > 0
    assert len(chat.talk.inbounds) == FLOOD[0]


async def test_when_the_database_is_away_the_page_is_asked_to_come_back(chat: Site) -> None:
    line = await chat.line()
    await until(line, "ready")
    chat.talk.away = True
    await line.send_json({"id": "one", "text": "halo"})
    assert (await until(line, "wait"))["seconds"] > 0
    assert (await line.receive()).type == WSMsgType.CLOSE
    chat.talk.away = False
    line = await chat.line()
    await line.send_json({"id": "one", "text": "halo"})
    assert (await until(line, "kept"))["client"] == "one"


async def test_the_cookie_is_hard_to_guess_and_out_of_scripts_reach(talk: Conversations) -> None:
    for public_url, name in (("", "sapa"), ("https://sapa.example", "__Host-sapa")):
        app, _ = site(talk, public_url)
        async with TestServer(app) as server, ClientSession() as http, http.get(server.make_url("/")) as answer:
            cookie = answer.cookies[name]
            assert len(cookie.value) == 22
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
            assert bool(cookie["secure"]) == bool(public_url)
            assert ("Strict-Transport-Security" in answer.headers) == bool(public_url)


async def test_every_answer_carries_the_headers_that_keep_a_browser_safe(chat: Site) -> None:
    page = await (await chat.http.get(chat.address)).text()
    script = re.findall(r'src="(/pages/[^"]+)"', page)[0]
    for path, status in (
        ("/", 200),
        ("/cuaca", 200),
        (script, 200),
        ("/pages/x/chat.js", 404),
        ("/nowhere", 404),
        ("/quit", 405),
        ("/chat", 403),
    ):
        async with chat.http.get(chat.address + path) as answer:
            assert answer.status == status
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
                assert rule in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert answer.headers["Server"] == "sapa"
            lasting = "immutable" in answer.headers["Cache-Control"]
            assert lasting == (path == script)
            assert lasting or answer.headers["Cache-Control"] == "no-store"
    assert not re.search(r"<script(?![^>]*(src=|application/json))|<style|\son\w+=|style=", page)


async def test_the_whole_page_is_light_enough_for_one_bar_of_signal(chat: Site) -> None:
    page = await (await chat.http.get(chat.address)).text()
    weight = len(gzip.compress(page.encode()))
    for path in set(re.findall(r'(?:src|href)="(/pages/[^"]+)"', page)):
        async with chat.http.get(chat.address + path, headers={"Accept-Encoding": "gzip"}, auto_decompress=False) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            weight += len(await answer.read())
    assert weight < 20_000


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", "", "id"),
        ("?lang=en", "id", "en"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "in-ID,en;q=0.5", "id"),
        ("", "zh-TW,zh;q=0.9,en;q=0.8", "id"),
        ("?lang=xx", "fr", "id"),
    ],
)
async def test_the_page_speaks_the_browsers_language(chat: Site, query: str, accepted: str, language: str) -> None:
    async with chat.http.get(f"{chat.address}/{query}", headers={"Accept-Language": accepted}) as answer:
        assert f'<html lang="{language}">' in await answer.text()


def contrast(one: str, other: str) -> float:
    """WCAG 2.2's contrast ratio of two colours like #0b6b4f."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        wide = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
        parts = [int(wide[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_is_readable_in_light_and_dark() -> None:
    style = (HERE / "chat.css").read_text()
    light = dict(re.findall(r"--([\w-]+): (#\w+);", style.split("@media")[0]))
    dark = light | dict(re.findall(r"--([\w-]+): (#\w+);", style.split("@media")[1]))
    for colours in (light, dark):
        for ink, paper in (
            *((ink, paper) for ink in ("ink", "faint", "link") for paper in ("paper", "ground")),
            *(("on-accent", "accent"), ("own-time", "accent"), ("on-tint", "tint"), ("on-warn", "warn")),
        ):
            assert contrast(colours[ink], colours[paper]) >= 4.5, (ink, paper)


def test_the_page_has_all_its_words_in_both_languages() -> None:
    words = all_words(hotline())
    assert words["id"].keys() == words["en"].keys()
    same = [key for key in words["id"] if words["id"][key] == words["en"][key]]
    assert same == []
