"""Takes in what Meta sends: authentic, read piece by piece, durable, and only then acknowledged."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import structlog
from aiohttp import web

from bot.channels.link_codes import coded
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_inbound import Heard
from bot.channels.whatsapp_notices import LimitNotice, Notice, TemplateNotice, TroubleNotice
from bot.channels.whatsapp_payloads import CHANNEL
from bot.channels.whatsapp_people import Recognising
from bot.channels.whatsapp_reading import Batch, everybody, people, read
from bot.channels.whatsapp_storing import Storing
from bot.failpoints import commit
from bot.renewing import bring
from bot.web import body_of
from storage import Database, Inbound, Unavailable, accounts, templates
from storage.identities import Known, Who, index, renumber
from storage.preferences import prefer
from storage.turns import quarantine
from storage.writer import Connection

PATH = "/whatsapp/webhook"
SIGNATURE = "X-Hub-Signature-256"
LARGEST = 3 << 20  # bytes; https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
AWAY = 5  # seconds after which Meta may try again
PATIENCE = 20.0  # seconds for a body to arrive
CHALLENGE = re.compile(r"[\w-]{1,200}", re.ASCII)

Receive = Callable[[list[Inbound]], Awaitable[None]]
log = structlog.get_logger()


class Webhook:
    """Both ends of `/whatsapp/webhook`. `receive` returns when what people said is durable with its answers."""

    def __init__(
        self, whatsapp: WhatsApp, database: Database, receive: Receive, now: Callable[[], datetime], app_secret: str, verify_token: str
    ) -> None:
        self._whatsapp = whatsapp
        self._database = database
        self._receive = receive
        self._now = now
        self._app_secret = app_secret.encode()
        self._verify_token = verify_token.encode()
        self._storing = Storing(database, now)
        self._recognising = Recognising(database)
        self._marking: set[asyncio.Task[None]] = set()
        self._account = ""

    def start(self) -> None:
        self._storing.start()

    async def close(self) -> None:
        await self._storing.close()
        await self._recognising.close()
        for task in self._marking:
            task.cancel()
        await asyncio.gather(*self._marking, return_exceptions=True)

    def routes(self) -> list[web.RouteDef]:
        return [web.get(PATH, self.challenge, allow_head=False), web.post(PATH, self.deliver)]

    async def challenge(self, request: web.Request) -> web.Response:
        """Meta asks once whether this is the address we meant."""
        given, echo = request.query.get("hub.verify_token", ""), request.query.get("hub.challenge", "")
        ours = bool(self._verify_token) and hmac.compare_digest(_bytes(given), self._verify_token)
        if not ours or request.query.get("hub.mode") != "subscribe" or not CHALLENGE.fullmatch(echo):
            raise web.HTTPForbidden
        return web.Response(text=echo)

    async def deliver(self, request: web.Request) -> web.Response:
        signature = request.headers.get(SIGNATURE, "")
        if not signature:
            raise web.HTTPUnauthorized
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        try:
            async with asyncio.timeout(PATIENCE):
                body = await body_of(request, LARGEST)
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        if not is_authentic(self._app_secret, body, signature):
            raise web.HTTPUnauthorized
        try:
            await self.take(body)
        except Unavailable:
            return web.Response(status=503, headers={"Retry-After": str(AWAY)})
        except Exception as error:  # kept by Meta, who brings it again for seven days; no other delivery waits for it
            log.error("delivery_failed", error=type(error).__name__)
            return web.Response(status=503, headers={"Retry-After": str(AWAY)})
        return web.Response()

    async def take(self, body: bytes) -> None:
        """Returns once everything in it is durable or put aside; a piece that cannot be read stops no other."""
        batch = read(body, self._whatsapp.phone_id, self._now())
        await self._put_aside(batch)
        await self._learn_of_us(batch)
        await bring(self._database, [(CHANNEL, name) for who in everybody(batch) for name in (who.user, who.phone) if name])
        await self._learn_of_people(batch)
        known = await self._recognising.known(people(batch))
        await self._heed_preferences(batch, known)
        inbounds = [_addressed(heard, known[heard.who]) for heard in batch.heard]
        await asyncio.gather(self._storing.store(batch.receipts), self._receive(inbounds) if inbounds else asyncio.sleep(0))
        self._mark_as_seen(batch.heard)

    async def _put_aside(self, batch: Batch) -> None:
        tools, dialect = self._database.tools, self._database.dialect
        for piece in batch.put_aside:
            raw = json.dumps(piece.raw, ensure_ascii=True, default=str)
            # The same piece comes again until it is acknowledged, and is kept once.
            name = f"{CHANNEL}:{hashlib.sha256(raw.encode()).hexdigest()[:32]}.unreadable"
            kept, reason = raw[:LARGEST], piece.reason
            log.error("delivery_unreadable", reason=reason)

            async def work(db: Connection, name: str = name, kept: str = kept, reason: str = reason) -> None:
                await quarantine(db, dialect, tools, name, kept, reason, self._now())

            await commit(self._database, "unreadable kept", work)

    async def _learn_of_us(self, batch: Batch) -> None:
        """What Meta tells of our account, and its id, once."""
        account = batch.account if batch.account not in ("", self._account) else ""
        if not account and not batch.notices:
            return

        async def work(db: Connection) -> None:
            if account:
                await accounts.told(db, CHANNEL, self._now(), account=account)
            for notice in batch.notices:
                await self._heed_notice(db, notice)

        await commit(self._database, "notices", work)
        self._account = account or self._account

    async def _heed_notice(self, db: Connection, notice: Notice) -> None:
        match notice:
            case TemplateNotice(name, language, facts):
                if not await templates.change(db, name, language, self._now(), **facts):
                    log.info("template_unknown", language=language)
            case LimitNotice(daily_limit):
                await accounts.told(db, CHANNEL, self._now(), daily_limit=daily_limit)
            case TroubleNotice(what, event):
                log.error("platform_notice", channel=CHANNEL, what=what, event_name=event)

    async def _learn_of_people(self, batch: Batch) -> None:
        """New numbers and ids, before anything is stored under an old one."""
        if not batch.renumbered:
            return

        async def work(db: Connection) -> None:
            for change in batch.renumbered:
                await renumber(db, self._database.tools, change.old, change.new)

        await commit(self._database, "people renumbered", work)

    async def _heed_preferences(self, batch: Batch, known: dict[Who, Known]) -> None:
        tools = self._database.tools
        for preference in batch.preferences:
            address = index(tools, CHANNEL, known[preference.who].external)
            wants, at = preference.wants, preference.at

            async def work(db: Connection, address: str = address, wants: bool = wants, at: datetime = at) -> bool:
                return await prefer(db, tools, address, wants=wants, at=at)

            await commit(self._database, "preference", work)

    def _mark_as_seen(self, heard: list[Heard]) -> None:
        """The last message of each; it marks those before it too."""
        for message in {one.who: one.message for one in heard}.values():
            task = asyncio.create_task(self._whatsapp.mark_seen(message))
            self._marking.add(task)
            task.add_done_callback(self._marking.discard)


def is_authentic(app_secret: bytes, body: bytes, signature: str) -> bool:
    """Signed by our own app's secret, over the very bytes that came: JSON written anew would differ at the first accent."""
    expected = "sha256=" + hmac.digest(app_secret, body, "sha256").hex()
    return bool(app_secret) and hmac.compare_digest(_bytes(signature), expected.encode())


def _addressed(heard: Heard, known: Known) -> Inbound:
    """Under the name we know them by. Who never wrote before more likely came by a link."""
    inbound = replace(heard.inbound, sender=known.external)
    return coded(inbound, first=True) if known.is_new else inbound


def _bytes(given: str) -> bytes:
    return given.encode("utf-8", "surrogateescape")
