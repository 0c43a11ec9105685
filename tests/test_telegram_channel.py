"""On Telegram everybody is understood, whatever they send; every page arrives as it was meant; every failure is told for what it is."""

import copy
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels import Failure, Parcel, SendError
from bot.channels.telegram import Telegram, rows, to_call
from bot.channels.telegram_inbound import Unreadable, read
from bot.channels.telegram_profile import commands, introduce
from locales import Button, Page
from storage import Inbound
from tests.contracts import telegram as contract
from tests.emulators import TelegramEmulator
from tests.emulators.telegram.updates import BUILDERS, Said
from tests.hostile import PAYLOADS

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SITI, GROUP = 42, -1_000_000_000_007
BOT = {"id": 1234567, "is_bot": True, "first_name": "Sapa", "username": "sapa_test_bot"}
MENU = (Button("Cek status", "coverage"), Button("Manfaat", "benefits"), Button("Situs", url="https://example.org"))


def update(kind: str, chat: int = SITI, **details: Any) -> dict[str, Any]:
    who = {name: details.pop(name) for name in ("user", "language", "age") if name in details}
    return {"update_id": 7, **BUILDERS[kind](Said(chat, 1, details={"bot": BOT, **details}, **who))}


def pressed(data: str = "coverage.stage=abroad", chat: int = SITI, **details: Any) -> dict[str, Any]:
    message = update("text", chat, text="Di mana?")["message"]
    message["reply_markup"] = {"inline_keyboard": [[{"text": "Di luar negeri", "callback_data": "coverage.stage=abroad"}]]}
    return update("press", chat, message=message, data=data, query_id=99, **details)


def hear(raw: dict[str, Any]) -> Inbound:
    inbound = read(raw, NOW)
    assert inbound is not None
    return inbound


# What people send


def test_a_message_is_understood() -> None:
    raw = update("text", text="bpjs sy msh aktif ga ya", language="en")
    inbound = hear(raw)
    assert (inbound.channel, inbound.sender, inbound.text, inbound.kind) == ("telegram", "42", "bpjs sy msh aktif ga ya", "text")
    assert inbound.language == "en"
    assert inbound.id.split(".") == ["7", str(raw["message"]["date"])]
    assert inbound.at.timestamp() == raw["message"]["date"]


@pytest.mark.parametrize("code", ["", "id", "id-ID", "zh-hant", "../..", "x" * 5000, "EN"])
def test_a_phone_in_another_language_says_nothing_about_its_owner(code: str) -> None:
    assert hear(update("text", text="halo", language=code)).language == {"id": "id", "id-ID": "id", "EN": "en"}.get(code, "")


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("/start 7GQ2K", "7GQ2K"),
        ("/start a_b-c", "a_b-c"),
        ("/start " + "A" * 64, "A" * 64),
        ("/start " + "A" * 65, "A" * 64),
        ("/start 7GQ2K; DROP TABLE", "7GQ2K; DROP TABLE"),
        ("/start é", "é"),
        ("/start ", ""),
        ("/start", ""),
        ("/start@sapa_test_bot 7GQ2K", "7GQ2K"),
    ],
)
def test_a_link_brings_its_code_and_a_wrong_one_brings_nobody_to_harm(text: str, ref: str) -> None:
    inbound = hear(update("text", text=text))
    assert (inbound.text, inbound.ref) == ("/start", ref)


def test_a_code_counts_only_behind_start() -> None:
    assert (hear(update("text", text="/starter 7GQ2K")).ref, hear(update("text", text="start 7GQ2K")).ref) == ("", "")


@pytest.mark.parametrize(("kind", "heard"), [("photo", "photo"), ("voice", "voice"), ("document", "document"), ("sticker", "sticker")])
def test_what_cannot_be_read_is_known_for_what_it_is(kind: str, heard: str) -> None:
    inbound = hear(update(kind))
    assert (inbound.kind, inbound.text) == (heard, "")


def test_words_under_a_picture_are_words() -> None:
    assert hear(update("photo", caption="tolong, saya dikurung")).text == "tolong, saya dikurung"


def test_a_poll_is_something_and_a_notice_of_telegram_is_nothing() -> None:
    dice, pinned = update("text", text="x"), update("text", text="x")
    for raw, content in (
        (dice, {"dice": {"emoji": "🎲", "value": 3}}),
        (pinned, {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}),
    ):
        del raw["message"]["text"]
        raw["message"] |= content
        assert contract.update_problems(raw) == []
    assert hear(dice).kind == "other"
    assert read(pinned, NOW) is None


