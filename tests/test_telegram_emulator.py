"""The emulator keeps the rules of the real Bot API server, so that what passes here has met Telegram's manners."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.emulators import TelegramEmulator
from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.receiver import Delivery, Receiver, receiver
from tests.emulators.telegram.backlog import Backlog

SITI, BUDI = 42, 43
MENU = {"inline_keyboard": [[{"text": "Menu", "callback_data": "menu"}]]}


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator.start(tmp_path) as emulator:
        yield emulator


@pytest.fixture
async def fast(tmp_path: Path) -> AsyncIterator[TelegramEmulator]:
    """Telegram's own waits pass a hundred times faster."""
    async with TelegramEmulator.start(tmp_path, speed=100) as emulator:
        yield emulator


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as mine:
        yield mine


async def updates(telegram: TelegramEmulator, **parameters: object) -> list[int]:
    answer = await telegram.call("getUpdates", **parameters)
    assert answer["ok"], answer
    return [update["update_id"] for update in answer["result"]]


async def listen(telegram: TelegramEmulator, hook: Receiver, **parameters: object) -> None:
    assert (await telegram.call("setWebhook", url=hook.url, secret_token="s3cret", **parameters))["ok"]


def refusing(chat: int, **answer: Any) -> Callable[[Delivery], web.Response]:
    return lambda delivery: web.Response(**answer) if delivery.chat == chat else web.Response()


# Polling


async def test_updates_are_numbered_without_a_gap_and_stay_until_confirmed(telegram: TelegramEmulator) -> None:
    first, second, third = await telegram.push(*({"kind": "text", "chat": SITI, "text": str(n)} for n in range(3)))
    assert first
    assert (second, third) == (first + 1, first + 2)
    assert await updates(telegram, limit=2) == [first, second]
    assert await updates(telegram, offset=second) == [second, third]
    assert await updates(telegram, offset=first) == [second, third]
    [confirmed] = telegram.ledger("confirmed")
    assert confirmed["update_ids"] == [first]


async def test_a_long_poll_ends_as_soon_as_something_arrives(telegram: TelegramEmulator) -> None:
    poll = asyncio.create_task(updates(telegram, timeout=50))
    await asyncio.sleep(0.1)
    assert [await telegram.text(SITI, "halo")] == await asyncio.wait_for(poll, 2)


async def test_a_long_poll_without_news_ends_empty(fast: TelegramEmulator) -> None:
    assert await updates(fast, timeout=50) == []


async def test_asking_for_the_same_again_at_once_is_slowed(telegram: TelegramEmulator) -> None:
    first = await telegram.text(SITI, "halo")
    await telegram.text(SITI, "halo lagi")
    assert len(await updates(telegram, offset=first)) == 2
    assert await updates(telegram, offset=first) == [first]
    assert first
    assert await updates(telegram, offset=first + 2) == []
    again = asyncio.create_task(updates(telegram, offset=first + 2))
    await asyncio.sleep(0.2)
    assert not again.done()
    await telegram.advance(3)
    assert await again == []


async def test_the_second_poller_ends_the_first(telegram: TelegramEmulator) -> None:
    first = asyncio.create_task(telegram.call("getUpdates", timeout=50))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(telegram.call("getUpdates", timeout=50))
    conflict = await asyncio.wait_for(first, 2)
    assert (conflict["error_code"], conflict["description"][:38]) == (409, "Conflict: terminated by other getUpdat")
    await telegram.text(SITI, "halo")
    assert (await second)["ok"]


async def test_no_one_polls_beside_a_webhook(fast: TelegramEmulator, hook: Receiver) -> None:
    polling = asyncio.create_task(fast.call("getUpdates", timeout=50))
    await asyncio.sleep(0.1)
    await listen(fast, hook)
    assert (await polling)["description"] == "Conflict: terminated by setWebhook request"
    assert (await fast.call("getUpdates"))["error_code"] == 409
    await fast.call("deleteWebhook")
    assert (await fast.call("getUpdates"))["ok"]


async def test_an_offset_of_another_life_of_the_queue_confirms_nothing(telegram: TelegramEmulator) -> None:
    first = await telegram.text(SITI, "halo")
    assert first
    assert await updates(telegram, offset=first + 1_000_000) == [first]
    await telegram.restart_ids(7)
    assert await telegram.text(SITI, "halo") == 7


