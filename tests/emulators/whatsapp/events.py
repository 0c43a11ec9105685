"""What Meta tells by webhook, worded as in its reference: messages of people, receipts of ours, notices about the account."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.whatsapp.people import Person

Change = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Number:
    """The business number, as every delivery names it."""

    account: str
    phone_id: str
    shown: str

    @property
    def metadata(self) -> dict[str, str]:
        return {"display_phone_number": self.shown, "phone_number_id": self.phone_id}


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something, under which id, how long ago."""

    person: Person
    id: str
    at: int
    details: dict[str, Any] = field(default_factory=dict)

    def message(self, kind: str, **content: object) -> dict[str, Any]:
        return {**self.person.sender, "id": self.id, "timestamp": str(self.at), "type": kind, **content}


def text(said: Said) -> dict[str, Any]:
    more = {name: said.details[name] for name in ("referral", "context") if name in said.details}
    return said.message("text", text={"body": said.details["text"]}, **more)


def press(said: Said) -> dict[str, Any]:
    """`shown` is a button that was really shown: `{"kind", "id", "title"}`."""
    shown = said.details["shown"]
    context: dict[str, Any] = {"context": {"from": said.details["number"], "id": shown["message"]}}
    if shown["kind"] == "quick_reply":
        return said.message("button", button={"payload": shown["id"], "text": shown["title"]}, **context)
    reply = {"id": shown["id"], "title": shown["title"]}
    return said.message("interactive", interactive={"type": shown["kind"], shown["kind"]: reply}, **context)


def media(kind: str) -> Callable[[Said], dict[str, Any]]:
    def build(said: Said) -> dict[str, Any]:
        file: dict[str, Any] = {
            "id": "1003383421387256",
            "mime_type": "application/octet-stream",
            "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
        }
        file |= {name: said.details[name] for name in ("caption", "filename", "voice") if name in said.details}
        return said.message(kind, **{kind: file})

    return build


def location(said: Said) -> dict[str, Any]:
    place = {"latitude": said.details.get("latitude", 22.28), "longitude": said.details.get("longitude", 114.16)}
    return said.message("location", location=place)


def contacts(said: Said) -> dict[str, Any]:
    """A card: by default the sender's own."""
    owner = said.details.get("owner", said.person.phone)
    phones = [{"phone": f"+{owner}", "wa_id": owner, "type": "MOBILE"}]
    return said.message("contacts", contacts=[{"name": {"formatted_name": "Siti", "first_name": "Siti"}, "phones": phones}])


def reaction(said: Said) -> dict[str, Any]:
    return said.message("reaction", reaction={"message_id": said.details.get("to", said.id), "emoji": "👍"})


def unsupported(said: Said) -> dict[str, Any]:
    error = {"code": 131051, "title": "Message type unknown", "message": "Message type unknown"}
    return said.message("unsupported", errors=[{**error, "error_data": {"details": "Message type is currently not supported."}}])


def edit(said: Said) -> dict[str, Any]:
    changed = {"type": "text", "text": {"body": said.details["text"]}, "context": {}}
    return said.message("edit", edit={"original_message_id": said.details.get("original", said.id), "message": changed})


def revoke(said: Said) -> dict[str, Any]:
    return said.message("revoke", revoke={"original_message_id": said.details.get("original", said.id)})


BUILDERS: dict[str, Callable[[Said], dict[str, Any]]] = {
    **{builder.__name__: builder for builder in (text, press, location, contacts, reaction, unsupported, edit, revoke)},
    **{kind: media(kind) for kind in ("image", "video", "audio", "document", "sticker")},
}


def told(number: Number, message: dict[str, Any], person: Person) -> Change:
    value = {"messaging_product": "whatsapp", "metadata": number.metadata, "contacts": [person.contact], "messages": [message]}
    return {"value": value, "field": "messages"}


def renumbered(number: Number, said: Said, old: tuple[str, str]) -> Change:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/changelog/ (11 August 2026) added the ids."""
    phone, user = old
    body = f"User Worker changed from {phone} to {said.person.phone}"
    ids = {} if said.person.nameless else {"user_id": said.person.user, "previous_user_id": user}
    system = {"body": body, "wa_id": said.person.phone, "type": "user_changed_number", **ids}
    message = {"from": phone, "id": said.id, "timestamp": str(said.at), "type": "system", "system": system}
    return {"value": {"messaging_product": "whatsapp", "metadata": number.metadata, "messages": [message]}, "field": "messages"}


def preference(number: Number, person: Person, value: str, at: int) -> Change:
    who = {name: value for name, value in person.contact.items() if name in ("wa_id", "user_id")}
    detail = f"User requested to {value} marketing messages"
    preferences = [{**who, "detail": detail, "category": "marketing_messages", "value": value, "timestamp": at}]
    content = {"messaging_product": "whatsapp", "metadata": number.metadata, "contacts": [person.contact], "user_preferences": preferences}
    return {"value": content, "field": "user_preferences"}


def status(number: Number, person: Person, state: dict[str, Any]) -> Change:
    """`state` is the status without its recipient. A failed one comes without contacts."""
    told_of = {"contacts": [person.contact]} if state["status"] != "failed" else {}
    value = {"messaging_product": "whatsapp", "metadata": number.metadata, **told_of, "statuses": [{**state, **person.recipient}]}
    return {"value": value, "field": "messages"}


def now() -> int:
    return int(time.time())