def test_a_message_of_a_newer_telegram_is_still_a_message() -> None:
    raw = update("text", text="x")
    raw["message"]["rich_message"] = {"blocks": []}
    del raw["message"]["text"]
    assert hear(raw).kind == "other"


def test_a_place_is_where_the_sender_is() -> None:
    assert hear(update("location")).place == (22.28, 114.16)
    forwarded = update("location")
    forwarded["message"]["forward_origin"] = update("forwarded", text="x")["message"]["forward_origin"]
    assert hear(forwarded).place is None


def test_a_place_that_moves_is_told_once() -> None:
    moving = {"update_id": 8, "edited_message": {**update("location")["message"], "edit_date": 1_800_000_000}}
    assert read(moving, NOW) is None


def test_only_the_sender_s_own_card_gives_a_number() -> None:
    assert hear(update("contact", phone="852 0000 0000")).phone == "+85200000000"
    assert hear(update("contact", owner=43)).phone == ""
    assert hear(update("contact", owner=0)).phone == ""
    assert hear(update("contact", phone="١٢٣٤٥٦٧٨")).phone == ""


def test_an_edited_message_is_known_as_one() -> None:
    inbound = hear(update("edited", text="maksud saya Taiwan"))
    assert (inbound.edited, inbound.text) == (True, "maksud saya Taiwan")


def test_a_forwarded_text_is_read_like_any_other() -> None:
    assert hear(update("forwarded", text="Info: BPJS naik?")).text == "Info: BPJS naik?"


def test_a_press_says_which_button_and_what_stood_on_it() -> None:
    inbound = hear(pressed())
    assert (inbound.pressed, inbound.label, inbound.kind, inbound.sender) == ("coverage.stage=abroad", "Di luar negeri", "press", "42")
    assert inbound.id == "7.99"
    assert inbound.at == NOW


def test_a_button_of_a_message_that_is_gone_can_still_be_pressed() -> None:
    inbound = hear(pressed(inaccessible=True))
    assert (inbound.pressed, inbound.label, inbound.sender) == ("coverage.stage=abroad", "", "42")
    nameless = pressed()
    del nameless["callback_query"]["message"]
    assert hear(nameless).sender == "42"


def test_who_blocks_us_has_left_and_who_lets_us_in_again_has_returned() -> None:
    assert (hear(update("membership")).kind, hear(update("membership", status="member")).kind) == ("left", "returned")


def test_in_a_group_nobody_s_words_are_read() -> None:
    for raw in (update("text", GROUP, text="/cek 3515010101900001", user=SITI), pressed(chat=GROUP, user=SITI)):
        inbound = hear(raw)
        assert (inbound.kind, inbound.text, inbound.pressed, inbound.sender) == ("group", "", None, str(GROUP))
    answer = update("text", GROUP, text="ya", user=SITI)
    answer["message"]["reply_to_message"] = {**update("text", GROUP, text="halo")["message"], "from": BOT}
    assert hear(answer).kind == "group"


@pytest.mark.parametrize("kind", ["text", "photo", "location", "edited", "membership"])
def test_a_group_that_does_not_speak_to_us_is_left_alone(kind: str) -> None:
    assert read(update(kind, GROUP, text="halo semua", user=SITI), NOW) is None


def test_another_bot_is_not_answered() -> None:
    raw = update("text", text="halo")
    raw["message"]["from"]["is_bot"] = True
    assert read(raw, NOW) is None


def test_the_same_update_has_the_same_id_and_a_later_life_of_the_ids_another() -> None:
    raw = update("text", text="halo")
    later = copy.deepcopy(raw)
    later["message"]["date"] += 30 * 86_400
    assert hear(raw).id == hear(copy.deepcopy(raw)).id != hear(later).id


def test_hostile_text_arrives_as_it_was_written() -> None:
    for text in PAYLOADS:
        assert hear(update("text", text=text)).text == text