# Webhook


async def test_a_delivery_carries_the_secret_and_the_whole_update(telegram: TelegramEmulator, hook: Receiver) -> None:
    await listen(telegram, hook)
    update_id = await telegram.text(SITI, "halo 🙏")
    await telegram.wait_for(lambda: bool(telegram.ledger("attempt")))
    [delivery] = hook.deliveries
    assert delivery.headers["X-Telegram-Bot-Api-Secret-Token"] == "s3cret"
    assert delivery.update["message"]["text"] == "halo 🙏"
    assert [(one["update_id"], one["status"]) for one in telegram.ledger("attempt")] == [(update_id, 200)]
    assert (await telegram.call("getWebhookInfo"))["result"]["pending_update_count"] == 0


async def test_a_chat_is_told_in_order_and_a_failing_one_holds_up_no_other(fast: TelegramEmulator, hook: Receiver) -> None:
    hook.answer = refusing(SITI, status=500)
    await listen(fast, hook)
    sitis = [await fast.text(SITI, str(n)) for n in range(2)]
    budis = [await fast.text(BUDI, str(n)) for n in range(5)]
    await fast.wait_for(lambda: len(hook.ids(BUDI)) == 5 and len(hook.ids(SITI)) >= 3)
    assert hook.ids(BUDI) == budis
    assert set(hook.ids(SITI)) == {sitis[0]}
    hook.answer = lambda delivery: web.Response()
    await fast.wait_for(lambda: hook.ids(SITI)[-1] == sitis[1])
    assert "500" in (await fast.call("getWebhookInfo"))["result"]["last_error_message"]


async def test_a_message_and_a_press_of_one_person_arrive_side_by_side(telegram: TelegramEmulator, hook: Receiver) -> None:
    await listen(telegram, hook)
    await telegram.text(BUDI, "the bot is up: more than one connection is opened")
    await telegram.wait_for(lambda: bool(telegram.ledger("attempt")))
    await telegram.call("sendMessage", chat_id=SITI, text="halo", reply_markup=MENU)
    hook.gate.clear()
    await telegram.push(
        {"kind": "text", "chat": SITI, "text": "satu"},
        {"kind": "text", "chat": SITI, "text": "dua"},
        {"kind": "press", "chat": SITI, "button": "Menu"},
    )
    await telegram.wait_for(lambda: hook.open == 2)
    await asyncio.sleep(0.1)
    assert [next(name for name in one.update if name != "update_id") for one in hook.deliveries[1:]] == ["message", "callback_query"]


async def test_connections_grow_slowly_and_never_beyond_their_number(fast: TelegramEmulator, hook: Receiver) -> None:
    await fast.push(*({"kind": "text", "chat": chat, "text": "halo"} for chat in range(1, 101)))
    hook.gate.clear()
    hook.delay = 0.05
    await listen(fast, hook, max_connections=15)
    await fast.wait_for(lambda: hook.open == 1)
    await asyncio.sleep(0.1)
    assert hook.open == 1, "one connection to a bot that has not answered yet"
    hook.gate.set()
    await fast.wait_for(lambda: len(hook.deliveries) == 100)
    assert hook.most_open == 15


async def test_a_failed_update_is_tried_at_once_and_then_ever_later(tmp_path: Path, hook: Receiver) -> None:
    hook.answer = lambda delivery: web.Response(status=500)
    async with TelegramEmulator.start(tmp_path, speed=50) as telegram:
        await listen(telegram, hook)
        await telegram.text(SITI, "halo")
        await telegram.wait_for(lambda: len(hook.deliveries) == 8)
    waits = [50 * (later.at - sooner.at) for sooner, later in zip(hook.deliveries, hook.deliveries[1:], strict=False)]
    for wait, expected in zip(waits, [0, 2, 4, 8, 16, 32, 64], strict=True):
        assert expected <= wait + 0.5 <= expected + 25, waits  # half a second of a machine that does something else as well


