"""What keeps the house in order: backups, the audit's chain, the keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import run_to_end

app = typer.Typer()
restore_app = typer.Typer(no_args_is_help=True, help="After a backup was put back.")
audit_app = typer.Typer(no_args_is_help=True, help="Whether what officers did still stands as it was written.")
keys_app = typer.Typer(no_args_is_help=True, help="Change the key that seals what people write.")
app.add_typer(restore_app, name="restore")
app.add_typer(audit_app, name="audit")
app.add_typer(keys_app, name="keys")


@app.command("backup")
def backup(to: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Copy the whole database while the house serves (SQLite; PostgreSQL has pg_dump)."""
    from bot.commands.backup import make
    from bot.settings import Settings

    run_to_end(make(Settings(), to))


@restore_app.command("accept")
def restore_accept() -> None:
    """Let campaigns go on after a backup was put back, once somebody has looked at what was sent since it was made."""
    from bot.commands.restore import accept
    from bot.settings import Settings

    run_to_end(accept(Settings()))


@audit_app.command("verify")
def audit_verify(
    anchors: Annotated[Path | None, typer.Option(help="Lines of `sapa audit head` or of the log that were kept elsewhere.")] = None,
) -> None:
    """Walk the chain row by row, and compare it with what was noted outside the database each day: rows that were cut off are missed."""
    from bot.commands import audit
    from bot.settings import Settings

    run_to_end(audit.verify(Settings(), anchors))


@audit_app.command("head")
def audit_head() -> None:
    """The newest row, as one line to keep where nobody of the house can reach it."""
    from bot.commands import audit
    from bot.settings import Settings

    run_to_end(audit.head(Settings()))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Seal everything with the newest key, while the house serves; may be killed and run again. Then says whether the older key may go."""
    from bot.commands import keys
    from bot.settings import Settings

    run_to_end(keys.rotate(Settings()))


@keys_app.command("check")
def keys_check() -> None:
    """Say what still needs an older key; nothing is changed."""
    from bot.commands import keys
    from bot.settings import Settings

    run_to_end(keys.check(Settings()))
