"""Lists of members."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import run_to_end

app = typer.Typer(no_args_is_help=True, help="Import lists of members, look at them first, take one back.")


@app.command("import")
def roster_import(
    file: Annotated[Path, typer.Argument(help="The list: CSV (comma, semicolon or tab; UTF-8, UTF-16 or Windows) or Excel (.xlsx).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be imported and what is wrong in which row.")] = False,
    skip_faulty: Annotated[bool, typer.Option("--skip-faulty", help="Import the rows that can be used and leave out the others.")] = False,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", help="FIELD=HEADING where a heading was not understood. Fields: kpj nik name born starts_on ends_on scheme programmes."
        ),
    ] = None,
    all_rows: Annotated[
        list[str] | None,
        typer.Option("--all", help='FIELD=VALUE that holds for every row, for example "scheme=placed" or "programmes=JKK JKM".'),
    ] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day the list speaks of; today if left out.")] = None,
    branch: Annotated[str, typer.Option(help="Whose members they are; may be left out where there is one branch.")] = "",
    source: Annotated[str, typer.Option(help="What workers are told as the source; the file's name if left out.")] = "",
) -> None:
    """Import a list of members. All of it is believed at once, or nothing; the same file twice changes nothing.

    A list needs card number (KPJ), name, first and last day of cover, kind of placement and programmes, and NIK or date of birth.
    Where the same person stands in several lists, the newest (--as-of) is told.
    """
    from bot import house
    from bot.commands import roster
    from bot.settings import Settings
    from console.roster_columns import FIELDS, SAME_FOR_ALL

    async def work() -> None:
        order = roster.Order(
            file,
            as_of.date() if as_of else house.now().date(),
            branch,
            source,
            roster.pairs(columns or [], FIELDS),
            roster.pairs(all_rows or [], SAME_FOR_ALL),
            dry_run,
            skip_faulty,
        )
        await roster.bring_in(Settings(), order)

    run_to_end(work())


@app.command("undo")
def roster_undo(number: Annotated[int, typer.Argument(help="The roster's number, as `sapa roster list` shows it.")]) -> None:
    """Take an imported list back: what stood before it stands again."""
    from bot.commands import roster
    from bot.settings import Settings

    run_to_end(roster.undo(Settings(), number))


@app.command("list")
def roster_list() -> None:
    """All lists, newest first: number, state, branch, the day it speaks of, members, source."""
    from bot.commands import roster
    from bot.settings import Settings

    run_to_end(roster.listing(Settings()))
