"""What people say: a known worker answers the questions of the coverage check, one in ten writes for the first time."""

from __future__ import annotations

import hmac
import json
import random
import time
from typing import Protocol

from benchmarks.wire import request

SECRET = "bench-secret-0123456789"
APP_SECRET = "bench-app-secret"
PHONE_ID = "555000111222333"
TELEGRAM_PATH, WHATSAPP_PATH = "/telegram/webhook", "/whatsapp/webhook"
KNOWN_FROM = 100_000_000  # ids of people known before
NEW_FROM = 500_000_000
# One whole check without a number, question by question, in the words of different people; then again.
MONTHS = ("januari", "februari", "maret", "april", "mei", "juni", "juli", "agustus", "september", "oktober", "november", "desember")
PLACES = ("taiwan", "hongkong", "malaysia", "singapura", "korea", "jepang", "arab saudi", "brunei", "uea", "kuwait")
NUMBER, CHANGE = ("tidak ada", "ga ada", "tidak", "tdk", "2"), ("tidak berubah", "tidak", "masih jalan", "belum", "1")
AGAIN = ("cek status", "status", "cek bpjs")
FIRST = "/start"


class Form(Protocol):
    """How a platform words what a person said."""

    def __call__(self, number: int, person: int, text: str) -> bytes: ...


class Talks:
    """Who says what next. Nobody says anything before they were answered."""

    def __init__(self, known: int, seed: int = 11) -> None:
        self.known = known
        self._dice = random.Random(seed)
        self._said = [0] * known
        self._new = NEW_FROM
        self.number = int(time.time() * 1000) % 1_000_000_000

    def words(self, person: int) -> str:
        if person >= NEW_FROM:
            return FIRST
        place = person - KNOWN_FROM
        self._said[place] += 1
        step, dice = (self._said[place] - 1) % 5, self._dice
        if step == 1:
            return f"{dice.choice(('di', 'sy di', 'lagi di'))} {dice.choice(PLACES)}"
        if step == 2:
            return f"{dice.randint(1, 28)} {dice.choice(MONTHS)} {dice.choice((2027, 2028))}"
        return dice.choice((NUMBER, (), (), CHANGE, AGAIN)[step])

    def stranger(self) -> int:
        self._new += 1
        return self._new

    def next_number(self) -> int:
        self.number += 1
        return self.number


def telegram(number: int, person: int, text: str) -> bytes:
    chat = {"id": person, "first_name": "Siti", "type": "private"}
    author = {"id": person, "is_bot": False, "first_name": "Siti", "language_code": "id"}
    message = {"message_id": number % 1_000_000, "from": author, "chat": chat, "date": int(time.time()), "text": text}
    if text.startswith("/"):
        message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    body = json.dumps({"update_id": number, "message": message}).encode()
    return request(TELEGRAM_PATH, {"X-Telegram-Bot-Api-Secret-Token": SECRET}, body)


def whatsapp(number: int, person: int, text: str) -> bytes:
    message = {
        "from": str(person),
        "from_user_id": f"ID.{person}",
        "id": f"wamid.{number}",
        "timestamp": str(int(time.time())),
        "text": {"body": text},
        "type": "text",
    }
    contact = {"profile": {"name": "Siti"}, "wa_id": str(person), "user_id": f"ID.{person}"}
    return _signed({"contacts": [contact], "messages": [message]})


def status(number: int, state: str, delivery: int, person: int) -> bytes:
    """What WhatsApp tells of message `number`; the delivery is our own id of it, which it carries back."""
    said = {
        "id": f"wamid.bench{number}",
        "status": state,
        "timestamp": str(int(time.time())),
        "recipient_id": str(person),
        "recipient_user_id": f"ID.{person}",
        "biz_opaque_callback_data": str(delivery),
        "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }
    contact = {"profile": {"name": "Siti"}, "wa_id": str(person), "user_id": f"ID.{person}"}
    return _signed({"contacts": [contact], "statuses": [said]})


def _signed(content: dict[str, object]) -> bytes:
    metadata = {"display_phone_number": "15550001111", "phone_number_id": PHONE_ID}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **content}
    whole = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}],
    }
    body = json.dumps(whole, separators=(",", ":")).encode()
    signature = "sha256=" + hmac.digest(APP_SECRET.encode(), body, "sha256").hex()
    return request(WHATSAPP_PATH, {"X-Hub-Signature-256": signature}, body)


def web(number: int, _person: int, text: str) -> bytes:
    """A frame of the chat page."""
    return json.dumps({"id": f"b-{number}", "text": text}).encode()
