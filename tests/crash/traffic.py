"""Workers who talk with the bot at random, but the same way for the same seed: they type, and press what they were really shown."""

from __future__ import annotations

import random
from typing import Any

from tests.emulators.client import TelegramEmulator
from tests.emulators.ledger import Entry

WORDS = (
    *("halo", "menu", "ya", "tidak", "belum", "1", "2", "3", "kembali", "batal", "/start 7GQ2K", "/cek", "/manfaat", "/iuran"),
    *("english", "bahasa indonesia", "hongkong", "taiwan", "brp iurannya?", "klo meninggal dapat brp", "3 th", "dua tahun", "18"),
    *("bpjs sy msh aktif ga ya min", "kalau 3 tahun?", "12 maret 2027", "Siti Aminah", "makasih", "🙂"),
)
ERASING = ("privacy", "?delete_data")  # whoever has everything erased leaves nothing to judge by
OTHERS = ("sticker", "photo", "voice", "location", "edited", "forwarded")


class Workers:
    """Chats 1 to `people`."""

    def __init__(self, telegram: TelegramEmulator, seed: int, people: int = 30) -> None:
        self.telegram = telegram
        self.random = random.Random(seed)
        self.people = people

    async def do(self, count: int, more: tuple[dict[str, Any], ...] = ()) -> None:
        """So many things happen at once; a press and a message of the same person may be among them."""
        orders: list[dict[str, Any]] = [self._one() for _number in range(count)]
        orders += more
        self.random.shuffle(orders)
        await self.telegram.push(*orders)

    def _one(self) -> dict[str, Any]:
        chat = self.random.randint(1, self.people)
        luck = self.random.random()
        if luck < 0.4 and (button := self._shown(chat)):
            return {"kind": "press", "chat": chat, **button}
        if luck < 0.5:
            return {"kind": self.random.choice(OTHERS), "chat": chat, "text": self.random.choice(WORDS)}
        return {"kind": "text", "chat": chat, "text": self.random.choice(WORDS)}

    def _shown(self, chat: int) -> dict[str, Any] | None:
        """A button of one of the last messages in a chat."""
        buttons = [button for send in self.telegram.sends(chat)[-3:] for button in buttons_of(send)]
        return self.random.choice(buttons) if buttons else None


def buttons_of(send: Entry) -> list[dict[str, Any]]:
    """What of a message may be pressed, as an order to press it."""
    rows = (send["parameters"].get("reply_markup") or {}).get("inline_keyboard", [])
    pressable = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
    return [{"button": data, "message_id": send["message_id"]} for data in pressable if not data.startswith(ERASING)]
