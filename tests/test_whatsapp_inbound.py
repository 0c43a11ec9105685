"""On WhatsApp everybody is understood, whatever they send and however Meta names them; nothing that arrives can break us."""

import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.link_codes import coded
from bot.channels.whatsapp import digest
from bot.channels.whatsapp_inbound import Heard
from bot.channels.whatsapp_notices import LimitNotice, TemplateNotice, TroubleNotice
from bot.channels.whatsapp_reading import Batch, read
from storage import Inbound
from storage.codes import encode
from storage.identities import Who
from tests.emulators.whatsapp import events, receipts
from tests.emulators.whatsapp.events import BUILDERS, Change, Number, Said
from tests.emulators.whatsapp.people import Person, message_id
from tests.emulators.whatsapp.receipts import Sent
from tests.hostile import PAYLOADS

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
AT = 1795323600
NUMBER = Number("102290129340398", "106540352242922", "15550783881")
PHONE, USER = "6281200000001", "ID.4553260803050964941"
CODE = encode(4242, 4)
RECORDED = sorted((Path(__file__).parent / "payloads" / "whatsapp").glob("*.json"))


def person(**facts: Any) -> Person:
    return Person(PHONE, USER, **facts)


def said(kind: str, somebody: Person | None = None, **details: Any) -> Change:
    somebody = somebody or person()
    message = BUILDERS[kind](Said(somebody, details.pop("id", "wamid.1"), details.pop("at", AT), {"number": NUMBER.shown, **details}))
    return events.told(NUMBER, message, somebody)


def delivery(*changes: Change) -> bytes:
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": NUMBER.account, "changes": list(changes)}]}).encode()


def batch(*changes: Change) -> Batch:
    return read(delivery(*changes), NUMBER.phone_id, NOW)


def hear(change: Change) -> Inbound:
    found = batch(change)
    assert (found.put_aside, len(found.heard)) == ([], 1)
    return found.heard[0].inbound


# Recorded by Meta


def recorded(name: str) -> Batch:
    body = (Path(__file__).parent / "payloads" / "whatsapp" / f"{name}.json").read_bytes()
    return read(body, "106540352242922", NOW)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_meta_recorded_is_read_without_a_rest(path: Path) -> None:
    assert recorded(path.stem).put_aside == []


@pytest.mark.parametrize(
    ("name", "kind", "text", "pressed"),
    [
        ("text_message", "text", "Does it come in another color?", None),
        ("text_message_with_context_product_inquiry", "text", "Is this still available?", None),
        ("text_message_from_click_to_whatsapp_ad", "text", "Hello! Can I get more info on this?", None),
        ("image_message", "photo", "Taj Mahal", None),
        ("location_message", "location", "", None),
        ("contact_sharing_message", "contact", "", None),
        ("reaction_message", "reaction", "", None),
        ("unsupported_message", "other", "", None),
        ("order_message", "other", "", None),
        ("button_message", "text", "Unsubscribe", None),
        ("interactive_button_reply_message", "press", "", "cancel-button"),
        ("interactive_list_reply_message", "press", "", "priority_express"),
    ],
)
def test_recorded_messages_become_what_was_said(name: str, kind: str, text: str, pressed: str | None) -> None:
    [heard] = recorded(name).heard
    assert (heard.inbound.kind, heard.inbound.text, heard.inbound.pressed) == (kind, text, pressed)
    assert (heard.who, heard.inbound.sender) == (Who("whatsapp", "", "16505551234"), "16505551234")
    assert heard.inbound.at.year == 2025


def test_a_recorded_change_of_number_is_no_message() -> None:
    found = recorded("system_message")
    assert found.heard == []
    [change] = found.renumbered
    assert (change.old, change.new) == (Who("whatsapp", "", "16505551234"), Who("whatsapp", "", "12195555358"))


# What people send


def test_a_message_is_understood() -> None:
    inbound = hear(said("text", text="bpjs sy msh aktif ga ya"))
    assert (inbound.channel, inbound.sender, inbound.text, inbound.kind) == ("whatsapp", USER, "bpjs sy msh aktif ga ya", "text")
    assert inbound.at.timestamp() == AT


def test_the_id_that_is_kept_does_not_show_the_number() -> None:
    name = message_id(PHONE, random.Random(1), ours=False)
    inbound = hear(said("text", text="halo", id=name))
    assert inbound.id == digest(name) != digest(name + "x")
    assert PHONE not in inbound.id
    assert len(inbound.id) == 24


