"""PyWa, which nobody here wrote, builds what we build and reads what our emulator sends."""

import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import pywa
import pywa.types
import pywa.types.templates

from bot.channels import Parcel
from bot.channels import whatsapp_payloads as payloads
from locales import Button, Page
from storage.templates import Filled
from tests.contracts.whatsapp import send_problems
from tests.emulators.whatsapp import events, receipts
from tests.emulators.whatsapp.events import BUILDERS, Number, Said
from tests.emulators.whatsapp.people import Person
from tests.emulators.whatsapp.receipts import Sent

PHONE, USER = "6281200000001", "ID.4553260803050964941"
# Its decorators and some exports are typed in ways mypy cannot follow.
types: Any = pywa.types
templates: Any = pywa.types.templates
_pywa: Any = pywa
WhatsApp: Any = _pywa.WhatsApp
NUMBER = Number("102290129340398", "106540352242922", "15550783881")
SECRET = "emulated-app-secret"
AT = 1795323600

Build = Callable[[Any], Any]


class Recorder:
    """What PyWa would have sent."""

    def __init__(self) -> None:
        self.body: dict[str, Any] = {}
        session = httpx.Client(transport=httpx.MockTransport(self._answer))
        self.pywa = WhatsApp(phone_id=NUMBER.phone_id, token="EAA", session=session)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.body = json.loads(request.content)
        if "status" in self.body:
            return httpx.Response(200, json={"success": True})
        contact = {"input": PHONE, "wa_id": PHONE, "user_id": USER}
        return httpx.Response(200, json={"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": "wamid.1"}]})


def normal(value: Any) -> Any:
    """The same meaning, however it is worded: no empty parts, no defaults, and kinds in small letters as Meta's own examples."""
    if isinstance(value, dict):
        kept = {name: normal(inner) for name, inner in value.items() if name != "preview_url"}
        kinds = {name: inner.lower() for name, inner in kept.items() if name in ("type", "sub_type")}
        return {name: inner for name, inner in (kept | kinds).items() if inner not in ("", {}, [])}
    return [normal(inner) for inner in value] if isinstance(value, list | tuple) else str(value)


def page(text: str, *buttons: Button) -> dict[str, Any]:
    return payloads.to_payload(Parcel(77, PHONE, Page(text, buttons)))


MENU = (Button("Cek status", "coverage"), Button("Manfaat", "benefits"), Button("Menu lain", "menu"))
ROWS = tuple(Button(f"Topik {number}", f"?topic{number}") for number in range(10))
FILLED = Filled("ajakan", "id", (("1", "Siti"), ("2", "Sidoarjo")), payloads=("coverage#77", "opt_out#77"))
NAMED = Filled("undangan", "id", (("nama", "Siti"),), named=True)


def reply(button: Button) -> Any:
    return types.Button(title=button.label, callback_data=button.payload)


SAME: dict[str, tuple[dict[str, Any], Build]] = {
    "a text": (page("Halo"), lambda wa: wa.send_message(PHONE, "Halo", tracker="77")),
    "a text to a number that is hidden": (
        payloads.to_payload(Parcel(77, USER, Page("Halo"))),
        lambda wa: wa.send_message(USER, "Halo", tracker="77"),
    ),
    "reply buttons": (page("Halo", *MENU), lambda wa: wa.send_message(PHONE, "Halo", buttons=[reply(one) for one in MENU], tracker="77")),
    "a list": (
        page("Halo", *ROWS),
        lambda wa: wa.send_message(
            PHONE,
            "Halo",
            buttons=types.SectionList(
                "Menu", sections=[types.Section("", rows=[types.SectionRow(one.label, callback_data=one.payload) for one in ROWS])]
            ),
            tracker="77",
        ),
    ),
    "a link": (
        page("Halo", Button("Buka situs", url="https://example.org/x")),
        lambda wa: wa.send_message(PHONE, "Halo", buttons=types.URLButton("Buka situs", url="https://example.org/x"), tracker="77"),
    ),
    "where are you": (
        payloads.addressed(PHONE, payloads.location_request("Di mana Anda?"), 77),
        lambda wa: wa.request_location(PHONE, "Di mana Anda?", tracker="77"),
    ),
    "a document by its link": (
        payloads.addressed(PHONE, payloads.document("https://example.org/a.pdf", "data.pdf", "Data Anda"), 77),
        lambda wa: wa.send_document(PHONE, "https://example.org/a.pdf", filename="data.pdf", caption="Data Anda", tracker="77"),
    ),
    "a document by its id": (
        payloads.addressed(PHONE, payloads.document("1003383421387256", "data.pdf"), 77),
        lambda wa: wa.send_document(PHONE, "1003383421387256", filename="data.pdf", tracker="77"),
    ),
    "an image": (
        payloads.addressed(PHONE, payloads.image("https://example.org/a.png", "Poster"), 77),
        lambda wa: wa.send_image(PHONE, "https://example.org/a.png", caption="Poster", tracker="77"),
    ),
    "a template with numbered blanks and quick replies": (
        payloads.to_payload(Parcel(77, PHONE, Page("Halo Siti"), template=FILLED)),
        lambda wa: wa.send_template(
            PHONE,
            "ajakan",
            templates.TemplateLanguage.INDONESIAN,
            [
                templates.BodyText.params("Siti", "Sidoarjo"),
                templates.QuickReplyButton.params(callback_data="coverage#77", index=0),
                templates.QuickReplyButton.params(callback_data="opt_out#77", index=1),
            ],
            tracker="77",
        ),
    ),
    "a template with named blanks": (
        payloads.to_payload(Parcel(77, PHONE, Page("Halo Siti"), template=NAMED)),
        lambda wa: wa.send_template(
            PHONE, "undangan", templates.TemplateLanguage.INDONESIAN, [templates.BodyText.params(nama="Siti")], tracker="77"
        ),
    ),
    "a read mark": (payloads.seen("wamid.1"), lambda wa: wa.indicate_typing("wamid.1")),
}


