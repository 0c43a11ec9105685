"""The platforms' side: answers what bots ask of Telegram and WhatsApp, at once or after a round trip, and notes when a message arrived."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable

from benchmarks.wire import Serving, free_port, response

# JSON of our bot, a form of python-telegram-bot, a multipart form of aiogram; on WhatsApp a number or a user id.
CHAT = re.compile(rb'(?:chat_id"?(?::|=|\r\n\r\n)|"(?:to|recipient)":)\s*"?(?:\+|[A-Z]{2}\.)?(\d+)')
ME = b'{"ok":true,"result":{"id":123456789,"is_bot":true,"first_name":"Bench","username":"bench_bot"}}'
PLAIN = {
    b"getMe": ME,
    b"getMyCommands": b'{"ok":true,"result":[]}',
    b"getMyDescription": b'{"ok":true,"result":{"description":""}}',
    b"getMyShortDescription": b'{"ok":true,"result":{"short_description":""}}',
    b"getChatMenuButton": b'{"ok":true,"result":{"type":"commands"}}',
}
TRUE = response(b'{"ok":true,"result":true}')
SEEN = response(b'{"success":true}')


class Stub:
    """`arrived(chat)` hears of every message to a person. `arrivals` are their times, as long as somebody keeps them."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.round_trip = 0.0
        self.arrived: Callable[[int], None] = lambda _chat: None
        self.arrivals: list[float] | None = None
        self.on_message: Callable[[int, bytes], None] | None = None
        self.unreadable = 0
        self._number = 0

    async def serve(self) -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(lambda: Serving(self._answer), "127.0.0.1", self.port, backlog=4096)

    def _answer(self, connection: Serving, head: bytes, body: bytes) -> bytes | None:
        path = head.split(b" ", 2)[1]
        method = path.rsplit(b"/", 1)[1].partition(b"?")[0]
        if method == b"sendMessage":
            said = self._telegram(body)
        elif method == b"messages":
            said = SEEN if b'"status"' in body else self._whatsapp(body)
        else:
            return response(PLAIN[method]) if method in PLAIN else TRUE
        if not self.round_trip:
            return said
        asyncio.get_running_loop().call_later(self.round_trip, self._later, connection, said)
        return None

    @staticmethod
    def _later(connection: Serving, said: bytes) -> None:
        if connection.transport and not connection.transport.is_closing():
            connection.transport.write(said)

    def _telegram(self, body: bytes) -> bytes:
        chat, number = self._note(body)
        return response(
            b'{"ok":true,"result":{"message_id":%d,"date":1795000000,"chat":{"id":%d,"type":"private","first_name":"Worker"},'
            b'"from":{"id":123456789,"is_bot":true,"first_name":"Bench","username":"bench_bot"},"text":"said"}}' % (number, chat)
        )

    def _whatsapp(self, body: bytes) -> bytes:
        chat, number = self._note(body)
        return response(
            b'{"messaging_product":"whatsapp","contacts":[{"input":"%d","wa_id":"%d"}],"messages":[{"id":"wamid.bench%d"}]}'
            % (chat, chat, number)
        )

    def _note(self, body: bytes) -> tuple[int, int]:
        self._number += 1
        found = CHAT.search(body)
        if found is None:
            self.unreadable += 1
            return 0, self._number
        chat = int(found[1])
        if self.arrivals is not None:
            self.arrivals.append(time.monotonic())
        if self.on_message:
            self.on_message(self._number, body)
        self.arrived(chat)
        return chat, self._number
