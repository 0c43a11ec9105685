"""`sapa audit`: whether what officers did still stands as it was written, and as far as it was noted elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot import anchors, house
from bot.anchors import Anchor, Anchors
from bot.house import NotSetUp
from bot.settings import Settings
from storage import Database, Tools, audit
from storage.audit import BEGINNING


async def head(settings: Settings) -> None:
    """One line to keep where nobody of the house can reach it."""
    async with house.working(settings) as database:
        number, chain = await database.writer.read(audit.head)
        typer.echo(str(Anchor(house.now(), number, chain)))


async def verify(settings: Settings, file: Path | None) -> None:
    async with house.working(settings) as database:
        noted = await asyncio.to_thread(_read, file) if file else await asyncio.to_thread(Anchors(database, settings.notes_folder).all)
        if broken := await broken_at(database):
            raise NotSetUp(f"The audit does not fit from row {broken} on: it was changed, or rows are missing.")
        number, _chain = await database.writer.read(audit.head)
        if wrong := await misfit(database, noted):
            why = f"there are only {number:,}" if wrong.number > number else "that row is another now"
            raise NotSetUp(
                f"On {wrong.at:%d %B %Y} the audit had {wrong.number:,} rows; {why}. "
                "It was cut off or written anew, or an older backup was put back."
            )
    typer.echo(f"The audit is whole: {number:,} rows, and {len(noted):,} notes from outside the database fit.")


def _read(file: Path) -> list[Anchor]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise NotSetUp(f"{file} cannot be read: {type(error).__name__}.") from None
    return [anchor for anchor in map(anchors.read, lines) if anchor]


async def broken_at(database: Database, tools: Tools | None = None) -> int | None:
    """The first row that does not fit, by the keys that are given."""
    tools = tools or database.tools
    so_far, done = BEGINNING, False
    while not done:
        so_far, done = await database.writer.read(lambda db, at=so_far: audit.check(db, tools, at))  # type: ignore[misc]
    return so_far.broken_at


async def misfit(database: Database, noted: list[Anchor]) -> Anchor | None:
    """The first note that says otherwise than the rows."""
    chains = await database.writer.read(lambda db: audit.chains(db, [anchor.number for anchor in noted]))
    return next((anchor for anchor in noted if chains.get(anchor.number) != anchor.chain), None)