def mutants(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Real updates with something cut out, doubled, or of another kind."""
    dice = random.Random(seed)
    kinds = [kind for kind in BUILDERS if kind != "press"]
    values: list[Any] = [None, True, 0, -1, 10**400, 1.5, float("nan"), "", "\0", "\ud800", "x" * 5000, [], {}, [[]], {"id": "x"}]
    for _ in range(count):
        raw = pressed() if dice.random() < 0.2 else update(dice.choice(kinds), dice.choice([SITI, GROUP]), text="halo", caption="ini")
        for _cut in range(dice.randint(1, 2)):
            holder: Any = raw
            while isinstance(inner := holder[name := dice.choice(list(holder))], dict) and inner and dice.random() < 0.8:
                holder = inner
            if dice.random() < 0.6:
                del holder[name]
            else:
                holder[name] = dice.choice(values)
            if not raw:
                break
        yield raw


def test_no_update_however_broken_does_more_than_be_unreadable() -> None:
    outcomes = {"heard": 0, "nothing": 0, "unreadable": 0}
    for raw in mutants(3000, seed=1):
        try:
            inbound = read(raw, NOW)
        except Unreadable:
            outcomes["unreadable"] += 1
            continue
        outcomes["heard" if inbound else "nothing"] += 1
        if inbound:
            assert inbound.sender.lstrip("-").isdecimal()
            for said in (inbound.text, inbound.pressed or "", inbound.label, inbound.ref, inbound.id):
                said.encode()
                assert "\0" not in said
    assert min(outcomes.values()) > 200, outcomes


@pytest.mark.parametrize("raw", [None, [], "halo", 5, {}, {"update_id": "x", "message": {}}, {"update_id": 1, "message": None}])
def test_nonsense_is_unreadable_or_nothing(raw: object) -> None:
    with suppress(Unreadable):
        assert read(raw, NOW) is None


# What we send


def test_a_page_fits_the_contract() -> None:
    for page in (Page("Halo"), Page("x" * 4096, MENU), *(Page(text, MENU) for text in PAYLOADS)):
        call = {name: getattr(value, "to_dict", lambda value=value: value)() for name, value in to_call(page).items()}
        assert contract.call_problems("sendMessage", {"chat_id": SITI, **call}) == []
        assert call["text"] == page.text
        assert "parse_mode" not in call


def test_a_number_to_call_is_left_to_the_text() -> None:
    assert "reply_markup" not in to_call(Page("Telepon +62 812-9007-0027", (Button("Telepon", url="tel:+6281290070027"),)))


def test_short_buttons_stand_side_by_side_and_long_ones_alone() -> None:
    labels = ["Ya", "Tidak", "Menu", "Cek status", "Manfaat", "Daftar, perpanjang, bayar", "Klaim"]
    shown = [[button.label for button in row] for row in rows([Button(label, "x") for label in labels])]
    assert shown == [["Ya", "Tidak", "Menu"], ["Cek status", "Manfaat"], ["Daftar, perpanjang, bayar"], ["Klaim"]]


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator.start(tmp_path) as running:
        yield running


@pytest.fixture
async def telegram(emulator: TelegramEmulator) -> AsyncIterator[Telegram]:
    channel = Telegram(emulator.token, emulator.url, patience=0.5)
    await channel.start()
    yield channel
    await channel.close()


async def send(telegram: Telegram, chat: int = SITI) -> str | SendError:
    try:
        return await telegram.send(Parcel(1, str(chat), Page("Halo", MENU)))
    except SendError as error:
        return error


async def test_a_page_arrives_and_gives_its_id(emulator: TelegramEmulator, telegram: Telegram) -> None:
    sent = await send(telegram)
    accepted = emulator.sends(SITI)[0]
    assert sent == str(accepted["message_id"])
    keyboard = accepted["parameters"]["reply_markup"]["inline_keyboard"]
    assert [button["text"] for row in keyboard for button in row] == ["Cek status", "Manfaat", "Situs"]
    assert emulator.ledger("violation") == []


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ({"kind": "429", "retry_after": 35}, (Failure.WAIT, "too_many", 35, "")),
        ({"kind": "429", "retry_after": 3600}, (Failure.WAIT, "too_many", 3600, "")),
        ({"kind": "429", "retry_after": "soon"}, (Failure.WAIT, "too_many", 10, "")),
        ({"kind": "429", "retry_after": None}, (Failure.WAIT, "too_many", 10, "")),
        ({"kind": "403"}, (Failure.UNREACHABLE, "blocked", None, "")),
        ({"kind": "403", "description": "Forbidden: user is deactivated"}, (Failure.UNREACHABLE, "deactivated", None, "")),
        ({"kind": "403", "description": "Forbidden: bot was kicked from the group chat"}, (Failure.UNREACHABLE, "kicked", None, "")),
        ({"kind": "403", "description": "Forbidden: something new"}, (Failure.UNREACHABLE, "forbidden", None, "")),
        ({"kind": "400"}, (Failure.UNREACHABLE, "not_found", None, "")),
        ({"kind": "400", "description": "Bad Request: can't parse entities"}, (Failure.CONTENT, "refused_400", None, "")),
        ({"kind": "migrate", "migrate_to_chat_id": GROUP}, (Failure.MOVED, "moved", None, str(GROUP))),
        ({"kind": "401"}, (Failure.FORBIDDEN, "token", None, "")),
        ({"kind": "404"}, (Failure.FORBIDDEN, "token", None, "")),
        ({"kind": "5xx", "status": 500, "when": "after"}, (Failure.DOUBT, "answer_lost", None, "")),
        ({"kind": "reset", "when": "before"}, (Failure.DOUBT, "answer_lost", None, "")),
        ({"kind": "hang", "when": "after"}, (Failure.DOUBT, "timeout", None, "")),
        ({"kind": "garbage", "body": "other", "when": "after"}, (Failure.DOUBT, "answer_lost", None, "")),
    ],
)
async def test_each_failure_is_told_for_what_it_is(
    emulator: TelegramEmulator, telegram: Telegram, fault: dict[str, Any], outcome: tuple[Failure, str, float | None, str]
) -> None:
    await emulator.set_faults({**fault, "times": 1})
    error = await send(telegram)
    assert isinstance(error, SendError)
    assert (error.failure, error.reason, error.retry_after, error.moved_to) == outcome
    assert error.__context__ is None
    assert len(emulator.sends()) == (fault.get("when") == "after")
    assert isinstance(await send(telegram), str), "and the next one arrives"


async def test_while_telegram_is_away_nothing_was_sent() -> None:
    away = Telegram("1234567:emulated-token", "http://127.0.0.1:1")
    await away.start()
    error = await send(away)
    await away.close()
    assert isinstance(error, SendError)
    assert error.failure is Failure.NOT_SENT


# Updates and profile


async def test_updates_are_fetched_raw_and_a_press_is_acknowledged(emulator: TelegramEmulator, telegram: Telegram) -> None:
    await send(telegram)
    first = await emulator.text(SITI, "halo")
    await emulator.raw({"message": "not a message"}, unchecked=True)
    await emulator.press(SITI, "Cek status")
    found = await telegram.fetch(0)
    assert [one["update_id"] - (first or 0) for one in found] == [0, 1, 2]
    for one in found:
        await telegram.acknowledge(one)
    assert [entry["method"] for entry in emulator.ledger("accepted")][-1] == "answerCallbackQuery"
    await telegram.acknowledge({"callback_query": {"id": "1"}})
    assert emulator.ledger("violation") == []


async def test_a_webhook_is_set_and_taken_back(emulator: TelegramEmulator, telegram: Telegram) -> None:
    await telegram.listen_at("http://127.0.0.1:1/telegram/webhook", "s3cret", 20)
    info = (await emulator.call("getWebhookInfo"))["result"]
    assert (info["max_connections"], info["allowed_updates"]) == (20, ["callback_query", "edited_message", "message", "my_chat_member"])
    await telegram.stop_listening()
    assert (await emulator.call("getWebhookInfo"))["result"]["url"] == ""


async def test_the_bot_introduces_itself_in_each_language_and_only_when_something_changed(
    emulator: TelegramEmulator, telegram: Telegram
) -> None:
    assert await introduce(telegram.bot)
    profile = (await emulator.state())["profile"]
    assert profile["texts"]["ShortDescription "].startswith("Saya Sapa")
    assert profile["texts"]["Description en"].startswith("I am Sapa")
    shown = profile["commands"]['{"type": "default"} en']
    assert [command["command"] for command in shown] == [name for name, _label in commands()]
    assert profile["menu_buttons"] == {"0": {"type": "commands"}}
    before = len(emulator.ledger("accepted"))
    assert await introduce(telegram.bot)
    assert {entry["method"][:3] for entry in emulator.ledger("accepted")[before:]} == {"get"}
    assert emulator.ledger("violation") == []


async def test_a_bot_that_cannot_introduce_itself_serves_all_the_same(emulator: TelegramEmulator, telegram: Telegram) -> None:
    await emulator.set_faults({"method": "setMyCommands", "kind": "429", "retry_after": 3600})
    assert not await introduce(telegram.bot)