@pytest.mark.parametrize(
    ("somebody", "who"),
    [
        (person(), Who("whatsapp", USER, PHONE)),
        (person(hidden=True), Who("whatsapp", USER, "")),
        (person(nameless=True), Who("whatsapp", "", PHONE)),
    ],
    ids=["id and number", "a username hides the number", "before ids"],
)
def test_people_are_known_by_their_id_then_by_their_number(somebody: Person, who: Who) -> None:
    [heard] = batch(said("text", somebody, text="halo")).heard
    assert (heard.who, heard.inbound.sender) == (who, who.external)


def test_a_message_without_contacts_is_still_somebody_s() -> None:
    change = said("text", text="halo")
    del change["value"]["contacts"]
    assert hear(change).sender == USER
    del change["value"]["messages"][0]["from_user_id"]
    assert hear(change).sender == PHONE
    del change["value"]["messages"][0]["from"]
    assert [piece.reason for piece in batch(change).put_aside] == ["nobody"]


def test_of_many_people_in_one_delivery_nobody_is_taken_for_another() -> None:
    change = said("text", person(nameless=True), text="halo")
    other = Person("6281200000002", "ID.2")
    change["value"]["messages"].append(
        said("text", Person(other.phone, "", nameless=True), text="hai", id="wamid.2")["value"]["messages"][0]
    )
    change["value"]["contacts"] = [other.contact]
    first, second = batch(change).heard
    assert first.who == Who("whatsapp", "", PHONE)
    assert second.who == Who("whatsapp", other.user, other.phone)


@pytest.mark.parametrize(
    ("kind", "heard"),
    [
        ("image", "photo"),
        ("video", "video"),
        ("audio", "voice"),
        ("document", "document"),
        ("sticker", "sticker"),
        ("unsupported", "other"),
    ],
)
def test_what_cannot_be_read_is_known_for_what_it_is(kind: str, heard: str) -> None:
    inbound = hear(said(kind))
    assert (inbound.kind, inbound.text) == (heard, "")


def test_words_under_a_picture_are_words() -> None:
    assert hear(said("image", caption="tolong, saya dikurung")).text == "tolong, saya dikurung"


def test_a_kind_nobody_knows_yet_is_something() -> None:
    change = said("text", text="x")
    message = change["value"]["messages"][0]
    message["type"] = "hologram"
    message["hologram"] = {"depth": 3}
    assert hear(change).kind == "other"


def test_a_place_is_where_the_sender_is() -> None:
    assert hear(said("location")).place == (22.28, 114.16)
    assert hear(said("location", latitude=91)).place is None
    assert hear(said("location", latitude="nowhere")).place is None


def test_only_the_sender_s_own_card_gives_a_number() -> None:
    assert hear(said("contacts")).phone == f"+{PHONE}"
    assert hear(said("contacts", owner="85200000000")).phone == ""


@pytest.mark.parametrize("kind", ["button_reply", "list_reply", "quick_reply"])
def test_a_press_says_which_button_and_what_stood_on_it(kind: str) -> None:
    shown = {"kind": kind, "id": "coverage.stage=abroad", "title": "Di luar negeri", "message": "wamid.0"}
    inbound = hear(said("press", shown=shown))
    assert (inbound.pressed, inbound.label, inbound.kind) == ("coverage.stage=abroad", "Di luar negeri", "press")


def test_a_quick_reply_without_a_payload_is_as_good_as_typed() -> None:
    inbound = hear(said("press", shown={"kind": "quick_reply", "id": "Berhenti", "title": "Berhenti", "message": "wamid.0"}))
    assert (inbound.pressed, inbound.text) == (None, "Berhenti")


def test_an_edited_message_is_known_as_one_and_one_taken_back_is_nothing() -> None:
    inbound = hear(said("edit", text="maksud saya Taiwan"))
    assert (inbound.edited, inbound.text) == (True, "maksud saya Taiwan")
    assert batch(said("revoke")).heard == []


def test_in_a_group_nobody_s_words_are_read() -> None:
    change = said("text", text="halo semua")
    change["value"]["messages"][0]["group_id"] = "Y2FwaV9ncm91cDox"
    found = batch(change)
    assert (found.heard, found.put_aside) == ([], [])


