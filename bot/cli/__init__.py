"""The words of the `sapa` command: one file for each group. What a command needs is imported when it runs, so that each starts fast."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for a program instead of text for a person.")]
Login = Annotated[str, typer.Option("--as", help="Who does this: the name they sign in to the desk with.")]


class Language(StrEnum):
    INDONESIAN = "id"
    ENGLISH = "en"


def run_to_end(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end; what a person must set up first is said to them in one sentence."""
    from bot.house import NotSetUp
    from storage import Unavailable

    try:
        asyncio.run(work)
    except NotSetUp as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except Unavailable as error:
        typer.echo(
            f"The database does not answer: {error}\nNothing was changed. Look at SAPA_DATABASE_URL, and whether the server runs.",
            err=True,
        )
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
