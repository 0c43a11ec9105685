"""The way to people on Telegram: a page becomes one call of sendMessage, and every answer a clear outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import structlog
from telegram import Bot
from telegram.error import TelegramError, TimedOut

from bot.channels import Failure, Parcel, SendError
from bot.channels.telegram_inbound import CHANNEL, WANTED, read, to_inbound
from bot.channels.telegram_request import AiohttpRequest, NotSent, Refused
from locales import LIMITS, Button, Page
from locales.pages import units
from storage.deliveries import Illustrated

LONGEST_CONNECT = 5.0  # seconds
LONGEST_POLL = 50  # seconds; the server allows no more
LARGEST_POLL = 64 << 20  # bytes: 100 updates of at most 512 KiB
UNSAID_WAIT = 10.0  # seconds, where a 429 does not say how long
# The widest label of a button in a row of so many, on a narrow phone.
WIDTHS = {2: 14, 3: 8}
SHOWN_URLS = ("https://", "http://", "tg://")
# What a 400 says of a chat that we can no longer write to.
GONE = ("chat not found", "user not found", "peer_id_invalid", "have no rights", "not enough rights", "need administrator rights")

log = structlog.get_logger()


class Telegram:
    """One bot. `start` before anything else; nothing is asked of Telegram until then, so that it may be away when we start."""

    name = CHANNEL
    limits = LIMITS[CHANNEL]

    def __init__(self, token: str, api_url: str = "https://api.telegram.org", *, patience: float = 15.0) -> None:
        self._request = AiohttpRequest(connect=min(patience, LONGEST_CONNECT), read=patience)
        self._polling = AiohttpRequest(read=LONGEST_POLL + patience, largest_answer=LARGEST_POLL)
        self.bot = Bot(token, base_url=f"{api_url}/bot", request=self._request, get_updates_request=self._polling)

    async def start(self) -> None:
        await self._request.initialize()
        await self._polling.initialize()

    async def close(self) -> None:
        await self._request.shutdown()
        await self._polling.shutdown()

    async def send(self, parcel: Parcel) -> str:
        """The message's id."""
        try:
            call = {"chat_id": int(parcel.address), **to_call(parcel.page)}
            message = await self._request.ask(f"{self.bot.base_url}/{method_of(parcel.page)}", call)
            return f"{message['message_id']:d}"
        except Exception as error:
            failure = to_failure(error)
        raise failure

    async def acknowledge(self, raw: Any) -> None:
        """Ends the waiting mark on a button that was pressed. Nothing is lost where that fails: it ends by itself."""
        query = raw.get("callback_query") if isinstance(raw, dict) else None
        if not isinstance(query, dict) or not isinstance(query.get("id"), str):
            return
        try:
            await self.bot.answer_callback_query(query["id"])
        except TelegramError as error:
            log.info("press_not_acknowledged", error=type(error).__name__)

    async def fetch(self, offset: int) -> list[Any]:
        """What waits from `offset` on, in at most 50 s; asking confirms all before it. Raw, so that one that cannot be read stops no other."""
        asked = {"offset": offset, "limit": 100, "timeout": LONGEST_POLL, "allowed_updates": list(WANTED)}
        found = await self._polling.ask(f"{self.bot.base_url}/getUpdates", asked)
        return found if isinstance(found, list) else []

    async def listen_at(self, url: str, secret: str, connections: int = 40) -> None:
        """Telegram calls us there from now on."""
        await self.bot.set_webhook(url, secret_token=secret, max_connections=connections, allowed_updates=WANTED)

    async def stop_listening(self) -> None:
        """Updates wait to be fetched."""
        await self.bot.delete_webhook()


def method_of(page: Page) -> str:
    """A picture or a document has a call of its own, and the words are its caption."""
    if not isinstance(page, Illustrated):
        return "sendMessage"
    return "sendPhoto" if page.kind.startswith("image/") else "sendDocument"


def to_call(page: Page) -> dict[str, Any]:
    """A page as the arguments of sendMessage, sendPhoto or sendDocument. No parse mode: what people wrote can never break it.

    Written as JSON has it: Bot.send_message builds objects of keyboard and answer that nobody reads, a fifth of the CPU of a turn.
    """
    call: dict[str, Any] = {"text": page.text, "link_preview_options": {"is_disabled": True}}
    if isinstance(page, Illustrated):
        call = {"photo" if page.kind.startswith("image/") else "document": page.link, "caption": page.text}
    # Telegram refuses links to a telephone; the number stands in the text, where it can be tapped.
    shown = [button for button in page.buttons if not button.url or button.url.startswith(SHOWN_URLS)]
    if shown:
        call["reply_markup"] = {"inline_keyboard": [[_key(button) for button in row] for row in rows(shown)]}
    return call


def rows(buttons: Sequence[Button]) -> Iterator[Sequence[Button]]:
    """Short labels side by side, up to three; a long one has a row to itself."""
    at = 0
    for count in _counts(tuple(button.label for button in buttons)):
        yield buttons[at : at + count]
        at += count


@lru_cache(4096)  # most of what we say is offered again and again
def _counts(labels: tuple[str, ...]) -> tuple[int, ...]:
    """How many of them stand in each row."""
    found: list[int] = []
    while left := labels[sum(found) :]:
        found.append(next((many for many in (3, 2) if _fit(left[:many], many)), 1))
    return tuple(found)


def _fit(row: Sequence[str], count: int) -> bool:
    return len(row) == count and all(units(label) <= WIDTHS[count] for label in row)


def _key(button: Button) -> dict[str, str]:
    return {"text": button.label, "url": button.url} if button.url else {"text": button.label, "callback_data": button.payload}


def to_failure(error: Exception) -> SendError:
    """What a failed call means. Only what Telegram itself refused, or what never left, is known not to have been sent."""
    match error:
        case NotSent():
            return SendError(Failure.NOT_SENT, "no_connection")
        case Refused():
            return _refused(error)
        case TimedOut():
            return SendError(Failure.DOUBT, "timeout")
        case _:
            return SendError(Failure.DOUBT, "answer_lost")


def _refused(refusal: Refused) -> SendError:
    said = refusal.description.lower()
    if refusal.migrate_to:
        return SendError(Failure.MOVED, "moved", moved_to=str(refusal.migrate_to))
    match refusal.status:
        case 429:
            return SendError(Failure.WAIT, "too_many", retry_after=refusal.retry_after or UNSAID_WAIT)
        case 401 | 404:
            return SendError(Failure.FORBIDDEN, "token")
        case 403:
            return SendError(
                Failure.UNREACHABLE, next((word for word in ("blocked", "deactivated", "kicked") if word in said), "forbidden")
            )
        case 400 if any(words in said for words in GONE):
            return SendError(Failure.UNREACHABLE, "not_found")
        case _:
            return SendError(Failure.CONTENT, f"refused_{refusal.status}")


__all__ = ["CHANNEL", "Telegram", "method_of", "read", "rows", "to_call", "to_failure", "to_inbound"]
