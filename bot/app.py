"""Composition root of the server: settings -> database -> channels -> web -> loops; starts, drains, stops."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from enum import StrEnum

import structlog
from aiohttp import web

from bot import house, interpreter, metrics
from bot.calls import Calls
from bot.campaigns import Runner
from bot.campaigns_desk import outreach
from bot.campaigns_links import Links
from bot.channels import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram_intake import Intake
from bot.channels.telegram_watch import Watch
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_templates import keep_in_step
from bot.channels.whatsapp_webhook import Webhook
from bot.clock import Clock
from bot.commands.officers import first_administrator
from bot.delivery import Delivery, Pace
from bot.doors import doors_of
from bot.evaluation import Evaluation
from bot.failpoints import commit
from bot.guard import Guard
from bot.pages import Pages
from bot.pages.page_words import hotline
from bot.pages.qr_code import PATH as QR_PATH
from bot.pages.qr_code import QrCodes
from bot.pages.serve import WebChat
from bot.reading import Reading
from bot.schedule import Schedule
from bot.settings import Settings
from bot.watchdog import Watchdog
from bot.web import build
from console import Console
from console.policies import Policy, Route
from storage import Database, Unavailable, doors, leases, partners
from storage.branches import name_of
from storage.news import QUEUED, Listener

log = structlog.get_logger()
TELEGRAM_HOOK = "/telegram/webhook"
OVERVIEW_KEEPS = 30.0  # seconds
BROWSER = {"/chat", "/embed/chat", "/quit"}  # what only a page of ours may use


class Role(StrEnum):
    """What a process does: take messages in and answer them (web), send what is queued (worker), or both (all)."""

    ALL = "all"
    WEB = "web"
    WORKER = "worker"


class App:
    """One serving process. `start` returns when it serves; `stop` lets what is under way end."""

    def __init__(self, settings: Settings, database: Database, role: Role = Role.ALL) -> None:
        self.settings = settings
        self.database = database
        self.role = role
        self.port = settings.port
        self._reading = Reading(database)
        self._watchdog = Watchdog()
        self._clock = Clock(database)
        self._engine = house.new_engine(database, settings.branch, self._clock, committed=self._committed)
        self._channels: dict[str, tuple[Channel, Pace]] = {}
        self._telegram = self._set_up_telegram()
        self._whatsapp = self._set_up_whatsapp()
        self._webhook: Webhook | None = None
        self._delivery = Delivery(database, self._channels, self._clock)
        self._calls = Calls(database, self._clock, self._committed, settings.public_url)
        self._tasks: list[asyncio.Task[None]] = []
        self._web: web.AppRunner | None = None
        self._figures: web.AppRunner | None = None
        self._chat: WebChat | None = None
        self._console: Console | None = None

    async def start(self) -> list[str]:
        """Serve; the addresses people can open."""
        routes: list[Route] = []
        await self._clock.look()
        self._tasks += [asyncio.create_task(self._clock.keep()), asyncio.create_task(self._watchdog.run())]
        if self.database.dialect == "postgresql":
            self._tasks.append(asyncio.create_task(Listener(self.database.url, self._heard).listen()))
        else:
            await commit(self.database, "leases cleared", leases.clear)
        if self._telegram:
            await self._telegram.start()
        if self._whatsapp:
            await self._whatsapp.start()
        if self.role is not Role.WORKER:
            self._engine.start()
            branch = await self.database.writer.read(lambda db: name_of(db, self.settings.branch))
            await commit(self.database, "doors", lambda db: doors.keep(db, self.database.dialect, doors_of(self.settings)))
            pages = Pages(branch, hotline())
            self._console = self._set_up_console(pages)
            routes = self._browser_routes(pages) + self._console.routes() + Links(self.database, self._clock).routes()
            if self._telegram:
                routes += self._listen_to_telegram(self._telegram)
            if self._whatsapp:
                routes += self._listen_to_whatsapp(self._whatsapp)
        if self.role is not Role.WEB:
            guard = Guard(self.database, self.settings.notes_folder)
            await guard.check(house.now())
            self._tasks.append(asyncio.create_task(guard.keep()))
            self._tasks.append(asyncio.create_task(Schedule(self.database, house.now, self.settings.notes_folder).run()))
            self._tasks.append(asyncio.create_task(self._calls.run()))
            evaluation = Evaluation(self.database, house.now, self._committed, self.settings.public_url)
            self._tasks.append(asyncio.create_task(evaluation.run()))
            rates = {name: pace.rate for name, (_channel, pace) in self._channels.items()}
            runner = Runner(self.database, self._clock, rates, self._heard, public_url=self.settings.public_url)
            self._tasks.append(asyncio.create_task(runner.run()))
            await self._delivery.start()
        if self.settings.metrics_port is not None:
            self._figures = await metrics.serve(self.database, self.settings.host, self.settings.metrics_port, house.now)
        gates = [self._console.gate()] if self._console else []
        served = build(routes, self._ready, https=self.settings.public_url.startswith("https://"), gates=gates)
        self._web = web.AppRunner(served, access_log=None)
        await self._web.setup()
        site = web.TCPSite(self._web, self.settings.host, self.settings.port)
        await site.start()
        self.port = self._web.addresses[0][1]
        return [f"http://{host}:{port}/" for host, port, *_more in self._web.addresses]

    async def stop(self) -> None:
        """Take nothing new, let what is under way end, leave nothing in doubt."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._console:
            await self._console.close()
        if self._chat:
            await self._chat.close()
        if self._web:
            await self._web.cleanup()
        await self._reading.close()
        if self._figures:
            await self._figures.cleanup()
        if self._webhook:
            await self._webhook.close()
        await self._engine.close()
        await self._delivery.drain()
        if self._telegram:
            await self._telegram.close()
        if self._whatsapp:
            await self._whatsapp.close()
        await self.database.close()

    def _browser_routes(self, pages: Pages) -> list[Route]:
        self._chat = WebChat(pages, self._engine.receive, self._reading, house.now, self.settings.public_url, self._origins)
        pictures = Route(web.get(QR_PATH, QrCodes(self.database, house.now).send), Policy.PUBLIC)
        return [pictures, *(Route(route, Policy.BROWSER if route.path in BROWSER else Policy.PUBLIC) for route in self._chat.routes())]

    async def _origins(self, code: str) -> tuple[str, ...]:
        """Which sites may frame our chat by a link's code."""
        return await self.database.writer.read(lambda db: partners.origins_of(db, code, house.now()))

    def _set_up_console(self, pages: Pages) -> Console:
        settings = self.settings
        return Console(
            self.database,
            house.now,
            self._committed,
            branch=settings.branch,
            outreach=outreach(settings, self.database, self._whatsapp),
            public_url=settings.public_url,
            behind_proxy=settings.behind_proxy,
            borrowed={name: file.plain for name, file in pages.files.items()},
            keeps=OVERVIEW_KEEPS,
        )

    def _set_up_telegram(self) -> Telegram | None:
        """The bot, if its token is set, with its pace."""
        if self.settings.telegram_token is None:
            return None
        telegram = Telegram(self.settings.telegram_token.get_secret_value(), self.settings.telegram_api_url)
        self._channels[telegram.name] = (telegram, Pace(self.settings.telegram_rate, self.settings.telegram_chat_rate))
        return telegram

    def _listen_to_telegram(self, telegram: Telegram) -> list[Route]:
        """By webhook where the world can reach us, else by fetching."""
        public = self.settings.public_url.rstrip("/")
        secret = self.settings.telegram_webhook_secret
        if public and secret is None:
            raise house.NotSetUp(
                "SAPA_PUBLIC_URL is set, so Telegram would send its updates to us; set SAPA_TELEGRAM_WEBHOOK_SECRET too "
                "(16 or more of A-Z a-z 0-9 _ -), or anybody could pretend to be Telegram."
            )
        words = secret.get_secret_value() if secret else ""
        intake = Intake(telegram, self.database, self._engine.receive, house.now, words)
        hook = f"{public}{TELEGRAM_HOOK}" if public else ""
        watch = Watch(telegram, self.database, self._clock, self._committed, hook, words, self.settings.branch)
        self._tasks += [asyncio.create_task(intake.settle_in(hook)), asyncio.create_task(watch.run())]
        if not public:
            self._tasks.append(asyncio.create_task(intake.poll()))
            return []
        return [Route(web.post(TELEGRAM_HOOK, intake.webhook), Policy.PLATFORM)]

    def _set_up_whatsapp(self) -> WhatsApp | None:
        """The number, if its token is set, with its pace."""
        settings = self.settings
        if settings.whatsapp_token is None:
            return None
        if not (settings.whatsapp_phone_id and settings.whatsapp_app_secret and settings.whatsapp_verify_token):
            raise house.NotSetUp(
                "SAPA_WHATSAPP_TOKEN is set; set SAPA_WHATSAPP_PHONE_ID, SAPA_WHATSAPP_APP_SECRET and SAPA_WHATSAPP_VERIFY_TOKEN too. "
                "`sapa doctor whatsapp` says where to find them."
            )
        whatsapp = WhatsApp(settings.whatsapp_token.get_secret_value(), settings.whatsapp_phone_id, settings.whatsapp_api_url)
        self._channels[whatsapp.name] = (whatsapp, Pace(settings.whatsapp_rate))
        return whatsapp

    def _listen_to_whatsapp(self, whatsapp: WhatsApp) -> list[Route]:
        settings = self.settings
        assert settings.whatsapp_app_secret
        assert settings.whatsapp_verify_token
        secret, token = settings.whatsapp_app_secret.get_secret_value(), settings.whatsapp_verify_token.get_secret_value()
        self._webhook = Webhook(whatsapp, self.database, self._engine.receive, house.now, secret, token)
        self._webhook.start()
        self._tasks.append(asyncio.create_task(keep_in_step(whatsapp, self.database, house.now)))
        return [Route(route, Policy.PLATFORM) for route in self._webhook.routes()]

    def _committed(self, addresses: set[str]) -> None:
        """Our own news; on PostgreSQL everybody hears it from the database, we too."""
        if self.database.dialect != "postgresql":
            self._heard(addresses)

    def _heard(self, addresses: set[str]) -> None:
        self._delivery.wake()
        self._calls.wake()
        if self._console:
            self._console.live.heard(addresses)
        if self._chat:
            for address in list(self._chat.lines) if QUEUED in addresses else addresses:
                self._chat.wake(address)

    async def _ready(self) -> dict[str, bool]:
        try:
            async with asyncio.timeout(2):
                await self.database.writer.read(lambda db: name_of(db, self.settings.branch))
        except (Unavailable, TimeoutError, LookupError):
            return {"database": False, **self._watchdog.state()}
        return {"database": True, **self._watchdog.state()}


async def serve(settings: Settings, role: Role, *, demo: bool, announce: Callable[[str], None]) -> None:
    """Run until told to stop by SIGTERM or Ctrl-C; `announce` hears what a person is to open."""
    lock = house.serve_alone(settings.database_url)
    database = house.open_set(settings, make=demo)
    await house.prepare(database, house.DEMO if demo else None, house.now())
    app = App(settings, database, role)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    try:
        for address in await app.start():
            log.info("serving", address=address)
            announce(f"Sapa is listening. Open {address} in a browser.")
        interpreter.set_up()
        if demo and (link := await first_administrator(database, settings.public_url or f"http://localhost:{app.port}")):
            announce(f"The officers' desk has no administrator yet. This link makes you one; it works once, for 24 hours: {link}")
        await stopping.wait()
    finally:
        await app.stop()
        if lock:
            lock.close()
