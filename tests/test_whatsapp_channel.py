"""On WhatsApp every page arrives as it was meant, within Meta's limits, and every failure is told for what it is."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels import Failure, Parcel, SendError
from bot.channels import whatsapp_payloads as payloads
from bot.channels.whatsapp import WhatsApp, digest
from bot.channels.whatsapp_errors import MEANINGS
from locales import LIMITS, Button, Choice, Message, Page, Written, fit
from storage.templates import Filled
from tests.contracts.whatsapp import send_problems
from tests.emulators import WhatsAppEmulator
from tests.emulators.whatsapp.refusals import CODES
from tests.hostile import PAYLOADS

SITI, BUDI = "6281200000001", "6281200000002"
MENU = (Button("Cek status", "coverage"), Button("Manfaat", "benefits"))
SITE = Button("Situs BPJS", url="https://example.org")


def body(*pages: Page) -> list[dict[str, Any]]:
    bodies = [payloads.to_payload(Parcel(1, SITI, page)) for page in pages]
    for one in bodies:
        assert send_problems(one) == []
    return bodies


# What we send


def test_buttons_a_list_or_a_link_as_many_as_there_are() -> None:
    few, many, link = body(
        Page("Halo", MENU), Page("Halo", MENU * 1 + tuple(Button(f"Topik {n}", f"?t{n}") for n in range(8))), Page("Halo", (SITE,))
    )
    assert [one["interactive"]["type"] for one in (few, many, link)] == ["button", "list", "cta_url"]
    assert len(many["interactive"]["action"]["sections"][0]["rows"]) == 10


def test_a_link_beside_answers_is_written_out() -> None:
    beside, alone, two = body(
        Page("Halo", (*MENU, SITE)), Page("Halo"), Page("Halo", (SITE, Button("Peta", url="https://example.org/peta")))
    )
    assert beside["interactive"]["body"]["text"] == "Halo\n\nSitus BPJS: https://example.org"
    assert alone["text"]["body"] == "Halo"
    assert two["text"]["body"].endswith("Peta: https://example.org/peta")


def test_a_link_that_does_not_fit_is_left_out_and_never_cut() -> None:
    [full] = body(Page("x" * 1020, (*MENU, SITE)))
    assert full["interactive"]["body"]["text"] == "x" * 1020


def test_a_number_to_call_is_left_to_the_text() -> None:
    [one] = body(Page("Telepon +62 812-9007-0027", (Button("Telepon", url="tel:+6281290070027"),)))
    assert one["type"] == "text"


def test_no_two_buttons_look_or_answer_alike() -> None:
    same = tuple(Button("Syarat dan berkas klaim kematian", f"claims.{number}") for number in range(3))
    [buttons] = body(Page("Halo", (*same, Button("Lain", "claims.1"))))
    titles = [button["reply"]["title"] for button in buttons["interactive"]["action"]["buttons"]]
    assert len(set(titles)) == len(titles) == 3


@pytest.mark.parametrize("choices", [0, 1, 3, 4, 10, 13])
def test_whatever_is_fitted_to_whatsapp_is_within_its_limits(choices: int) -> None:
    offered = tuple(Choice(Written({"id": f"Pilihan yang panjang sekali 👨‍👩‍👧 nomor {n}"}), f"claims.kind={n}") for n in range(choices))
    for text in ("x", "kata " * 2000, "👩‍👩‍👧‍👦" * 600, "é" * 4097, *PAYLOADS):
        body(*fit(Message((Written({"id": text}),), offered), "id", LIMITS["whatsapp"]))


def test_who_is_known_by_an_id_is_written_to_by_it() -> None:
    to = {name: payloads.to_payload(Parcel(1, name, Page("Halo"))) for name in (SITI, "ID.4553260803050964941", "US.ENT.118")}
    assert [("to" in one, "recipient" in one) for one in to.values()] == [(True, False), (False, True), (False, True)]
    assert to[SITI]["biz_opaque_callback_data"] == "1"


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path) as running:
        yield running


@pytest.fixture
async def whatsapp(emulator: WhatsAppEmulator) -> AsyncIterator[WhatsApp]:
    channel = WhatsApp(emulator.token, emulator.phone_id, emulator.api_url, patience=0.5)
    await channel.start()
    yield channel
    await channel.close()


async def send(whatsapp: WhatsApp, chat: str = SITI, template: Filled | None = None) -> str | SendError:
    try:
        return await whatsapp.send(Parcel(77, chat, Page("Halo", MENU), template=template))
    except SendError as error:
        return error


async def test_a_page_arrives_and_gives_a_digest_of_its_id(emulator: WhatsAppEmulator, whatsapp: WhatsApp) -> None:
    sent = await send(whatsapp)
    [accepted] = emulator.sends(SITI)
    assert sent == digest(accepted["message"])
    assert accepted["opaque"] == "77"
    assert SITI not in str(sent)


async def test_somebody_without_a_number_is_reached_by_their_id(emulator: WhatsAppEmulator, whatsapp: WhatsApp) -> None:
    known = await emulator.person(SITI, hidden=True)
    assert isinstance(await send(whatsapp, known["user"]), str)
    assert emulator.sends(SITI)[0]["body"]["recipient"] == known["user"]


async def test_files_and_questions_for_a_place_are_sent(emulator: WhatsAppEmulator, whatsapp: WhatsApp) -> None:
    await whatsapp.send_document(SITI, "https://example.org/a.pdf", "data.pdf", "Data Anda", delivery=5)
    await whatsapp.send_image(SITI, "1003383421387256", "x" * 2000)
    await whatsapp.ask_location(SITI, "Di mana Anda sekarang?")
    assert [entry["body"]["type"] for entry in emulator.sends()] == ["document", "image", "interactive"]
    assert emulator.ledger("violation") == []


async def test_a_message_is_marked_as_seen_and_nothing_is_lost_where_that_fails(emulator: WhatsAppEmulator, whatsapp: WhatsApp) -> None:
    await whatsapp.mark_seen("wamid.1")
    assert [entry["message"] for entry in emulator.ledger("seen")] == ["wamid.1"]
    away = WhatsApp("x", "1", "http://127.0.0.1:1")
    await away.start()
    await away.mark_seen("wamid.1")
    await away.close()


EXPECTED = {
    **dict.fromkeys((4, 80007, 130429, 131056, 131057), Failure.WAIT),
    **dict.fromkeys((2, 131000, 131016, 131053), Failure.NOT_SENT),
    131049: Failure.DAY,
    **dict.fromkeys((131048, 131064), Failure.REST),
    **dict.fromkeys((131026, 131021, 131030, 130497), Failure.UNREACHABLE),
    131050: Failure.UNWANTED,
    131047: Failure.WINDOW,
    **dict.fromkeys((130472, 131062, 131008, 131009, 132000, 132001, 132005, 132007, 132012, 132015, 132016, 100), Failure.CONTENT),
    **dict.fromkeys((0, 3, 10, 190, 200, 368, 131005, 131031, 131042, 131045, 131063, 133010), Failure.FORBIDDEN),
}


def test_every_code_the_emulator_knows_has_its_class() -> None:
    assert EXPECTED.keys() == CODES.keys()


@pytest.mark.parametrize("code", CODES)
async def test_each_code_is_classed_and_the_next_message_arrives(emulator: WhatsAppEmulator, whatsapp: WhatsApp, code: int) -> None:
    await emulator.set_faults({"method": "messages", "kind": "error", "code": code, "times": 1})
    error = await send(whatsapp)
    assert isinstance(error, SendError)
    assert error.failure is EXPECTED[code]
    assert error.reason == (MEANINGS[code].reason if code in MEANINGS else f"refused_{code}")
    assert (error.failure is Failure.WAIT) == (error.retry_after is not None)
    assert error.__context__ is None
    assert emulator.sends() == []
    assert isinstance(await send(whatsapp), str)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "5xx", "status": 500}, "answer_lost"),
        ({"kind": "reset", "when": "before"}, "answer_lost"),
        ({"kind": "reset", "when": "after"}, "answer_lost"),
        ({"kind": "fin", "when": "after"}, "answer_lost"),
        ({"kind": "hang", "when": "after"}, "timeout"),
        ({"kind": "half", "when": "after"}, "timeout"),
        ({"kind": "garbage", "body": "html", "when": "after"}, "answer_lost"),
        ({"kind": "garbage", "body": "other", "when": "after"}, "answer_unreadable"),
        ({"kind": "garbage", "body": "binary", "when": "after"}, "answer_lost"),
        ({"kind": "garbage", "body": "huge", "when": "after"}, "too_large"),
    ],
    ids=str,
)
async def test_an_answer_that_is_lost_leaves_doubt(
    emulator: WhatsAppEmulator, whatsapp: WhatsApp, fault: dict[str, Any], reason: str
) -> None:
    await emulator.set_faults({"method": "messages", **fault, "times": 1})
    error = await send(whatsapp)
    assert isinstance(error, SendError)
    assert error.failure is Failure.DOUBT
    assert error.reason in (reason, "answer_lost")
    assert error.__context__ is None
    assert len(emulator.sends()) == (fault.get("when") == "after")


async def test_while_meta_is_away_nothing_was_sent() -> None:
    away = WhatsApp("token", "1", "http://127.0.0.1:1/v26.0")
    assert (await failure_of(away)).failure is Failure.NOT_SENT
    await away.start()
    assert (await failure_of(away)).failure is Failure.NOT_SENT
    await away.close()


async def failure_of(whatsapp: WhatsApp) -> SendError:
    error = await send(whatsapp)
    assert isinstance(error, SendError)
    return error


async def test_a_wrong_token_or_number_stops_the_channel(emulator: WhatsAppEmulator) -> None:
    for token, phone_id, reason in (("wrong", emulator.phone_id, "token"), (emulator.token, "1", "phone_id")):
        channel = WhatsApp(token, phone_id, emulator.api_url)
        await channel.start()
        error = await failure_of(channel)
        assert (error.failure, error.reason) == (Failure.FORBIDDEN, reason)
        await channel.close()


async def test_no_failure_shows_the_token_the_address_or_the_number(emulator: WhatsAppEmulator) -> None:
    channel = WhatsApp("EAAsecret", emulator.phone_id, emulator.api_url)
    await channel.start()
    error = await failure_of(channel)
    await channel.close()
    for secret in ("EAAsecret", emulator.url, emulator.phone_id, SITI):
        assert secret not in f"{error!r} {error}"


async def test_a_template_is_sent_with_its_blanks_filled(emulator: WhatsAppEmulator, whatsapp: WhatsApp) -> None:
    await emulator.template("ajakan", body="Halo {{1}} di {{2}}", quick_replies=["Cek status", "Berhenti"])
    filled = Filled("ajakan", "id", (("1", "Siti"), ("2", "Taipei")), payloads=("coverage#77", "opt_out#77"))
    assert isinstance(await send(whatsapp, BUDI, filled), str)
    parts = emulator.sends(BUDI)[0]["body"]["template"]["components"]
    assert [parameter["text"] for parameter in parts[0]["parameters"]] == ["Siti", "Taipei"]
    wrong = await send(whatsapp, BUDI, Filled("ajakan", "id"))
    assert isinstance(wrong, SendError)
    assert (wrong.failure, wrong.reason) == (Failure.CONTENT, "template_blanks")
    for state, reason in (("PAUSED", "template_paused"), ("DISABLED", "template_disabled"), ("PENDING", "template_unknown")):
        await emulator.template("ajakan", status=state)
        refused = await send(whatsapp, BUDI, filled)
        assert isinstance(refused, SendError)
        assert refused.reason == reason
