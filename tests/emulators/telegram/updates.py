"""Updates as Telegram words them: what people write, press, send, forward and edit. Each is valid by the contract."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.chats import described

Update = dict[str, Any]

MESSAGE_LIFE = 86_400
PRESS_LIFE = 150


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something, where, how long ago; `message_id` is given out by the emulator."""

    chat: int
    message_id: int
    user: int = 0
    age: float = 0
    language: str = "id"
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def sender(self) -> dict[str, Any]:
        user = self.user or abs(self.chat)
        return {"id": user, "is_bot": False, "first_name": f"Worker {user}", "language_code": self.language}

    @property
    def date(self) -> int:
        return int(time.time() - self.age)

    def message(self, **content: object) -> Update:
        base = {"message_id": self.message_id, "date": self.date, "chat": described(self.chat), "from": self.sender}
        return {"message": {**base, **content}}


def text(said: Said) -> Update:
    words = str(said.details["text"])
    if not words.startswith("/"):
        return said.message(text=words)
    command = {"type": "bot_command", "offset": 0, "length": len(words.split(maxsplit=1)[0])}
    return said.message(text=words, entities=[command])


def edited(said: Said) -> Update:
    changed = text(said)["message"]
    changed["message_id"] = said.details.get("message_id", said.message_id)
    return {"edited_message": {**changed, "edit_date": int(time.time())}}


def forwarded(said: Said) -> Update:
    author = {"id": 900_000_001, "is_bot": False, "first_name": "Somebody"}
    origin = {"type": "user", "sender_user": author, "date": said.date - 3600}
    return said.message(text=str(said.details["text"]), forward_origin=origin)


def sticker(said: Said) -> Update:
    shown = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🙏"}
    return said.message(sticker={**_file("sticker"), **shown})


def photo(said: Said) -> Update:
    sizes = [{**_file("photo"), "width": 90, "height": 51}, {**_file("photo-large"), "width": 1280, "height": 720}]
    return said.message(photo=sizes, **_caption(said))


def voice(said: Said) -> Update:
    return said.message(voice={**_file("voice"), "duration": 4, "mime_type": "audio/ogg"}, **_caption(said))


def document(said: Said) -> Update:
    return said.message(document={**_file("document"), "file_name": "kontrak.pdf", "mime_type": "application/pdf"}, **_caption(said))


def location(said: Said) -> Update:
    place = {"latitude": said.details.get("latitude", 22.28), "longitude": said.details.get("longitude", 114.16)}
    return said.message(location=place)


def contact(said: Said) -> Update:
    """`owner` is whose card it is: by default the sender's own; 0 for a card without an account."""
    owner = said.details.get("owner", said.sender["id"])
    card = {"phone_number": said.details.get("phone", "+85200000000"), "first_name": "Siti"}
    return said.message(contact={**card, "user_id": owner} if owner else card)


def membership(said: Said) -> Update:
    """What Telegram tells of a block (`kicked`) and its end (`member`)."""
    bot = said.details["bot"]
    after = said.details.get("status", "kicked")
    before = "member" if after == "kicked" else "kicked"
    change = {"old_chat_member": _member(bot, before), "new_chat_member": _member(bot, after)}
    return {"my_chat_member": {"chat": described(said.chat), "from": said.sender, "date": said.date, **change}}


def press(said: Said) -> Update:
    """`message` and `data` are those of a button that was really shown; an inaccessible message shows only where it was."""
    shown = said.details["message"]
    if said.details.get("inaccessible"):
        shown = {"chat": shown["chat"], "message_id": shown["message_id"], "date": 0}
    query = {"id": str(said.details["query_id"]), "from": said.sender, "message": shown, "chat_instance": str(said.chat)}
    return {"callback_query": {**query, "data": said.details["data"]}}


BUILDERS: dict[str, Callable[[Said], Update]] = {
    builder.__name__: builder
    for builder in (text, edited, forwarded, sticker, photo, voice, document, location, contact, membership, press)
}


def route(update: Update) -> tuple[str, int]:
    """What an update must stay in order with, and its chat: messages by chat, presses by person, membership by chat."""
    kind = next((name for name in update if name != "update_id"), "")
    content = update.get(kind)
    if not isinstance(content, dict):
        return "", 0
    if kind == "callback_query":
        return f"press:{_id(content, 'from')}", _id(content.get("message"), "chat") or _id(content, "from")
    chat = _id(content, "chat")
    return (f"{'member' if kind == 'my_chat_member' else 'message'}:{chat}" if chat else ""), chat


def life(update: Update, age: float) -> float:
    """Seconds until Telegram gives it up: a day from the date of a message, 150 s from a press."""
    return (PRESS_LIFE if "callback_query" in update else MESSAGE_LIFE) - age


def _id(holder: object, name: str) -> int:
    inner = holder.get(name) if isinstance(holder, dict) else None
    found = inner.get("id") if isinstance(inner, dict) else None
    return found if isinstance(found, int) else 0


def _file(name: str) -> dict[str, Any]:
    return {"file_id": f"AgAC-{name}", "file_unique_id": f"AQAD-{name}", "file_size": 24_000}


def _caption(said: Said) -> dict[str, Any]:
    return {"caption": said.details["caption"]} if "caption" in said.details else {}


def _member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    return {"status": status, "user": bot, **({"until_date": 0} if status == "kicked" else {})}