@pytest.mark.parametrize(("ours", "build"), SAME.values(), ids=SAME)
def test_pywa_builds_what_we_build(ours: dict[str, Any], build: Build) -> None:
    recorder = Recorder()
    build(recorder.pywa)
    assert normal(ours) == normal(recorder.body)
    assert send_problems(ours) == []


class Reader:
    """What PyWa makes of a delivery."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        session = httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(500)))
        self.pywa = WhatsApp(
            phone_id=NUMBER.phone_id, token="EAA", session=session, server=None, verify_token="x", app_secret=SECRET, validate_updates=True
        )
        keep = lambda _wa, update: self.heard.append(update)  # noqa: E731
        for listen in (
            self.pywa.on_message,
            self.pywa.on_callback_button,
            self.pywa.on_callback_selection,
            self.pywa.on_message_status,
            self.pywa.on_phone_number_change,
            self.pywa.on_user_marketing_preferences,
        ):
            listen()(keep)

    def read(self, change: dict[str, Any]) -> Any:
        body = json.dumps(
            {"object": "whatsapp_business_account", "entry": [{"id": NUMBER.account, "time": AT, "changes": [change]}]}
        ).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        assert self.pywa.webhook_update_validator(body, signature) is None
        assert self.pywa.webhook_update_validator(body + b" ", signature) is not None
        assert self.pywa.webhook_update_handler(body)[1] == 200
        [heard] = self.heard
        return heard


def person() -> Person:
    return Person(PHONE, USER)


def said(kind: str, **details: Any) -> dict[str, Any]:
    message = BUILDERS[kind](Said(person(), "wamid.1", AT, {"number": NUMBER.shown, **details}))
    return events.told(NUMBER, message, person())


def test_pywa_reads_what_people_say_as_we_do() -> None:
    message = Reader().read(said("text", text="halo"))
    assert (message.text, message.from_user.bsuid, message.from_user.wa_id, int(message.timestamp.timestamp())) == ("halo", USER, PHONE, AT)
    pressed = Reader().read(said("press", shown={"kind": "button_reply", "id": "menu", "title": "Menu", "message": "wamid.0"}))
    assert (pressed.data, pressed.title) == ("menu", "Menu")
    chosen = Reader().read(said("press", shown={"kind": "list_reply", "id": "menu", "title": "Menu", "message": "wamid.0"}))
    assert (chosen.data, chosen.title) == ("menu", "Menu")
    quick = Reader().read(said("press", shown={"kind": "quick_reply", "id": "menu", "title": "Menu", "message": "wamid.0"}))
    assert quick.data == "menu"
    assert Reader().read(said("location")).location.latitude == 22.28
    assert Reader().read(said("image", caption="ini")).caption == "ini"
    hidden = Person(PHONE, USER, hidden=True)
    change = events.told(NUMBER, BUILDERS["text"](Said(hidden, "wamid.1", AT, {"text": "halo"})), hidden)
    assert Reader().read(change).from_user.wa_id is None


@pytest.mark.parametrize("status", ["sent", "delivered", "read"])
def test_pywa_reads_receipts_as_we_do(status: str) -> None:
    sent = Sent("wamid.out", person(), "77", "service", "regular")
    heard = Reader().read(receipts.change(NUMBER, sent, sent.state(status)))
    assert (heard.status.value, heard.tracker, heard.id, heard.pricing.billable, heard.pricing.category.value) == (
        status,
        "77",
        "wamid.out",
        True,
        "service",
    )


def test_pywa_reads_failures_numbers_and_preferences_as_we_do() -> None:
    sent = Sent("wamid.out", person(), "77", "service", "regular")
    change = receipts.change(NUMBER, sent, sent.state("failed", 131026))
    change["value"]["contacts"] = [person().contact]  # PyWa wants them even where Meta leaves them out
    assert Reader().read(change).error.code == 131026
    moved = Reader().read(events.renumbered(NUMBER, Said(Person("62899", "ID.9"), "wamid.1", AT), (PHONE, USER)))
    assert (moved.old_wa_id, moved.new_wa_id, moved.new_user_id) == (PHONE, "62899", "ID.9")
    stopped = Reader().read(events.preference(NUMBER, person(), "stop", AT))
    assert (stopped.value.value, stopped.from_user.bsuid) == ("stop", USER)