def test_hostile_text_arrives_as_it_was_written() -> None:
    for text in PAYLOADS:
        assert hear(said("text", text=text)).text == text


# Deep links


@pytest.mark.parametrize(
    ("text", "left", "ref"),
    [
        (f"Halo Sapa [{CODE}]", "/start", CODE),
        (f"Halo Sapa [{CODE.lower()}]", "/start", CODE),
        (f"Halo Sapa ({CODE}).", "/start", CODE),
        (f"Halo Sapa, [{CODE}]!!", "/start", CODE),
        (f"Halo, saya mau tanya {CODE}", "Halo, saya mau tanya", CODE),
        (CODE, "/start", CODE),
        (f"[{CODE}]", "/start", CODE),
        (f"{CODE} halo", "halo", CODE),
        (f"halo *{CODE}*, saya di Hong Kong", "halo saya di Hong Kong", CODE),
        (f"saya mau tanya, kode: {CODE.lower()}", "saya mau tanya,", CODE),
        ("Halo Sapa [７ＧＱ２Ｋ]", "/start", "7GQ2K"),
        ("ABCDEFG3V", "ABCDEFG3V", ""),
        ("Halo Sapa [7GQ2X]", "/start", "7GQ2X"),
        ("Halo Sapa [7GQ2К]", "/start", "7GQ2К"),
        ("saya mau tanya [7GQ2X]", "saya mau tanya [7GQ2X]", "7GQ2X"),
        ("Halo Sapa [7" + "A" * 80 + "]", "/start", "7" + "A" * 63),
        ("kontrak saya (24bln)", "kontrak saya (24bln)", ""),
        ("/tugas ABCDEFG3V", "/tugas ABCDEFG3V", ""),
        ("[Ya]", "[Ya]", ""),
        (f"benar ini? t.me/x?start={CODE}", f"benar ini? t.me/x?start={CODE}", ""),
        ("berapa 500000", "berapa 500000", ""),
        ("apakah masih aktif", "apakah masih aktif", ""),
    ],
)
def test_a_link_ends_its_text_with_a_code(text: str, left: str, ref: str) -> None:
    inbound = hear(said("text", text=text))
    assert (inbound.text, inbound.ref) == (left, ref)


def test_who_never_wrote_before_more_likely_came_by_a_link() -> None:
    typed = hear(said("text", text=f"halo {CODE.lower()}"))
    assert (typed.ref, coded(typed, first=True).ref, coded(typed, first=True).text) == ("", CODE, typed.text)
    shouted = hear(said("text", text="SAYA SAKIT TOLONG"))
    assert coded(shouted, first=True).ref == ""


def test_an_advert_s_address_may_bring_a_code() -> None:
    for address, ref in ((f"https://example.org/?ref={CODE}", CODE), ("https://fb.me/x", ""), ("http://[", "")):
        assert hear(said("text", text="halo", referral={"source_url": address, "source_type": "ad"})).ref == ref


# Receipts, preferences, notices


def status(state: dict[str, Any], somebody: Person | None = None) -> Change:
    return events.status(NUMBER, somebody or person(), state)


def sent(**facts: Any) -> Sent:
    return Sent(**{"id": "wamid.out", "person": person(), "opaque": "77", "category": "service", "kind": "regular", **facts})


def test_a_receipt_says_how_far_a_delivery_came_and_what_it_costs() -> None:
    [receipt] = batch(status(sent().state("delivered"))).receipts
    assert (receipt.state, receipt.delivery, receipt.provider_id) == ("delivered", 77, digest("wamid.out"))
    assert (receipt.user, receipt.phone) == (USER, PHONE)
    charge = receipt.charge
    assert charge
    assert (charge.category, charge.kind, charge.country, charge.billable) == ("service", "regular", "ID", True)


@pytest.mark.parametrize(("phone", "country"), [("85261234567", "HK"), ("886912345678", "TW"), ("12025550123", "US"), ("", "ZZ")])
def test_the_country_is_the_recipient_s(phone: str, country: str) -> None:
    somebody = Person(phone, "", nameless=True)
    [receipt] = batch(status(sent(person=somebody).state("delivered"), somebody)).receipts
    assert receipt.charge
    assert receipt.charge.country == country


