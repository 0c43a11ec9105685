"""Writing to many."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli import Login, run_to_end

app = typer.Typer(no_args_is_help=True, help="Write to many: check, approve, start, pause, and see what became of it.")


Which = Annotated[str, typer.Argument(help="The campaign's number, or its file.")]


def _campaign_act(what: str, which: str, login: str) -> None:
    from bot.commands import campaign
    from bot.settings import Settings

    run_to_end(campaign.act(Settings(), what, which, login))


@app.command("new")
def campaign_new(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write an example with every setting explained."""
    from bot.commands import campaign
    from bot.house import NotSetUp

    try:
        campaign.new(file)
    except NotSetUp as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command("check")
def campaign_check(which: Which) -> None:
    """Name every fault at once, and count who would get it; nothing is kept or sent."""
    from bot.commands import campaign
    from bot.settings import Settings

    faults = 0

    async def work() -> None:
        nonlocal faults
        faults = await campaign.look(Settings(), which)

    run_to_end(work())
    raise typer.Exit(1 if faults else 0)


@app.command("draft")
def campaign_draft(file: Annotated[Path, typer.Argument(help="The campaign's file.")], login: Login) -> None:
    """Keep it as a draft. A campaign of the same name that was not started is replaced, and its approval is void."""
    from bot.commands import campaign
    from bot.settings import Settings

    run_to_end(campaign.keep(Settings(), file, login))


@app.command("approve")
def campaign_approve(which: Which, login: Login) -> None:
    """Approve it as it is now; by somebody else than who wrote it, and only without a fault."""
    _campaign_act("approve", which, login)


@app.command("start")
def campaign_start(which: Which, login: Login) -> None:
    """Start an approved campaign; once."""
    _campaign_act("start", which, login)


@app.command("pause")
def campaign_pause(which: Which, login: Login) -> None:
    """Stop sending at once; what waits comes back into the list."""
    _campaign_act("pause", which, login)


@app.command("resume")
def campaign_resume(which: Which, login: Login) -> None:
    """Go on after a pause."""
    _campaign_act("resume", which, login)


@app.command("cancel")
def campaign_cancel(which: Which, login: Login) -> None:
    """End it for good: nobody else gets it."""
    _campaign_act("cancel", which, login)


@app.command("try")
def campaign_try(
    which: Which,
    login: Login,
    language: Annotated[str, typer.Option(help="id or en; without it, the language of the officer.")] = "",
    arm: Annotated[str, typer.Option(help="Which of two texts: a or b.")] = "a",
) -> None:
    """Send it to your own linked chats, as people will see it."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.try_out(Settings(), which, login, language, arm))


@app.command("again")
def campaign_again(which: Which, login: Login) -> None:
    """Draft it once more for those whom it failed to reach or never tried."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.again(Settings(), which, login))


@app.command("cost")
def campaign_cost(which: Which) -> None:
    """How many messages WhatsApp will bill, by country and category. No price is known here."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.cost(Settings(), which))


@app.command("export")
def campaign_export(
    which: Which, file: Annotated[Path | None, typer.Argument(help="The CSV to write; without it, to the terminal.")] = None
) -> None:
    """What became of each person, without names and numbers."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.export(Settings(), which, file))


@app.command("attach")
def campaign_attach(file: Annotated[Path, typer.Argument(help="A JPEG, PNG or PDF.")], login: Login) -> None:
    """Keep a picture or document that a campaign can take along."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.attach(Settings(), file, login))


@app.command("people")
def campaign_people(
    file: Annotated[Path, typer.Argument(help="A number or reference a line, or a CSV that begins with it.")], login: Login
) -> None:
    """Read a list of people for an audience; who is unknown is counted and not kept."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.people(Settings(), file, login))


@app.command("audiences")
def campaign_audiences() -> None:
    """Lists of people and filters that are kept."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    run_to_end(campaign_more.audiences(Settings()))


@app.command("status")
def campaign_status(which: Which) -> None:
    """Everybody by state and reason, and what they did within a week."""
    from bot.commands import campaign
    from bot.settings import Settings

    run_to_end(campaign.status(Settings(), which))


@app.command("list")
def campaign_list() -> None:
    """The newest campaigns: number, state, branch, last change, name."""
    from bot.commands import campaign
    from bot.settings import Settings

    run_to_end(campaign.listing(Settings()))