async def test_retry_after_is_honoured_up_to_an_hour(telegram: TelegramEmulator, hook: Receiver) -> None:
    hook.answer = lambda delivery: web.Response(status=503, headers={"Retry-After": "99999"})
    await listen(telegram, hook)
    await telegram.text(SITI, "halo")
    await telegram.wait_for(lambda: len(telegram.ledger("attempt")) == 1)
    await telegram.advance(3590)
    await asyncio.sleep(0.1)
    assert len(hook.deliveries) == 1
    await telegram.advance(10)
    await telegram.wait_for(lambda: len(hook.deliveries) == 2)


async def test_a_press_lives_150_seconds_and_a_message_a_day(telegram: TelegramEmulator) -> None:
    await telegram.call("sendMessage", chat_id=SITI, text="halo", reply_markup=MENU)
    pressed = await telegram.press(SITI, "menu")
    written = await telegram.text(SITI, "halo")
    await telegram.text(SITI, "ditulis kemarin", age=86_000)
    assert await telegram.text(SITI, "ditulis dua hari lalu", age=172_800) is None
    await telegram.advance(151)
    assert len(await updates(telegram)) == 2
    await telegram.advance(86_000)
    assert await updates(telegram) == [written]
    assert [entry["update_id"] for entry in telegram.ledger("dropped")] == [pressed, written + 1 if written else 0]


async def test_a_failing_webhook_loses_what_expires(telegram: TelegramEmulator, hook: Receiver) -> None:
    hook.answer = lambda delivery: web.Response(status=503, headers={"Retry-After": "151"})
    await telegram.call("sendMessage", chat_id=SITI, text="halo", reply_markup=MENU)
    await listen(telegram, hook)
    pressed = await telegram.press(SITI, "Menu")
    await telegram.wait_for(lambda: bool(telegram.ledger("dropped")))
    assert telegram.ledger("dropped")[0]["update_id"] == pressed


async def test_an_answer_that_is_lost_brings_the_update_again(tmp_path: Path, hook: Receiver) -> None:
    async with TelegramEmulator.start(tmp_path, speed=100, faults=[{"method": "webhook", "kind": "lost_ack", "times": 1}]) as telegram:
        await listen(telegram, hook)
        update_id = await telegram.text(SITI, "halo")
        await telegram.wait_for(lambda: len(telegram.ledger("attempt")) == 2)
        assert hook.ids() == [update_id, update_id]


async def test_a_call_in_the_answer_to_a_delivery_is_performed(telegram: TelegramEmulator, hook: Receiver) -> None:
    hook.answer = lambda delivery: web.json_response({"method": "sendMessage", "chat_id": SITI, "text": "halo"})
    await listen(telegram, hook)
    await telegram.text(SITI, "halo")
    assert len(await telegram.wait_for_sends(1, SITI)) == 1


async def test_only_what_was_asked_for_is_delivered(telegram: TelegramEmulator) -> None:
    await telegram.call("getUpdates", allowed_updates=["callback_query"])
    assert await telegram.text(SITI, "halo") is None


async def test_a_webhook_s_secret_has_a_fixed_alphabet(telegram: TelegramEmulator) -> None:
    assert (await telegram.call("setWebhook", url="http://127.0.0.1:1/", secret_token="a secret"))["error_code"] == 400


def test_the_backlog_holds_100_000_updates_or_128_mebibytes() -> None:
    ledger = Ledger(Path("/dev/null"))
    many, large, empty = (Backlog(Clock(), ledger, random.Random(1)) for _ in range(3))
    assert all(many.push({"message": {}}, f"message:{n}", 60, n) for n in range(100_000))
    assert many.push({"message": {}}, "message:1", 60, 1) is None
    piece = {"message": "x" * (512 * 1024 - 100)}
    assert sum(large.push(piece, "message:1", 60, 1) is not None for _ in range(260)) == 256
    assert empty.push({"message": "x" * 512 * 1024}, "message:1", 60, 1) is None
    ledger.close()


# Calls


