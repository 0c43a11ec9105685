"""The real server and an emulated Telegram over real HTTP: fetched or by webhook, killed or stopped, everybody is answered once."""

import asyncio
import io
from pathlib import Path

import aiohttp
import pytest

from tests.emulators.client import TelegramEmulator
from tests.serving import serving

SECRET = "a-secret-of-the-tests_1234"


def settings(telegram: TelegramEmulator, **more: str) -> dict[str, str]:
    """What the server needs to talk with this emulator."""
    return {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "telegram_rate": "0", "telegram_chat_rate": "0", **more}


async def test_a_worker_talks_by_fetched_updates(tmp_path: Path, sqlite_url: str) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram, serving(tmp_path, sqlite_url, **settings(telegram)):
        await telegram.text(42, "/start 7GQ2K", language_code="id")
        [hello] = await telegram.wait_for_sends(1)
        assert "PT Parco Laut" in hello["parameters"]["text"]
        await telegram.press(42, "Menu lain")
        _hello, menu = await telegram.wait_for_sends(2)
        assert menu["parameters"]["text"] == "Apa yang bisa saya bantu?"
        await telegram.wait_for(lambda: any(entry["method"] == "answerCallbackQuery" for entry in telegram.ledger("accepted")))
        assert telegram.ledger("violation") == []


async def test_what_the_bot_offers_stands_in_its_menu(tmp_path: Path, sqlite_url: str) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram, serving(tmp_path, sqlite_url, **settings(telegram)):
        await telegram.wait_for(
            lambda: sum(entry["method"] == "setMyShortDescription" for entry in telegram.ledger("accepted")) >= 2, within=20
        )
        commands = (await telegram.call("getMyCommands", language_code="en"))["result"]
        assert {"menu", "stop"} <= {command["command"] for command in commands}


async def test_a_worker_talks_by_webhook(tmp_path: Path, database_url: str, free_port: int) -> None:
    hook = f"http://127.0.0.1:{free_port}/telegram/webhook"
    async with TelegramEmulator.start(tmp_path, webhook=hook, webhook_secret=SECRET) as telegram:
        more = settings(telegram, public_url=f"http://127.0.0.1:{free_port}", telegram_webhook_secret=SECRET, port=str(free_port))
        async with serving(tmp_path, database_url, **more):
            for chat in range(1, 21):
                await telegram.text(chat, "halo", language_code="id")
            await telegram.wait_for_sends(20, within=15)
            assert {len(telegram.sends(chat)) for chat in range(1, 21)} == {1}
            assert telegram.ledger("violation") == []


async def test_a_stranger_is_turned_away_before_the_body_is_read(tmp_path: Path, sqlite_url: str, free_port: int) -> None:
    """W20"""
    async with TelegramEmulator.start(tmp_path) as telegram:
        more = settings(telegram, public_url=f"http://127.0.0.1:{free_port}", telegram_webhook_secret=SECRET, port=str(free_port))
        async with serving(tmp_path, sqlite_url, **more), aiohttp.ClientSession() as session:
            url = f"http://127.0.0.1:{free_port}/telegram/webhook"
            update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "text": "halo"}}
            right = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
                async with session.post(url, json=update, headers=headers) as answer:
                    assert answer.status == 401
            reader, writer = await asyncio.open_connection("127.0.0.1", free_port)
            writer.write(b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{")
            assert b" 401 " in await asyncio.wait_for(reader.readline(), 5), "answered although the body never came"
            writer.close()
            for body, kind, status in ((io.BytesIO(b"x" * (2 << 20)), "application/json", 413), (io.BytesIO(b"{}"), "text/plain", 415)):
                async with session.post(url, data=body, headers=right | {"Content-Type": kind}) as answer:
                    assert answer.status == status
            async with session.post(url, data=b"\x1f\x8b", headers=right | {"Content-Encoding": "gzip"}, compress=None) as answer:
                assert answer.status == 415
            for nonsense in (b"{", b"[]", b"{}", b'{"update_id": "x"}', b"\xff\xfe", b"[" * 5000):
                async with session.post(url, data=nonsense, headers=right | {"Content-Type": "application/json"}) as answer:
                    assert answer.status == 200, "kept aside; an error would block that chat for a day"


async def test_without_a_secret_the_webhook_is_not_served(tmp_path: Path, sqlite_url: str) -> None:
    """W20"""
    async with TelegramEmulator.start(tmp_path) as telegram:
        with pytest.raises(AssertionError, match="SAPA_TELEGRAM_WEBHOOK_SECRET"):
            async with serving(tmp_path, sqlite_url, **settings(telegram, public_url="https://sapa.example")):
                pass


async def test_whoever_blocks_us_is_left_alone_until_they_write_again(tmp_path: Path, sqlite_url: str) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram, serving(tmp_path, sqlite_url, **settings(telegram)):
        await telegram.text(42, "halo")
        await telegram.wait_for_sends(1)
        await telegram.block(42)
        await asyncio.sleep(0.5)
        await telegram.unblock(42, silent=True)
        await telegram.text(42, "menu")
        await telegram.wait_for_sends(2)


async def test_killed_with_a_hundred_waiting_everybody_is_still_answered(tmp_path: Path, sqlite_url: str) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram:
        async with serving(tmp_path, sqlite_url, **settings(telegram)) as server:
            await telegram.pause()
            for chat in range(1, 101):
                await telegram.text(chat, "halo", language_code="id")
            await telegram.resume()
            await telegram.wait_for_sends(20, within=20)
            await server.kill()
            await server.start()
            await telegram.wait_for(lambda: {send["chat"] for send in telegram.sends()} == set(range(1, 101)), within=60)
            await server.stop()
        assert max(len(telegram.sends(chat)) for chat in range(1, 101)) <= 2


async def test_stopping_politely_is_quick(tmp_path: Path, sqlite_url: str) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram, serving(tmp_path, sqlite_url, **settings(telegram)) as server:
        await telegram.text(42, "halo")
        await telegram.wait_for_sends(1)
        assert await server.stop() < 10
