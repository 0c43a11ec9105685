"""Reports, and traffic to try them with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import Language, run_to_end

app = typer.Typer()
demo_app = typer.Typer(no_args_is_help=True, help="Fill the demo branch, to look at what the desk shows.")
app.add_typer(demo_app, name="demo")


class Form(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


@app.command()
def report(
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a month, quarter or year.")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Its last day. Without both: last month.")] = None,
    form: Annotated[Form, typer.Option("--format", help="PDF for a meeting, XLSX to calculate with, JSON for programs.")] = Form.PDF,
    file: Annotated[
        Path | None, typer.Option("--file", dir_okay=False, help="Where to write it; here, named by the period, if left out.")
    ] = None,
    others: Annotated[bool, typer.Option("--others", help="For readers outside the branch: small numbers are not told.")] = False,
    language: Annotated[Language, typer.Option(help="The language of the report.")] = Language.INDONESIAN,
) -> None:
    """Write the evaluation of a month, quarter or year: who was reached, what their checks found, against plan and placements."""
    from bot.commands.report import write
    from bot.settings import Settings

    days = since.date() if since else None, until.date() if until else None
    run_to_end(write(Settings(), *days, form.value, file, others=others, language=language.value))


@demo_app.command("traffic")
def demo_traffic(
    days: Annotated[int, typer.Option(min=1, max=730, help="How many days back it begins.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed is always the same traffic.")] = 1,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also into a database that already holds people.")] = False,
) -> None:
    """Let simulated people, clearly none, use the demo branch. Nothing is ever sent to them."""
    from bot.commands.demo import traffic
    from bot.settings import Settings

    run_to_end(traffic(Settings(), days, seed, anyway=anyway))
