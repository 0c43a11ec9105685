"""The transport of Bot API calls tells what surely was not sent from what perhaps was, and gives no secret away."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import NetworkError, TelegramError

from bot.channels.telegram_request import AiohttpRequest, NotSent, Refused
from tests.emulators import TelegramEmulator

TOKEN = "1234567:emulated-token"
SITI = 42


@asynccontextmanager
async def bot_at(url: str, **options: float) -> AsyncIterator[Bot]:
    async with AiohttpRequest(connect=options.get("connect", 1), read=options.get("read", 0.5)) as request:
        yield Bot(TOKEN, base_url=f"{url}/bot", request=request)


async def failure(bot: Bot, chat: int = SITI) -> TelegramError:
    with pytest.raises(TelegramError) as caught:
        await bot.send_message(chat, "rahasia")
    return caught.value


@asynccontextmanager
async def server(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    """A server of a few lines, to misbehave below HTTP."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(guarded, "127.0.0.1", 0)
    yield f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()
    await asyncio.sleep(0)


async def test_a_message_is_sent_as_the_contract_says(tmp_path: Path) -> None:
    async with TelegramEmulator.start(tmp_path) as telegram, bot_at(telegram.url) as bot:
        message = await bot.send_message(SITI, "Halo 🙏 {name} <b>")
        [sent] = telegram.sends()
        assert (sent["message_id"], sent["parameters"]["text"]) == (message.message_id, "Halo 🙏 {name} <b>")
        await bot.send_document(SITI, b"isi", filename="data.json")
        assert telegram.sends()[1]["parameters"]["document"] == {"file_name": "data.json"}
        assert telegram.ledger("violation") == []


async def test_nobody_there_means_surely_not_sent() -> None:
    async with server(lambda reader, writer: asyncio.sleep(0)) as gone:
        pass
    async with bot_at(f"http://{gone}") as bot:
        assert isinstance(await failure(bot), NotSent)


@pytest.mark.parametrize("seconds", [0, 5])
async def test_a_connection_without_tls_means_surely_not_sent(seconds: float) -> None:
    """Broken off (0) or never finished (5) before a byte of the request could leave."""
    async with server(lambda reader, writer: asyncio.sleep(seconds)) as silent, bot_at(f"https://{silent}", connect=0.2) as bot:
        assert isinstance(await failure(bot), NotSent)


async def test_before_it_is_started_nothing_is_sent() -> None:
    assert isinstance(await failure(Bot(TOKEN, request=AiohttpRequest())), NotSent)


async def test_after_writing_every_lost_answer_leaves_a_doubt(tmp_path: Path) -> None:
    kinds = ["reset", "fin", "5xx", "hang", "half", "slow"]
    bodies = ["html", "empty", "null", "list", "other", "binary"]
    ways = [{"kind": kind, "seconds": 3} for kind in kinds] + [{"kind": "garbage", "body": body} for body in bodies]
    rules = [{**way, "when": when} for way in ways for when in ("before", "after")]
    faults = [{**rule, "chats": [number]} for number, rule in enumerate(rules, 1)]
    async with TelegramEmulator.start(tmp_path, faults=faults) as telegram, bot_at(telegram.url, read=0.7) as bot:
        failures = await asyncio.gather(*(failure(bot, number) for number in range(1, len(faults) + 1)))
        for rule, error in zip(faults, failures, strict=True):
            assert not isinstance(error, (NotSent, Refused)), (rule, error)
            assert len(telegram.sends(rule["chats"][0])) == (rule["when"] == "after"), rule  # type: ignore[index]


async def test_an_endless_answer_is_not_read_to_its_end(tmp_path: Path) -> None:
    faults = [{"kind": "garbage", "body": "huge", "when": "after"}]
    async with TelegramEmulator.start(tmp_path, faults=faults) as telegram, bot_at(telegram.url, read=30) as bot:
        began = time.monotonic()
        assert isinstance(await failure(bot), NetworkError)
        assert time.monotonic() - began < 10  # of the 30 seconds it would be waited for


