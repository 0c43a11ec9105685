"""Serving, talking in a shell, and small questions."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import AsJson, Language, run_to_end

app = typer.Typer()


class Face(StrEnum):
    TERMINAL = "terminal"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


class Platform(StrEnum):
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


class Scheme(StrEnum):
    PLACED = "placed"
    PERSEORANGAN = "perseorangan"
    EXTENSION = "extension"


class Part(StrEnum):
    ALL = "all"
    WEB = "web"
    WORKER = "worker"


@app.command()
def serve(
    role: Annotated[Part, typer.Option(help="Take messages in (web), send what is queued (worker), or both (all).")] = Part.ALL,
    demo: Annotated[bool, typer.Option(help="Make a key and a database under var/ and load the demo branch Sidoarjo.")] = False,
) -> None:
    """Serve the browser chat and the channels that are set up, until Ctrl-C or SIGTERM."""
    from bot import logs
    from bot.app import Role
    from bot.app import serve as run
    from bot.settings import Settings

    settings = Settings()
    logs.set_up(settings.log_level)

    run_to_end(run(settings, Role(role.value), demo=demo, announce=typer.echo))


@app.command()
def chat(
    channel: Annotated[Face, typer.Option(help="Show the pages as this channel would get them.")] = Face.TERMINAL,
    language: Annotated[Language, typer.Option(help="The language to begin in.")] = Language.INDONESIAN,
    database: Annotated[str, typer.Option(help="Where to remember; the settings' database if left out.")] = "",
    save: Annotated[Path | None, typer.Option(help="Write the talk to this file, as a transcript test.")] = None,
    sender: Annotated[str, typer.Option("--as", help="Who talks: the same name goes on with the same conversation.")] = "shell",
) -> None:
    """Talk with the bot here, one message a line. A label in brackets presses a button; lines may be piped in."""
    from bot import logs
    from bot.commands.chat import run
    from bot.settings import Settings

    settings = Settings()
    logs.set_up("ERROR")
    run_to_end(run(settings, channel.value, language.value, database or settings.database_url, save, sender))


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="The question, as a worker would type it.")] = "",
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Read questions from this file, one a line, after the last tab if there is one."),
    ] = None,
    language: Annotated[Language, typer.Option(help="The language to answer in.")] = Language.INDONESIAN,
    as_json: AsJson = False,
) -> None:
    """Ask one question: the topic that was understood (--json) or the whole answer."""
    from bot.commands import ask as asking

    if not text and file is None:
        typer.echo('Give a question, or a file with --file. For example: sapa ask "bpjs sy msh aktif ga ya"', err=True)
        raise typer.Exit(2)
    for question in asking.questions(file) if file else [text]:
        if as_json:
            typer.echo(asking.as_json(question))
        else:
            asking.answer(question, language.value)


@app.command()
def cost(
    months: Annotated[int, typer.Option(min=1, max=120, help="How long the contract or the extension is.")],
    scheme: Annotated[
        Scheme, typer.Option(help="Placed by an agency, on one's own (perseorangan), or an extension abroad.")
    ] = Scheme.PLACED,
    jht: Annotated[int | None, typer.Option(help="Old-age savings, in rupiah a month; optional.")] = None,
    as_json: AsJson = False,
) -> None:
    """What membership costs, part by part, with the article of each."""
    from bot.commands.cost import cost as run

    run(months, scheme.value, jht, as_json=as_json)


@app.command()
def doctor(platform: Annotated[Platform, typer.Argument(help="Where to look.")]) -> None:
    """Say what is not set up at a platform, and how to mend it."""
    from bot.commands.doctor import run
    from bot.settings import Settings

    raise typer.Exit(run(platform.value, Settings()))


@app.command("map")
def draw_map() -> None:
    """Draw every dialogue, step and way between them, as a Mermaid graph."""
    from dialogue.map import draw
    from handlers import SCRIPT

    typer.echo(draw(SCRIPT), nl=False)
