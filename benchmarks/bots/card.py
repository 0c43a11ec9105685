"""The whole turn with the usual packages used plainly: python-telegram-bot's defaults, an SQLModel AsyncSession a message, Babel."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

from babel.support import Translations
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from benchmarks.bots.arguments import TOKEN, arguments
from benchmarks.bots.floor_turn import step
from benchmarks.talks import KNOWN_FROM, SECRET, TELEGRAM_PATH

given = arguments()
words = Translations()


class Contact(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    channel: str
    external: str = Field(unique=True)
    language: str = "id"
    memory: str = '{"step": "has_number", "state": {}}'


class Message(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(index=True)
    outgoing: bool
    text: str
    at: datetime


engine = create_async_engine(given.database or "sqlite+aiosqlite://")
if engine.dialect.name == "sqlite":

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: object, _record: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


async def make(_app: object) -> None:
    async with engine.begin() as db:
        await db.run_sync(SQLModel.metadata.drop_all)
        await db.run_sync(SQLModel.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add_all(Contact(channel="telegram", external=str(KNOWN_FROM + number)) for number in range(given.known))
        await session.commit()


async def turn(sender: str, text: str) -> tuple[str, list[tuple[str, str]]]:
    """Load, decide, keep both messages and the state, commit."""
    now = datetime.now(UTC)
    async with AsyncSession(engine) as session:
        contact = (await session.exec(select(Contact).where(Contact.external == sender))).first()
        if contact is None:
            contact = Contact(channel="telegram", external=sender)
            session.add(contact)
            await session.flush()
        memory = json.loads(contact.memory)
        said, buttons = step(memory, text)
        memory.pop("result", None)
        contact.memory = json.dumps(memory)
        assert contact.id is not None
        session.add(Message(contact_id=contact.id, outgoing=False, text=text, at=now))
        session.add(Message(contact_id=contact.id, outgoing=True, text=said, at=now))
        await session.commit()
    return str(words.gettext(said)), buttons


async def answer(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    assert update.message and update.message.text
    said, buttons = await turn(str(update.message.chat.id), update.message.text)
    keys = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=payload)] for label, payload in buttons])
    await update.message.reply_text(said, reply_markup=keys)


def main() -> None:
    app = Application.builder().token(TOKEN).base_url(f"{given.api}/bot").post_init(make).build()
    app.add_handler(MessageHandler(filters.TEXT, answer))
    asyncio.set_event_loop(asyncio.new_event_loop())
    app.run_webhook(
        listen="127.0.0.1",
        port=given.port,
        url_path=TELEGRAM_PATH,
        secret_token=SECRET,
        webhook_url=f"https://bench.invalid{TELEGRAM_PATH}",
    )


if __name__ == "__main__":
    main()
