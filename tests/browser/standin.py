"""A conversation in memory behind the real chat page, for tests of the page itself: it answers from a list and can be taken away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime

from aiohttp import web

from bot.channels.webchat import Entry, News
from bot.headers import protect
from bot.ids import Ids
from bot.pages import Pages
from bot.pages.page_words import hotline
from bot.pages.serve import WebChat
from locales import Button, Page
from storage.conversations import Inbound

WELCOME = Page(
    "Halo, saya Sapa, asisten BPJS Ketenagakerjaan Sidoarjo untuk pekerja migran.\n\nTulis pertanyaan Anda, atau pilih:",
    (Button("Cek status", "coverage"), Button("Manfaat", "benefits"), Button("Menu lain", "menu")),
)
Reply = Callable[[Inbound], list[tuple[Page, tuple[str, ...]]]]


def echo(inbound: Inbound) -> list[tuple[Page, tuple[str, ...]]]:
    return [(WELCOME if inbound.text == "/start" else Page(f"Anda menulis: {inbound.label or inbound.text}"), ())]


class Conversations:
    """Takes each message once and answers it; `away` is a database that is gone."""

    def __init__(self, reply: Reply = echo) -> None:
        self.reply = reply
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        self.languages: dict[str, str] = {}
        self.inbounds: list[Inbound] = []
        self.seen: set[str] = set()
        self.away = False
        self.new_id = Ids()
        self.wake: Callable[[str], None] = lambda _address: None

    async def receive(self, inbounds: list[Inbound]) -> None:
        if self.away:
            raise OSError("the database is away")
        for inbound in inbounds:
            if inbound.id in self.seen:
                continue
            self.seen.add(inbound.id)
            self.inbounds.append(inbound)
            self._add(inbound.sender, inbound.label or inbound.text, client=inbound.id)
            if inbound.text == "English":
                self.languages[inbound.sender] = "en"
            for page, phones in self.reply(inbound):
                self._add(inbound.sender, page.text, page=page, phones=phones)
        for inbound in inbounds:
            self.wake(self.address(inbound.sender))

    def address(self, sender: str) -> str:
        return f"address of {sender}"

    def _add(self, sender: str, text: str, page: Page | None = None, client: str = "", phones: tuple[str, ...] = ()) -> None:
        entries = self.entries[sender]
        entries.append(Entry(self.new_id(), datetime.now(UTC), text, page, client, phones))

    async def news(self, sender: str, _address: str, last: int) -> News:
        return News([entry for entry in self.entries.get(sender, []) if entry.id > last], self.languages.get(sender))


def site(talk: Conversations, public_url: str = "") -> tuple[web.Application, WebChat]:
    chat = WebChat(Pages("BPJS Ketenagakerjaan Sidoarjo", hotline()), talk.receive, talk, lambda: datetime.now(UTC), public_url)
    talk.wake = chat.wake
    app = web.Application()
    app.add_routes(chat.routes())
    protect(app, https=chat.https)
    return app, chat
