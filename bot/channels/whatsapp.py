"""The way to people on WhatsApp: a page becomes one call of the Cloud API, and every answer a clear outcome."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

import structlog

from bot.channels import Parcel, SendError
from bot.channels import whatsapp_payloads as payloads
from bot.channels.whatsapp_errors import to_failure
from bot.channels.whatsapp_payloads import CHANNEL, Payload
from bot.channels.whatsapp_request import GraphRequest, NotSent, Refused, Unclear
from locales import LIMITS

API_URL = "https://graph.facebook.com/v26.0"
MOST_MARKS = 50  # read marks under way at once; beyond it they are left out, for nobody misses one

log = structlog.get_logger()


class WhatsApp:
    """One business number. `start` before anything else; nothing is asked of Meta until then."""

    name = CHANNEL
    limits = LIMITS[CHANNEL]

    def __init__(self, token: str, phone_id: str, api_url: str = API_URL, *, patience: float = 15.0) -> None:
        self.phone_id = phone_id
        self.graph = GraphRequest(token, api_url, patience=patience)
        self._marks = 0

    async def start(self) -> None:
        await self.graph.start()

    async def close(self) -> None:
        await self.graph.close()

    async def send(self, parcel: Parcel) -> str:
        """The digest of the message's id."""
        return await self._post(payloads.to_payload(parcel))

    async def send_document(self, address: str, source: str, name: str, caption: str = "", delivery: int | None = None) -> str:
        """`source` is a link that Meta can fetch, or the id of a file it has."""
        return await self._post(payloads.addressed(address, payloads.document(source, name, caption), delivery))

    async def send_image(self, address: str, source: str, caption: str = "", delivery: int | None = None) -> str:
        return await self._post(payloads.addressed(address, payloads.image(source, caption), delivery))

    async def ask_location(self, address: str, words: str, delivery: int | None = None) -> str:
        """A bubble with a button that shares where one is."""
        return await self._post(payloads.addressed(address, payloads.location_request(words), delivery))

    async def mark_seen(self, message: str) -> None:
        """Blue ticks and "writing ..". Nothing is lost where that fails."""
        if self._marks >= MOST_MARKS:
            return
        self._marks += 1
        try:
            await self.graph.post(f"{self.phone_id}/messages", payloads.seen(message))
        except (NotSent, Refused, Unclear) as error:
            log.info("not_marked_as_seen", error=type(error).__name__)
        finally:
            self._marks -= 1

    async def _post(self, payload: Payload) -> str:
        failure: SendError
        try:
            return digest(_message_id(await self.graph.post(f"{self.phone_id}/messages", payload)))
        except Exception as error:
            failure = to_failure(error)
        raise failure


def _message_id(answer: dict[str, Any]) -> str:
    """An answer that names no message may still have sent one."""
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    if not isinstance(found, str) or not found:
        raise Unclear("answer_unreadable")
    return found


def digest(message: str) -> str:
    """WhatsApp's message ids hold the person's phone number, so that only this much of them is ever kept."""
    return urlsafe_b64encode(hashlib.sha256(message.encode("utf-8", "replace")).digest()[:18]).decode()
