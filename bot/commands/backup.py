"""`sapa backup FILE`: a whole copy of the database while the house serves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import typer

from bot import house
from bot.settings import Settings
from storage import backup
from storage.database import file_of


async def make(settings: Settings, to: Path) -> None:
    file = file_of(settings.database_url)
    if file is None:
        raise house.NotSetUp(
            "PostgreSQL makes its own backups while it serves: pg_dump --format=custom --file=FILE, put back by pg_restore."
        )
    if not file.exists():
        raise house.NotSetUp(f"There is no database at {file}; SAPA_DATABASE_URL says where it is.")
    try:
        size = await asyncio.to_thread(backup.copy, file, to)
    except FileExistsError:
        raise house.NotSetUp(f"{to} exists already; nothing was written.") from None
    typer.echo(f"{to}: {size:,} bytes. Keep it, and the sealing key elsewhere: without the key nobody can read what people wrote.")
