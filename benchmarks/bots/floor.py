"""The floor: aiohttp, msgspec and one group-committing sqlite3 thread, written by hand for this one turn and nothing else."""

from __future__ import annotations

import asyncio
import hmac
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from benchmarks.bots.arguments import TOKEN, arguments
from benchmarks.bots.floor_store import Store
from benchmarks.bots.floor_turn import Parcel, Said, Turns, encode, seed, seed_sent
from benchmarks.talks import APP_SECRET, KNOWN_FROM, PHONE_ID, SECRET, TELEGRAM_PATH, WHATSAPP_PATH

WINDOW = 256


class Chat(msgspec.Struct):
    id: int


class Message(msgspec.Struct):
    chat: Chat
    date: int
    text: str


class Update(msgspec.Struct):
    update_id: int
    message: Message


class Body(msgspec.Struct):
    body: str


class Heard(msgspec.Struct):
    id: str
    text: Body
    from_user_id: str


class Pricing(msgspec.Struct):
    category: str


class Status(msgspec.Struct):
    status: str
    biz_opaque_callback_data: str
    pricing: Pricing


class Value(msgspec.Struct):
    messages: list[Heard] = []
    statuses: list[Status] = []


class Change(msgspec.Struct):
    value: Value


class Entry(msgspec.Struct):
    changes: list[Change]


class Delivered(msgspec.Struct):
    entry: list[Entry]


class Result(msgspec.Struct):
    message_id: int


class Answer(msgspec.Struct):
    result: Result


class Sent(msgspec.Struct):
    messages: list[dict[str, str]]


class Frame(msgspec.Struct):
    id: str = ""
    text: str = ""


UPDATE, DELIVERED = msgspec.json.Decoder(Update), msgspec.json.Decoder(Delivered)
ANSWER, SENT, FRAME = msgspec.json.Decoder(Answer), msgspec.json.Decoder(Sent), msgspec.json.Decoder(Frame)


class Floor:
    def __init__(self, api: str, channel: str) -> None:
        self.api, self.channel = api, channel
        self.wake = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.open = 0

    async def start(self, database: str, known: int, sent: int = 0) -> None:
        turns = Turns(self.channel)
        self.store = Store(database, turns.kinds())
        people = range(KNOWN_FROM, KNOWN_FROM + known)
        if known:
            seed(self.store.db, self.channel, [sender_of(self.channel, person) for person in people])
        seed_sent(self.store.db, self.channel, sent)
        self.store.start()
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), cookie_jar=aiohttp.DummyCookieJar())
        self.sender = asyncio.create_task(self.send_all())

    async def telegram(self, request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get("X-Telegram-Bot-Api-Secret-Token", "").encode(), SECRET.encode()):
            raise web.HTTPUnauthorized
        update = UPDATE.decode(await request.read())
        said = Said(f"{update.update_id}.{update.message.date}", "telegram", str(update.message.chat.id), update.message.text)
        await self.store.run("turn", said)
        self.wake.set()
        return web.Response()

    async def whatsapp(self, request: web.Request) -> web.Response:
        body = await request.read()
        signature = "sha256=" + hmac.digest(APP_SECRET.encode(), body, "sha256").hex()
        if not hmac.compare_digest(request.headers.get("X-Hub-Signature-256", "").encode(), signature.encode()):
            raise web.HTTPUnauthorized
        value = DELIVERED.decode(body).entry[0].changes[0].value
        for status in value.statuses:
            await self.store.run("status", (int(status.biz_opaque_callback_data), status.status, status.pricing.category))
        for heard in value.messages:
            await self.store.run("turn", Said(heard.id, "whatsapp", heard.from_user_id, heard.text.body))
            self.spawn(self.mark(heard.id))
            self.wake.set()
        return web.Response()

    async def chat(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        sender = request.cookies.get("sapa", "")
        await socket.receive()
        async for frame in socket:
            said = FRAME.decode(frame.data)
            answer = await self.store.run("turn", Said(f"{sender}:{said.id}", "webchat", sender, said.text))
            await socket.send_str(f'{{"type":"kept","client":"{said.id}"}}')
            await socket.send_str(encode({"type": "said", "text": said.text, "client": said.id}).decode())
            if answer:
                await socket.send_str(encode({"type": "page", "text": answer[0], "buttons": answer[1]}).decode())
        return socket

    def spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def send_all(self) -> None:
        while True:
            self.wake.clear()
            parcels = await self.store.run("claim", None) if self.open < WINDOW else []
            self.open += len(parcels)
            for parcel in parcels:
                self.spawn(self.send(parcel))
            if not parcels:
                await self.wake.wait()

    async def send(self, parcel: Parcel) -> None:
        provider = await (self.to_telegram(parcel) if self.channel == "telegram" else self.to_whatsapp(parcel))
        await self.store.run("record", (parcel.id, provider))
        self.open -= 1
        self.wake.set()

    async def to_telegram(self, parcel: Parcel) -> str:
        keys = [[{"text": label, "callback_data": payload}] for label, payload in parcel.buttons]
        said = {
            "chat_id": int(parcel.external),
            "text": parcel.text,
            "link_preview_options": {"is_disabled": True},
            "reply_markup": {"inline_keyboard": keys},
        }
        return str(ANSWER.decode(await self.post(f"{self.api}/bot{TOKEN}/sendMessage", said)).result.message_id)

    async def to_whatsapp(self, parcel: Parcel) -> str:
        replies = [{"type": "reply", "reply": {"id": payload, "title": label}} for label, payload in parcel.buttons[:3]]
        said = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "recipient": parcel.external,
            "type": "interactive",
            "interactive": {"type": "button", "body": {"text": parcel.text}, "action": {"buttons": replies}},
            "biz_opaque_callback_data": str(parcel.id),
        }
        return SENT.decode(await self.post(f"{self.api}/v26.0/{PHONE_ID}/messages", said)).messages[0]["id"]

    async def mark(self, message: str) -> None:
        seen = {"messaging_product": "whatsapp", "status": "read", "message_id": message, "typing_indicator": {"type": "text"}}
        await self.post(f"{self.api}/v26.0/{PHONE_ID}/messages", seen)

    async def post(self, url: str, said: dict[str, Any]) -> bytes:
        async with self.session.post(url, data=encode(said), headers={"Content-Type": "application/json"}) as response:
            return await response.read()


def sender_of(channel: str, person: int) -> str:
    from benchmarks.wire import token

    return {"telegram": str(person), "whatsapp": f"ID.{person}", "webchat": token(person)}[channel]


async def serve(channel: str) -> None:
    given = arguments()
    floor = Floor(given.api, channel)
    await floor.start(given.database, given.known, given.deliveries)
    app = web.Application()
    app.add_routes([web.post(TELEGRAM_PATH, floor.telegram), web.post(WHATSAPP_PATH, floor.whatsapp), web.get("/chat", floor.chat)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", given.port).start()
    await asyncio.Event().wait()


def main(channel: str) -> None:
    if arguments().uvloop:
        import uvloop

        uvloop.run(serve(channel))
    else:
        asyncio.run(serve(channel))
