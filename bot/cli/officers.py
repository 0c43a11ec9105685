"""Who may use the desk."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli import run_to_end

app = typer.Typer(no_args_is_help=True, help="Say who may use the desk.")


class OfficerRole(StrEnum):
    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    AUTHOR = "author"
    OFFICER = "officer"
    AUDITOR = "auditor"
    PARTNER = "partner"


@app.command("add")
def officers_add(
    login: Annotated[str, typer.Argument(help="The name they sign in with, for example their work e-mail.")],
    name: Annotated[str, typer.Option(help="Their name, as workers and colleagues see it.")],
    role: Annotated[OfficerRole, typer.Option(help="What they do.")] = OfficerRole.OFFICER,
    branch: Annotated[str, typer.Option(help='Their branch; the settings\' if left out, "*" for all.')] = "",
    partner: Annotated[str, typer.Option(help="Of a partner: which one.")] = "",
) -> None:
    """Let somebody use the desk; prints a link with which they set their password and second factor."""
    from bot.commands.officers import add
    from bot.settings import Settings
    from storage.officers import NewOfficer

    settings = Settings()
    run_to_end(add(settings, NewOfficer(branch or settings.branch, role.value, login, name, partner=partner or None)))


@app.command("list")
def officers_list() -> None:
    """Everybody who may use the desk, or once might: name to sign in, role, branch, state, name."""
    from bot.commands.officers import listing
    from bot.settings import Settings

    run_to_end(listing(Settings()))


@app.command("disable")
def officers_disable(login: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """Shut the desk to somebody, at once."""
    from bot.commands.officers import disable
    from bot.settings import Settings

    run_to_end(disable(Settings(), login))


@app.command("reset")
def officers_reset(login: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """For who lost their password or phone: prints a link with which they set both anew. Also opens the desk to one who was disabled."""
    from bot.commands.officers import reset
    from bot.settings import Settings

    run_to_end(reset(Settings(), login))