async def test_what_telegram_refuses_is_refused_in_its_words(telegram: TelegramEmulator) -> None:
    await telegram.block(SITI)
    await telegram.block(BUDI, state="unknown")
    await telegram.move(-7, -1007)
    for chat, status, description in ((SITI, 403, "blocked by the user"), (BUDI, 400, "chat not found"), (-7, 400, "upgraded")):
        answer = await telegram.call("sendMessage", chat_id=chat, text="halo")
        assert answer["error_code"] == status
        assert description in answer["description"]
    assert answer["parameters"] == {"migrate_to_chat_id": -1007}
    assert [entry["status"] for entry in telegram.ledger("refused")] == [403, 400, 400]
    assert telegram.sends() == []
    told = (await telegram.call("getUpdates"))["result"]
    assert told[0]["my_chat_member"]["new_chat_member"]["status"] == "kicked"


async def test_a_revoked_token_opens_nothing(telegram: TelegramEmulator) -> None:
    await telegram.revoke_token()
    assert (await telegram.call("getMe"))["error_code"] == 401
    await telegram.revoke_token(revoked=False)
    assert (await telegram.call("getMe"))["ok"]
    assert (await telegram.call("noSuchMethod"))["error_code"] == 404


async def test_a_call_against_the_contract_is_refused_and_recorded(telegram: TelegramEmulator) -> None:
    assert (await telegram.call("sendMessage", chat_id=SITI, text="x" * 4097))["error_code"] == 400
    [violation] = telegram.ledger("violation")
    assert violation["problems"] == [["text", "is 4097 characters long, not 1 to 4096"]]


async def test_forms_and_json_are_understood_alike(telegram: TelegramEmulator) -> None:
    form = {"chat_id": "42", "text": "halo", "reply_markup": '{"inline_keyboard": [[{"text": "Menu", "callback_data": "menu"}]]}'}
    async with aiohttp.ClientSession() as session, session.post(f"{telegram.url}/bot{telegram.token}/sendmessage", data=form) as response:
        assert (await response.json())["ok"]
    await telegram.call("sendMessage", chat_id=42, text="halo", reply_markup=MENU)
    one, other = telegram.sends(SITI)
    assert one["parameters"] == other["parameters"]


async def test_only_a_button_that_was_shown_can_be_pressed(telegram: TelegramEmulator) -> None:
    with pytest.raises(ValueError, match="was never shown"):
        await telegram.press(SITI, "Menu")
    sent = (await telegram.call("sendMessage", chat_id=SITI, text="halo", reply_markup=MENU))["result"]
    await telegram.press(SITI, "Menu")
    await telegram.press(SITI, "menu", inaccessible=True)
    pressed, gone = (update["callback_query"] for update in (await telegram.call("getUpdates"))["result"])
    assert (pressed["data"], pressed["message"]["text"]) == ("menu", "halo")
    assert gone["message"] == {"chat": sent["chat"], "message_id": sent["message_id"], "date": 0}
    assert (await telegram.call("answerCallbackQuery", callback_query_id=pressed["id"]))["ok"]
    assert "too old" in (await telegram.call("answerCallbackQuery", callback_query_id="1"))["description"]
    edit = {"chat_id": SITI, "message_id": sent["message_id"]}
    assert (await telegram.call("editMessageReplyMarkup", **edit))["ok"]
    assert "not modified" in (await telegram.call("editMessageReplyMarkup", **edit))["description"]
    with pytest.raises(ValueError, match="was never shown"):
        await telegram.press(SITI, "Menu")


@pytest.mark.parametrize("kind", ["edited", "forwarded", "sticker", "photo", "voice", "document", "location", "contact", "membership"])
async def test_everything_people_send_is_a_valid_update(telegram: TelegramEmulator, kind: str) -> None:
    for chat in (SITI, -SITI, -100_000_000_042):
        assert await telegram.send(kind, chat, text="halo", caption="ini", user=SITI)


async def test_an_update_telegram_would_not_word_so_needs_saying(telegram: TelegramEmulator) -> None:
    with pytest.raises(ValueError, match="not a valid update"):
        await telegram.raw({"message": {"text": 5}})
    assert await telegram.raw({"message": {"text": 5}}, unchecked=True)


