"""What Telegram knows of chats: who they are, whether the bot may write to them, and the messages in them."""

from __future__ import annotations

import json
import time
from collections import OrderedDict, defaultdict
from typing import Any

Message = dict[str, Any]

# How many messages a bot can still edit or have pressed; older ones become inaccessible.
KEPT = 200_000

# https://github.com/tdlib/telegram-bot-api, Client.cpp: the words of its refusals.
CLOSED = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "kicked": (403, "Forbidden: bot was kicked from the group chat"),
    "unknown": (400, "Bad Request: chat not found"),
}


class Refused(Exception):
    """The Bot API says no: surely nothing was accepted."""

    def __init__(self, status: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


class Chats:
    def __init__(self, bot: dict[str, Any]) -> None:
        self._bot = bot
        self._state: dict[int, str] = {}
        self._moved: dict[int, int] = {}
        self._messages: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._of_chat: defaultdict[int, list[int]] = defaultdict(list)
        self._last_id = 0

    def next_message_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def close(self, chat: int, state: str) -> None:
        if state != "open" and state not in CLOSED:
            raise ValueError(f"no such state of a chat: {state!r}")
        self._state[chat] = state

    def move(self, chat: int, supergroup: int) -> None:
        self._moved[chat] = supergroup

    def admit(self, chat: object) -> int:
        """The chat a bot may write to, or the refusal it gets."""
        if not isinstance(chat, int):
            raise Refused(*CLOSED["unknown"])
        if moved := self._moved.get(chat):
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=moved)
        if (state := self._state.get(chat, "open")) != "open":
            raise Refused(*CLOSED[state])
        return chat

    def post(self, chat: int, content: dict[str, Any], keyboard: object) -> Message:
        """A new message of the bot in a chat."""
        message = {"message_id": self.next_message_id(), "date": int(time.time()), "chat": described(chat), "from": self._bot, **content}
        if isinstance(keyboard, dict) and "inline_keyboard" in keyboard:
            message["reply_markup"] = keyboard
        self._of_chat[chat].append(message["message_id"])
        self._keep(chat, message)
        return message

    def edit(self, chat: object, message_id: object, content: dict[str, Any], keyboard: object) -> Message:
        if not isinstance(chat, int) or not isinstance(message_id, int) or not (before := self.message(chat, message_id)):
            raise Refused(400, "Bad Request: message to edit not found")
        after = {**before, **content}
        after.pop("reply_markup", None)
        if keyboard:
            after["reply_markup"] = keyboard
        if after == before:
            raise Refused(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup"
                " are exactly the same as a current content and reply markup of the message",
            )
        after["edit_date"] = int(time.time())
        self._keep(chat, after)
        return after

    def message(self, chat: int, message_id: int) -> Message | None:
        kept = self._messages.get((chat, message_id))
        return json.loads(kept) if kept else None

    def find_button(self, chat: int, wanted: str, message_id: int | None) -> tuple[Message, str]:
        """The newest message (or the given one) with a button of this label or callback data, and that data."""
        ids = [message_id] if message_id else reversed(self._of_chat[chat])
        for message in filter(None, (self.message(chat, one) for one in ids)):
            for row in message.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if wanted in (button["text"], button.get("callback_data")) and "callback_data" in button:
                        return message, button["callback_data"]
        raise LookupError(f"chat {chat} was never shown a button {wanted!r}")

    def _keep(self, chat: int, message: Message) -> None:
        self._messages[chat, message["message_id"]] = json.dumps(message).encode()
        if len(self._messages) > KEPT:
            (old_chat, old_id), _message = self._messages.popitem(last=False)
            self._of_chat[old_chat].remove(old_id)


def described(chat: int) -> dict[str, Any]:
    """A Chat as updates and answers show it. As on Telegram, groups have negative ids, supergroups begin with -100."""
    if chat > 0:
        return {"id": chat, "type": "private", "first_name": f"Worker {chat}"}
    return {"id": chat, "type": "supergroup" if str(chat).startswith("-100") else "group", "title": f"Group {-chat}"}