@pytest.mark.parametrize(
    ("fault", "status", "retry_after", "migrate_to"),
    [
        ({"kind": "429", "retry_after": 35}, 429, 35, None),
        ({"kind": "429", "retry_after": 0.5}, 429, 0.5, None),
        ({"kind": "429", "retry_after": 10**400}, 429, 86_400, None),
        ({"kind": "429", "retry_after": None}, 429, None, None),
        ({"kind": "429", "retry_after": "soon"}, 429, None, None),
        ({"kind": "429", "retry_after": -1}, 429, None, None),
        ({"kind": "429", "retry_after": True}, 429, None, None),
        ({"kind": "403"}, 403, None, None),
        ({"kind": "400"}, 400, None, None),
        ({"kind": "401"}, 401, None, None),
        ({"kind": "404"}, 404, None, None),
        ({"kind": "migrate", "migrate_to_chat_id": -1007}, 400, None, -1007),
        ({"kind": "5xx", "status": 429}, 429, None, None),
        ({"kind": "5xx", "status": 404}, 404, None, None),
    ],
)
async def test_a_no_of_telegram_is_no_doubt(
    tmp_path: Path, fault: dict[str, object], status: int, retry_after: float | None, migrate_to: int | None
) -> None:
    async with TelegramEmulator.start(tmp_path, faults=[fault]) as telegram, bot_at(telegram.url) as bot:
        refusal = await failure(bot)
        assert isinstance(refusal, Refused)
        assert (refusal.status, refusal.retry_after, refusal.migrate_to) == (status, retry_after, migrate_to)
        assert telegram.sends() == []


@pytest.mark.parametrize("status", [302, 403, 400, 500, 502, 504])
async def test_a_page_of_something_in_between_is_no_word_of_telegram(tmp_path: Path, status: int) -> None:
    faults = [{"kind": "5xx", "status": status}]
    async with TelegramEmulator.start(tmp_path, faults=faults) as telegram, bot_at(telegram.url) as bot:
        error = await failure(bot)
        assert isinstance(error, NetworkError)
        assert not isinstance(error, NotSent)


async def test_a_connection_the_server_gave_up_is_not_mistaken_for_a_lost_answer() -> None:
    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"rahasia")
        message = b'{"message_id":1,"date":1,"chat":{"id":42,"type":"private"}}'
        body = b'{"ok":true,"result":' + message + b"}"
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async with server(answer_once) as address, bot_at(f"http://{address}") as bot:
        for _ in range(50):
            await bot.send_message(SITI, "rahasia")
            await asyncio.sleep(0.005)


async def test_calls_side_by_side_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async with TelegramEmulator.start(tmp_path, latency=0.2) as telegram, bot_at(telegram.url, read=5) as bot:
        began = time.monotonic()
        await asyncio.gather(*(bot.send_message(chat, "halo") for chat in range(1, 101)))
        assert time.monotonic() - began < 10  # one after another they take 20


async def test_no_failure_and_no_log_gives_the_token_or_a_text_away(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("telegram").setLevel(logging.WARNING)  # as the server's own set-up of logs does
    faults = [{"kind": "garbage", "body": body, "chats": [number]} for number, body in enumerate(("html", "other", "huge"), 1)]
    faults += [{"kind": "reset", "chats": [4]}, {"kind": "hang", "chats": [5]}, {"kind": "5xx", "chats": [6]}]
    async with TelegramEmulator.start(tmp_path, faults=faults) as telegram, bot_at(telegram.url) as bot:
        failures = await asyncio.gather(*(failure(bot, chat) for chat in range(1, 7)))
    async with bot_at("http://127.0.0.1:1") as bot:
        failures.append(await failure(bot))
    async with server(lambda reader, writer: asyncio.sleep(5)) as silent, bot_at(f"https://{silent}", connect=0.1) as bot:
        failures.append(await failure(bot))
    told = [caplog.text, *("".join(traceback.format_exception(error)) + repr(error) for error in failures)]
    assert not [one for one in told if TOKEN in one or "emulated-token" in one or "text='rahasia'" in one]
    assert all(error.__context__ is None for error in failures)
