"""`sapa report`: the report of a month, quarter or year as a file."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import typer

from bot import house
from bot.settings import Settings
from storage import branches, effects, rollups
from storage.periods import MONTH, NoPeriod, Period, between, containing
from storage.reports.content import HOME_ZONE, guard, report
from storage.scope import EVERYWHERE


async def write(
    settings: Settings, since: date | None, until: date | None, form: str, file: Path | None, *, others: bool, language: str
) -> None:
    """Brought up to date first; without dates, the last whole month."""
    from console.monitoring_files import made  # what draws is loaded when something is drawn

    async with house.working(settings) as database:
        zones = await database.writer.read(branches.zones_of)
        branch = settings.branch if settings.branch in zones else EVERYWHERE
        wanted = _period(since, until, zones.get(branch, HOME_ZONE))
        await rollups.catch_up(database.writer)
        await effects.settle(database.writer, house.now())
        found = await database.writer.read(lambda db: report(db, branch, wanted, house.now()))
    if found.is_empty:
        raise house.NotSetUp(f"Nothing is known of {wanted.name}: nobody wrote in it or in the {wanted.kind} before. No file was written.")
    path = file or Path(f"sapa-{wanted.name}{'-others' if others else ''}.{form}")
    await asyncio.to_thread(path.write_bytes, made(guard(found) if others else found, form, language))
    typer.echo(f"Wrote {path}: {found.name or 'all branches'}, {wanted.name}.")


def _period(since: date | None, until: date | None, zone: str) -> Period:
    if since is None and until is None:
        return containing(MONTH, house.now(), zone).before
    if since is None or until is None or until < since:
        raise house.NotSetUp("Give both days, --from and --to, the later one last. Nothing was written.")
    try:
        return between(since, until)
    except NoPeriod:
        raise house.NotSetUp(
            f"{since} to {until} is no month, quarter or year. Reports are made of whole ones, "
            "for example --from 2026-10-01 --to 2026-12-31. Nothing was written."
        ) from None
