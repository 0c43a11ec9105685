"""`sapa restore accept`: a person has looked at a database that was put back from a backup."""

from __future__ import annotations

import typer

from bot import house
from bot.guard import Guard
from bot.settings import Settings


async def accept(settings: Settings) -> None:
    database = house.open_set(settings)
    try:
        lifted = await Guard(database, settings.notes_folder).accept()
    finally:
        await database.close()
    typer.echo("Campaigns go on." if lifted else "Nothing rested; there was nothing to accept.")