@pytest.mark.parametrize(
    ("code", "reason", "marks"),
    [
        (131026, "undeliverable", "unreachable"),
        (131050, "unwanted", "unwanted"),
        (131047, "window", "shut"),
        (131048, "flagged_as_spam", "rest"),
        (131049, "enough_for_today", ""),
        (132015, "template_paused", ""),
        (131053, "media", ""),
    ],
)
def test_a_failure_is_told_for_what_it_is(code: int, reason: str, marks: str) -> None:
    [receipt] = batch(status(sent().state("failed", code))).receipts
    assert (receipt.state, receipt.reason) == ("failed", reason)
    assert [name for name in ("unreachable", "unwanted", "shut", "rest") if getattr(receipt, name)] == ([marks] if marks else [])


def test_strange_receipts_say_as_much_as_they_can() -> None:
    odd = {"id": "wamid.x", "status": "failed", "timestamp": "soon", "errors": [{"code": 987654}]}
    assert [(one.reason, one.at, one.delivery) for one in batch(status(odd)).receipts] == [("refused_987654", NOW, None)]
    assert batch(status({**odd, "errors": []})).receipts[0].reason == "unsaid"
    assert batch(status({**odd, "status": "warning"})).receipts == []
    assert batch(status({"id": "wamid.x", "status": "played"})).receipts[0].state == "read"
    for opaque in ("-1", "9" * 30, "٣", "x", ""):
        assert batch(status({**odd, "biz_opaque_callback_data": opaque})).receipts[0].delivery is None


def test_many_entries_changes_and_items_are_all_read() -> None:
    changes = [said("text", text=str(number), id=f"wamid.{number}") for number in range(5)]
    changes += [status(sent(id=f"wamid.s{number}").state("read")) for number in range(5)]
    entries = [{"id": NUMBER.account, "changes": changes[:4]}, {"id": NUMBER.account, "changes": changes[4:]}]
    found = read(json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode(), NUMBER.phone_id, NOW)
    assert ([heard.inbound.text for heard in found.heard], len(found.receipts)) == (list("01234"), 5)


def test_another_number_of_the_same_account_is_not_ours_to_answer() -> None:
    other = Number(NUMBER.account, "999", "1")
    change = events.told(other, BUILDERS["text"](Said(person(), "wamid.1", AT, {"text": "halo"})), person())
    found = batch(change)
    assert (found.heard, found.ignored, found.put_aside) == ([], 1, [])


def test_somebody_who_stops_campaigns_at_whatsapp_is_heard() -> None:
    for value, wants in (("stop", False), ("resume", True)):
        [preference] = batch(events.preference(NUMBER, person(), value, AT)).preferences
        assert (preference.who, preference.wants, preference.at.timestamp()) == (Who("whatsapp", USER, PHONE), wants, AT)
    assert batch(events.preference(NUMBER, person(), "signup", AT)).preferences == []


def test_a_new_number_brings_a_new_id_and_both_are_told() -> None:
    somebody = Person("6281200000009", "ID.99")
    [change] = batch(events.renumbered(NUMBER, Said(somebody, "wamid.1", AT), (PHONE, USER))).renumbered
    assert (change.old, change.new) == (Who("whatsapp", USER, PHONE), Who("whatsapp", "ID.99", "6281200000009"))


def test_an_id_can_change_without_a_number() -> None:
    system = {"type": "user_changed_user_id", "user_id": "ID.99", "previous_user_id": USER}
    value = {"metadata": NUMBER.metadata, "messages": [{"id": "wamid.1", "type": "system", "system": system}]}
    [change] = batch({"field": "messages", "value": value}).renumbered
    assert (change.old.user, change.new.user) == (USER, "ID.99")


@pytest.mark.parametrize(
    ("field", "value", "notice"),
    [
        (
            "message_template_status_update",
            {"event": "REJECTED", "reason": "INVALID_FORMAT", "message_template_name": "ajakan", "message_template_language": "id"},
            TemplateNotice("ajakan", "id", {"state": "REJECTED", "reason": "INVALID_FORMAT"}),
        ),
        (
            "message_template_status_update",
            {"event": "APPROVED", "reason": "NONE", "message_template_name": "ajakan", "message_template_language": "id"},
            TemplateNotice("ajakan", "id", {"state": "APPROVED", "reason": ""}),
        ),
        (
            "template_category_update",
            {"new_category": "MARKETING", "message_template_name": "ajakan", "message_template_language": "id"},
            TemplateNotice("ajakan", "id", {"category": "marketing"}),
        ),
        (
            "message_template_quality_update",
            {"new_quality_score": "RED", "message_template_name": "ajakan", "message_template_language": "id"},
            TemplateNotice("ajakan", "id", {"quality": "RED"}),
        ),
        ("business_capability_update", {"max_daily_conversations_per_business": 2000}, LimitNotice(2000)),
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_10K"}, LimitNotice(10_000)),
        ("phone_number_quality_update", {"current_limit": "TIER_UNLIMITED", "event": "UPGRADE"}, LimitNotice(-1)),
        ("account_update", {"event": "ACCOUNT_RESTRICTION"}, TroubleNotice("account_update", "ACCOUNT_RESTRICTION")),
    ],
)
def test_what_meta_tells_of_our_account_is_heard(field: str, value: dict[str, Any], notice: object) -> None:
    assert batch({"field": field, "value": value}).notices == [notice]


