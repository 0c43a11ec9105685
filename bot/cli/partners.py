"""Partners, their links and what they print."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import Language, run_to_end

app = typer.Typer(no_args_is_help=True, help="Partners, their links, QR codes and posters.")


class PartnerKind(StrEnum):
    P3MI = "p3mi"
    P4MI = "p4mi"
    MISSION = "mission"
    SCHOOL = "school"
    UNION = "union"
    EVENT = "event"


class Print(StrEnum):
    POSTER = "poster"
    LEAFLET = "leaflet"
    CARD = "card"


class Paper(StrEnum):
    A4 = "a4"
    A5 = "a5"


class Door(StrEnum):
    BEST = ""
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    WEBCHAT = "webchat"


Code = Annotated[str, typer.Argument(help="The link's code.")]


@app.command("add")
def partner_add(
    name: Annotated[str, typer.Argument(help="As workers know it.")],
    kind: Annotated[PartnerKind, typer.Option(help="What it is.")] = PartnerKind.P3MI,
    branch: Annotated[str, typer.Option(help="Whose partner; the settings' branch if left out.")] = "",
) -> None:
    """Keep a partner: an agency, a P4MI post, a mission, a school, a union, an organiser of events."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.add(Settings(), name, kind.value, branch))


@app.command("list")
def partner_list() -> None:
    """All partners: id, kind, branch, people who came, codes that hold, name."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.listing(Settings()))


@app.command("link")
def partner_link(
    id_: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as `sapa partner list` shows it.")],
    label: Annotated[str, typer.Option(help="Where the link is used, for staff.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; for good if left out.")] = None,
    campaign: Annotated[int | None, typer.Option(help="The number of the campaign it belongs to.")] = None,
) -> None:
    """Make a link; prints its code and the address of every channel that is set up."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.link(Settings(), id_, partner.NewLink(label, until, campaign)))


@app.command("revoke")
def partner_revoke(code: Code) -> None:
    """End a link at once: whoever still comes by it is served, and counted for nobody."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.revoke(Settings(), code))


@app.command("qr")
def partner_qr(
    code: Code,
    file: Annotated[Path, typer.Argument(help="Where to write it: .svg or .png.")],
    channel: Annotated[Door, typer.Option(help="Where it leads; the best channel that is set up if left out.")] = Door.BEST,
) -> None:
    """Write a link's QR code to a file."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.write_qr(Settings(), code, file, channel.value))


@app.command("poster")
def partner_poster(
    code: Code,
    file: Annotated[Path, typer.Argument(help="The PDF to write.")],
    what: Annotated[Print, typer.Option(help="What to print.")] = Print.POSTER,
    size: Annotated[Paper, typer.Option(help="On which paper.")] = Paper.A4,
    language: Annotated[Language, typer.Option(help="In which language.")] = Language.INDONESIAN,
) -> None:
    """Write a poster, a leaflet or a table card of a link to a PDF file."""
    from bot.commands import partner
    from bot.settings import Settings

    run_to_end(partner.write_print(Settings(), code, file, what.value, size.value, language.value))
