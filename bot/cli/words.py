"""What the bot knows, says and understands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import AsJson

app = typer.Typer()
facts_app = typer.Typer(no_args_is_help=True, help="Look at the facts the bot speaks, and check them.")
locales_app = typer.Typer(no_args_is_help=True, help="Check the words in both languages, and bring the catalogs up to date.")
understand_app = typer.Typer(no_args_is_help=True, help="Measure and train how questions are understood.")
app.add_typer(facts_app, name="facts")
app.add_typer(locales_app, name="locales")
app.add_typer(understand_app, name="understand")


@understand_app.command()
def evaluate(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="Questions: topic (| between acceptable ones), a tab, the question as typed."),
    ],
) -> None:
    """How many questions of a file are understood: top-1, top-3, by topic, what is confused, emergencies, abstentions."""
    from understanding import evaluate as measuring

    try:
        typer.echo(measuring.table(measuring.evaluate(file)))
    except ValueError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


@understand_app.command()
def train() -> None:
    """Learn from `understanding/examples/` again and write the weights; the same examples always give the same weights."""
    from understanding import train as training

    share = training.train()
    typer.echo(f"Trained. Of the examples, each left out once, {share:.1%} are understood from the others.")


@facts_app.command("check")
def facts_check() -> None:
    """Find facts without a source, citations that lead nowhere, and facts nobody has looked at for long."""
    from bot.commands.facts import check

    raise typer.Exit(check())


@facts_app.command("list")
def facts_list(as_json: AsJson = False) -> None:
    """Every fact with its status, source and date."""
    from bot.commands.facts import listing

    listing(as_json=as_json)


@locales_app.command("check")
def locales_check() -> None:
    """Find words that are missing, unfinished, too wide for a button, or that hold a figure."""
    from bot.commands.words import check

    raise typer.Exit(check())


@locales_app.command("update")
def locales_update() -> None:
    """Bring the .po files in step with the source: new sentences come in empty, gone ones go."""
    from locales.gather import update

    for name in update():
        typer.echo(name)