def test_a_notice_of_no_use_is_nothing() -> None:
    for change in ({"field": "flows", "value": {"event": "x"}}, {"field": "business_capability_update", "value": {}}, {"field": "?"}):
        found = batch(change)
        assert (found.notices, found.put_aside) == ([], [])


# Anything at all


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'"halo"', b"5", b"{}", b"{\xff}", b'{"entry": 5}', b"[" * 100_000, b'{"entry": []}']
)
def test_nonsense_is_put_aside(body: bytes) -> None:
    found = read(body, NUMBER.phone_id, NOW)
    assert len(found.put_aside) == 1
    assert (found.heard, found.receipts) == ([], [])


def test_one_broken_piece_stops_no_other() -> None:
    change = said("text", text="halo")
    change["value"]["messages"] += [None, "x", {}, {"type": "text"}]
    change["value"]["statuses"] = [5, {"status": "read"}]
    found = batch(change)
    assert [heard.inbound.text for heard in found.heard] == ["halo"]
    assert sorted(piece.reason for piece in found.put_aside) == [
        "nameless",
        "nameless",
        "nameless",
        "not_an_object",
        "not_an_object",
        "not_an_object",
    ]


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """Real deliveries with something cut out, doubled, or of another kind."""
    dice = random.Random(seed)
    shown = {"kind": "button_reply", "id": "menu", "title": "Menu", "message": "wamid.0"}
    whole = [said(kind, text="halo", shown=shown, caption="ini") for kind in BUILDERS]
    whole += [status(receipts.course(sent(), code, read=True)[-1]) for code in (0, 131026)]
    whole += [events.preference(NUMBER, person(), "stop", AT), events.renumbered(NUMBER, Said(person(), "wamid.1", AT), ("62811", "ID.1"))]
    values: list[Any] = [None, True, 0, -1, 10**400, 1.5, float("nan"), "", "\0", "\ud800", "x" * 5000, [], {}, [[]], {"id": "x"}]
    for _ in range(count):
        raw = copy.deepcopy({"entry": [{"id": "1", "changes": [dice.choice(whole)]}]})
        for _cut in range(dice.randint(1, 2)):
            holder: Any = raw
            while True:
                key = dice.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
                if isinstance(holder[key], (dict, list)) and holder[key] and dice.random() < 0.85:
                    holder = holder[key]
                    continue
                break
            if dice.random() < 0.6:
                del holder[key]
            else:
                holder[key] = copy.deepcopy(dice.choice(values))
            if not raw:
                break
        yield json.dumps(raw).encode()


def test_no_delivery_however_broken_does_more_than_be_put_aside() -> None:
    outcomes = {"heard": 0, "told": 0, "nothing": 0, "put aside": 0}
    for body in mutants(5000, seed=1):
        found = read(body, NUMBER.phone_id, NOW)
        told = found.receipts or found.preferences or found.renumbered
        outcomes["put aside" if found.put_aside else "heard" if found.heard else "told" if told else "nothing"] += 1
        for heard in found.heard:
            check_storable(heard)
        for receipt in found.receipts:
            assert receipt.provider_id
            assert receipt.delivery is None or 0 <= receipt.delivery < 2**63
    assert min(outcomes.values()) > 200, outcomes


def check_storable(heard: Heard) -> None:
    inbound = heard.inbound
    assert inbound.sender == heard.who.external
    for words in (inbound.text, inbound.pressed or "", inbound.label, inbound.ref, inbound.id, inbound.sender):
        words.encode()
        assert "\0" not in words
