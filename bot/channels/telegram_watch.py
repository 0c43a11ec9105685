"""Looks twice a minute whether Telegram still takes our token and still calls us where we listen.

A token that was revoked stops everything, and whoever else holds it can turn the bot to themselves. Both stand at the desk, in the figures
and in the log, and the head of the branch is told by their own chat. An address that somebody changed is changed back at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from telegram.error import TelegramError

from bot import metrics
from bot.channels.telegram import Telegram
from bot.channels.telegram_request import Refused
from bot.failpoints import commit
from locales import LIMITS, Message, Text, _, fit
from storage import Database, Unavailable, calls, news, outgoing, pauses
from storage.writer import Connection

FIRST, EVERY = 3.0, 30.0  # seconds until the first look, when our address has been given, and between two
SHOWN = timedelta(days=1)  # an address that was changed back stays at the desk for so long
WORDS = {
    pauses.TELEGRAM: _("Telegram does not take our token any more: nobody is answered there. Ask @BotFather for it (/token) and set it."),
    pauses.TELEGRAM_ADDRESS: _(
        "Somebody who has our Telegram token turned the bot to another address. It was turned back. Have @BotFather make a new token (/revoke) and set it."
    ),
}
log = structlog.get_logger()


class Watch:
    """Looks for ever, in each process that takes messages in. `hook` is where Telegram is to call us, empty where we fetch."""

    def __init__(
        self,
        telegram: Telegram,
        database: Database,
        now: Callable[[], datetime],
        committed: Callable[[set[str]], None],
        hook: str,
        secret: str,
        branch: str,
    ) -> None:
        self._telegram = telegram
        self._database = database
        self._now = now
        self._committed = committed
        self._hook = hook
        self._secret = secret
        self._branch = branch
        self._stood = False  # whether our address was seen to stand there: before that, another is no sign of anybody

    async def run(self) -> None:
        await asyncio.sleep(FIRST)
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Looking again, here or elsewhere, tells nobody twice."""
        try:
            await self._look()
        except TelegramError as error:  # away: what cannot be sent meanwhile waits, and nobody need be called for it
            log.info("telegram_not_watched", error=type(error).__name__)
        except Unavailable as error:
            log.warning("database_away", error=str(error))

    async def _look(self) -> None:
        try:
            found = (await self._telegram.bot.get_webhook_info()).url
        except Refused as refusal:
            if refusal.status not in (401, 404):
                raise
            await self._alarm(pauses.TELEGRAM, "token")
            return
        await self._calm()
        if found == self._hook:
            self._stood = True
            return
        if self._hook:
            await self._telegram.listen_at(self._hook, self._secret)
        else:
            await self._telegram.stop_listening()
        if self._stood:
            metrics.TAKEN.inc()
            await self._alarm(pauses.TELEGRAM_ADDRESS, "address")
        self._stood = True

    async def _alarm(self, name: str, reason: str) -> None:
        """Once, until it is over."""
        now = self._now()

        async def work(db: Connection) -> set[str]:
            if not await pauses.pause(db, self._database.dialect, name, reason, now):
                return set()
            told = await self._tell(db, WORDS[name], f"t:{name}:{now:%Y%m%d%H%M%S}", now)
            if told:
                await news.tell(db, self._database.dialect, told)
            return told

        log.error("telegram_alarm", reason=reason)
        self._committed(await commit(self._database, "alarm", work))

    async def _tell(self, db: Connection, words: Text, key: str, now: datetime) -> set[str]:
        told = set()
        for chat in await calls.heads(db, self._branch):
            page = fit(Message((words,)), chat.language, LIMITS[chat.channel])[0]
            keyed = f"{key}:{chat.officer_id}"
            told.add(await outgoing.tell(db, self._database.dialect, self._database.tools, keyed, chat.contact_id, page, now))
        return {address for address in told if address}

    async def _calm(self) -> None:
        """The token is taken; and what was changed back long ago has been seen."""

        async def work(db: Connection) -> bool:
            over = [pauses.TELEGRAM, *(name for name, since in seen.items() if since < self._now() - SHOWN)]
            return any([await pauses.lift(db, name) for name in over])

        found = await self._database.writer.read(pauses.every)
        seen = {name: since for name, (_reason, since) in found.items() if name == pauses.TELEGRAM_ADDRESS}
        if seen or pauses.TELEGRAM in found:
            await commit(self._database, "alarm over", work)