async def test_a_profile_is_kept_for_each_language(telegram: TelegramEmulator) -> None:
    await telegram.call("setMyCommands", commands=[{"command": "start", "description": "Mulai"}])
    await telegram.call("setMyCommands", commands=[{"command": "start", "description": "Begin"}], language_code="en")
    await telegram.call("setMyDescription", description="Halo", language_code="en")
    assert (await telegram.call("getMyCommands"))["result"][0]["description"] == "Mulai"
    assert (await telegram.call("getMyCommands", language_code="en"))["result"][0]["description"] == "Begin"
    assert (await telegram.call("getMyDescription"))["result"] == {"description": ""}
    assert (await telegram.call("getMyDescription", language_code="en"))["result"] == {"description": "Halo"}


# Faults


def spoiled() -> list[dict[str, Any]]:
    """Each way to spoil an answer, before and after acceptance, each in a chat of its own."""
    ways: list[dict[str, Any]] = [{"kind": kind} for kind in ("reset", "fin", "5xx", "half")]
    ways += [{"kind": "garbage", "body": body} for body in ("html", "empty", "null", "list", "other", "binary")]
    ways += [{"kind": "hang", "seconds": 0.2}, {"kind": "slow", "seconds": 0.2}]
    sided = [{**way, "when": when} for way in ways for when in ("before", "after")]
    return [{**way, "chats": [number]} for number, way in enumerate(sided, 1)]


async def test_a_spoiled_answer_never_shows_whether_the_message_was_accepted(tmp_path: Path) -> None:
    rules = spoiled()
    async with TelegramEmulator.start(tmp_path, faults=rules) as telegram:
        seen = await asyncio.gather(*(outcome(telegram, rule["chats"][0]) for rule in rules))
        for rule, said in zip(rules, seen, strict=True):
            after = rule["when"] == "after"
            assert len(telegram.sends(rule["chats"][0])) == after, rule
            assert said == ("whole" if rule["kind"] == "slow" and after else "spoiled"), rule


async def outcome(telegram: TelegramEmulator, chat: int) -> str:
    try:
        answer = await telegram.call("sendMessage", chat_id=chat, text="halo")
    except (aiohttp.ClientError, ValueError, TypeError):
        return "spoiled"
    return "whole" if "message_id" in answer.get("result", {}) else "spoiled"


async def test_refusals_come_when_told_and_accept_nothing(telegram: TelegramEmulator) -> None:
    kinds = [("429", 429), ("403", 403), ("400", 400), ("401", 401), ("404", 404), ("migrate", 400)]
    await telegram.set_faults(*({"kind": kind, "chats": [number]} for number, (kind, _) in enumerate(kinds)))
    answers = [await telegram.call("sendMessage", chat_id=number, text="halo") for number in range(len(kinds))]
    assert [answer["error_code"] for answer in answers] == [status for _, status in kinds]
    assert answers[0]["parameters"] == {"retry_after": 1}
    assert telegram.sends() == []
    await telegram.set_faults({"kind": "429", "retry_after": None}, {"kind": "403", "method": "getMe"})
    assert "parameters" not in await telegram.call("sendMessage", chat_id=1, text="halo")
    assert (await telegram.call("getMe"))["error_code"] == 403


def test_the_same_seed_brings_the_same_faults() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults([{"kind": "reset", "probability": 0.3}], seed)
        return [faults.pick("sendMessage", 1) is not None for _ in range(100)]

    assert struck(1) == struck(1) != struck(2)
    assert 15 < sum(struck(1)) < 45


def test_a_fault_may_strike_the_nth_call_or_a_number_of_times() -> None:
    faults = Faults([{"kind": "reset", "nth": [2]}, {"kind": "fin", "chats": [7], "times": 1}])
    assert [fault.kind if (fault := faults.pick("sendMessage", chat)) else "" for chat in (1, 1, 7, 7)] == ["", "reset", "fin", ""]


@pytest.mark.parametrize("rule", [{"kind": "earthquake"}, {"kind": "403", "when": "after"}, {"kind": "reset", "when": "later"}])
def test_an_impossible_fault_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"fault|refusal"):
        Faults([rule])


def test_faults_are_read_from_toml_too(tmp_path: Path) -> None:
    (tmp_path / "faults.toml").write_text('[[fault]]\nkind = "5xx"\nstatus = 500\nnth = [1]\n')
    fault = Faults.load(tmp_path / "faults.toml").pick("sendMessage")
    assert fault
    assert fault.status == 500
