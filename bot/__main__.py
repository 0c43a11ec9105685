"""The `sapa` command. What a command needs is imported when it runs, so that each starts fast."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0])
facts_app = typer.Typer(no_args_is_help=True, help="Look at the facts the bot speaks, and check them.")
locales_app = typer.Typer(no_args_is_help=True, help="Check the words in both languages, and bring the catalogs up to date.")
officers_app = typer.Typer(no_args_is_help=True, help="Say who may use the desk.")
app.add_typer(officers_app, name="officers")
app.add_typer(facts_app, name="facts")
app.add_typer(locales_app, name="locales")
understand_app = typer.Typer(no_args_is_help=True, help="Measure and train how questions are understood.")
app.add_typer(understand_app, name="understand")
restore_app = typer.Typer(no_args_is_help=True, help="After a backup was put back.")
app.add_typer(restore_app, name="restore")

roster_app = typer.Typer(no_args_is_help=True, help="Import lists of members, look at them first, take one back.")
app.add_typer(roster_app, name="roster")

audit_app = typer.Typer(no_args_is_help=True, help="Whether what officers did still stands as it was written.")
app.add_typer(audit_app, name="audit")

keys_app = typer.Typer(no_args_is_help=True, help="Change the key that seals what people write.")
app.add_typer(keys_app, name="keys")

demo_app = typer.Typer(no_args_is_help=True, help="Fill the demo branch, to look at what the desk shows.")
app.add_typer(demo_app, name="demo")

campaign_app = typer.Typer(no_args_is_help=True, help="Write to many: check, approve, start, pause, and see what became of it.")
app.add_typer(campaign_app, name="campaign")

partner_app = typer.Typer(no_args_is_help=True, help="Partners, their links, QR codes and posters.")
app.add_typer(partner_app, name="partner")

AsJson = Annotated[bool, typer.Option("--json", help="Write JSON for a program instead of text for a person.")]


Which = Annotated[str, typer.Argument(help="The campaign's number, or its file.")]
Login = Annotated[str, typer.Option("--as", help="Who does this: the name they sign in to the desk with.")]


class Face(StrEnum):
    TERMINAL = "terminal"
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


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


class Platform(StrEnum):
    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"


class Language(StrEnum):
    INDONESIAN = "id"
    ENGLISH = "en"


class Scheme(StrEnum):
    PLACED = "placed"
    PERSEORANGAN = "perseorangan"
    EXTENSION = "extension"


class OfficerRole(StrEnum):
    ADMINISTRATOR = "administrator"
    APPROVER = "approver"
    AUTHOR = "author"
    OFFICER = "officer"
    AUDITOR = "auditor"
    PARTNER = "partner"


class Form(StrEnum):
    PDF = "pdf"
    XLSX = "xlsx"
    JSON = "json"


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

    _run(run(settings, Role(role.value), demo=demo, announce=typer.echo))


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
    _run(run(settings, channel.value, language.value, database or settings.database_url, save, sender))


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


@officers_app.command("add")
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
    _run(add(settings, NewOfficer(branch or settings.branch, role.value, login, name, partner=partner or None)))


@officers_app.command("list")
def officers_list() -> None:
    """Everybody who may use the desk, or once might: name to sign in, role, branch, state, name."""
    from bot.commands.officers import listing
    from bot.settings import Settings

    _run(listing(Settings()))


@officers_app.command("disable")
def officers_disable(login: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """Shut the desk to somebody, at once."""
    from bot.commands.officers import disable
    from bot.settings import Settings

    _run(disable(Settings(), login))


@officers_app.command("reset")
def officers_reset(login: Annotated[str, typer.Argument(help="The name they sign in with.")]) -> None:
    """For who lost their password or phone: prints a link with which they set both anew. Also opens the desk to one who was disabled."""
    from bot.commands.officers import reset
    from bot.settings import Settings

    _run(reset(Settings(), login))


@roster_app.command("import")
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

    _run(work())


@roster_app.command("undo")
def roster_undo(number: Annotated[int, typer.Argument(help="The roster's number, as `sapa roster list` shows it.")]) -> None:
    """Take an imported list back: what stood before it stands again."""
    from bot.commands import roster
    from bot.settings import Settings

    _run(roster.undo(Settings(), number))


@roster_app.command("list")
def roster_list() -> None:
    """All lists, newest first: number, state, branch, the day it speaks of, members, source."""
    from bot.commands import roster
    from bot.settings import Settings

    _run(roster.listing(Settings()))


@campaign_app.command("new")
def campaign_new(file: Annotated[Path, typer.Argument(help="The file to write.")]) -> None:
    """Write an example with every setting explained."""
    from bot.commands import campaign
    from bot.house import NotSetUp

    try:
        campaign.new(file)
    except NotSetUp as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@campaign_app.command("check")
def campaign_check(which: Which) -> None:
    """Name every fault at once, and count who would get it; nothing is kept or sent."""
    from bot.commands import campaign
    from bot.settings import Settings

    faults = 0

    async def work() -> None:
        nonlocal faults
        faults = await campaign.look(Settings(), which)

    _run(work())
    raise typer.Exit(1 if faults else 0)


@campaign_app.command("draft")
def campaign_draft(file: Annotated[Path, typer.Argument(help="The campaign's file.")], login: Login) -> None:
    """Keep it as a draft. A campaign of the same name that was not started is replaced, and its approval is void."""
    from bot.commands import campaign
    from bot.settings import Settings

    _run(campaign.keep(Settings(), file, login))


@campaign_app.command("approve")
def campaign_approve(which: Which, login: Login) -> None:
    """Approve it as it is now; by somebody else than who wrote it, and only without a fault."""
    _campaign_act("approve", which, login)


@campaign_app.command("start")
def campaign_start(which: Which, login: Login) -> None:
    """Start an approved campaign; once."""
    _campaign_act("start", which, login)


@campaign_app.command("pause")
def campaign_pause(which: Which, login: Login) -> None:
    """Stop sending at once; what waits comes back into the list."""
    _campaign_act("pause", which, login)


@campaign_app.command("resume")
def campaign_resume(which: Which, login: Login) -> None:
    """Go on after a pause."""
    _campaign_act("resume", which, login)


@campaign_app.command("cancel")
def campaign_cancel(which: Which, login: Login) -> None:
    """End it for good: nobody else gets it."""
    _campaign_act("cancel", which, login)


@campaign_app.command("try")
def campaign_try(
    which: Which,
    login: Login,
    language: Annotated[str, typer.Option(help="id or en; without it, the language of the officer.")] = "",
    arm: Annotated[str, typer.Option(help="Which of two texts: a or b.")] = "a",
) -> None:
    """Send it to your own linked chats, as people will see it."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.try_out(Settings(), which, login, language, arm))


@campaign_app.command("again")
def campaign_again(which: Which, login: Login) -> None:
    """Draft it once more for those whom it failed to reach or never tried."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.again(Settings(), which, login))


@campaign_app.command("cost")
def campaign_cost(which: Which) -> None:
    """How many messages WhatsApp will bill, by country and category. No price is known here."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.cost(Settings(), which))


@campaign_app.command("export")
def campaign_export(
    which: Which, file: Annotated[Path | None, typer.Argument(help="The CSV to write; without it, to the terminal.")] = None
) -> None:
    """What became of each person, without names and numbers."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.export(Settings(), which, file))


@campaign_app.command("attach")
def campaign_attach(file: Annotated[Path, typer.Argument(help="A JPEG, PNG or PDF.")], login: Login) -> None:
    """Keep a picture or document that a campaign can take along."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.attach(Settings(), file, login))


@campaign_app.command("people")
def campaign_people(
    file: Annotated[Path, typer.Argument(help="A number or reference a line, or a CSV that begins with it.")], login: Login
) -> None:
    """Read a list of people for an audience; who is unknown is counted and not kept."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.people(Settings(), file, login))


@campaign_app.command("audiences")
def campaign_audiences() -> None:
    """Lists of people and filters that are kept."""
    from bot.commands import campaign_more
    from bot.settings import Settings

    _run(campaign_more.audiences(Settings()))


@campaign_app.command("status")
def campaign_status(which: Which) -> None:
    """Everybody by state and reason, and what they did within a week."""
    from bot.commands import campaign
    from bot.settings import Settings

    _run(campaign.status(Settings(), which))


@campaign_app.command("list")
def campaign_list() -> None:
    """The newest campaigns: number, state, branch, last change, name."""
    from bot.commands import campaign
    from bot.settings import Settings

    _run(campaign.listing(Settings()))


def _campaign_act(what: str, which: str, login: str) -> None:
    from bot.commands import campaign
    from bot.settings import Settings

    _run(campaign.act(Settings(), what, which, login))


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
    _run(write(Settings(), *days, form.value, file, others=others, language=language.value))


@demo_app.command("traffic")
def demo_traffic(
    days: Annotated[int, typer.Option(min=1, max=730, help="How many days back it begins.")] = 90,
    seed: Annotated[int, typer.Option(help="The same seed is always the same traffic.")] = 1,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also into a database that already holds people.")] = False,
) -> None:
    """Let simulated people, clearly none, use the demo branch. Nothing is ever sent to them."""
    from bot.commands.demo import traffic
    from bot.settings import Settings

    _run(traffic(Settings(), days, seed, anyway=anyway))


Code = Annotated[str, typer.Argument(help="The link's code.")]


@partner_app.command("add")
def partner_add(
    name: Annotated[str, typer.Argument(help="As workers know it.")],
    kind: Annotated[PartnerKind, typer.Option(help="What it is.")] = PartnerKind.P3MI,
    branch: Annotated[str, typer.Option(help="Whose partner; the settings' branch if left out.")] = "",
) -> None:
    """Keep a partner: an agency, a P4MI post, a mission, a school, a union, an organiser of events."""
    from bot.commands import partner
    from bot.settings import Settings

    _run(partner.add(Settings(), name, kind.value, branch))


@partner_app.command("list")
def partner_list() -> None:
    """All partners: id, kind, branch, people who came, codes that hold, name."""
    from bot.commands import partner
    from bot.settings import Settings

    _run(partner.listing(Settings()))


@partner_app.command("link")
def partner_link(
    id_: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as `sapa partner list` shows it.")],
    label: Annotated[str, typer.Option(help="Where the link is used, for staff.")] = "",
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its last day; for good if left out.")] = None,
    campaign: Annotated[int | None, typer.Option(help="The number of the campaign it belongs to.")] = None,
) -> None:
    """Make a link; prints its code and the address of every channel that is set up."""
    from bot.commands import partner
    from bot.settings import Settings

    _run(partner.link(Settings(), id_, partner.NewLink(label, until, campaign)))


@partner_app.command("revoke")
def partner_revoke(code: Code) -> None:
    """End a link at once: whoever still comes by it is served, and counted for nobody."""
    from bot.commands import partner
    from bot.settings import Settings

    _run(partner.revoke(Settings(), code))


@partner_app.command("qr")
def partner_qr(
    code: Code,
    file: Annotated[Path, typer.Argument(help="Where to write it: .svg or .png.")],
    channel: Annotated[Door, typer.Option(help="Where it leads; the best channel that is set up if left out.")] = Door.BEST,
) -> None:
    """Write a link's QR code to a file."""
    from bot.commands import partner
    from bot.settings import Settings

    _run(partner.write_qr(Settings(), code, file, channel.value))


@partner_app.command("poster")
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

    _run(partner.write_print(Settings(), code, file, what.value, size.value, language.value))


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


@restore_app.command("accept")
def restore_accept() -> None:
    """Let campaigns go on after a backup was put back, once somebody has looked at what was sent since it was made."""
    from bot.commands.restore import accept
    from bot.settings import Settings

    _run(accept(Settings()))


@audit_app.command("verify")
def audit_verify(
    anchors: Annotated[Path | None, typer.Option(help="Lines of `sapa audit head` or of the log that were kept elsewhere.")] = None,
) -> None:
    """Walk the chain row by row, and compare it with what was noted outside the database each day: rows that were cut off are missed."""
    from bot.commands import audit
    from bot.settings import Settings

    _run(audit.verify(Settings(), anchors))


@audit_app.command("head")
def audit_head() -> None:
    """The newest row, as one line to keep where nobody of the house can reach it."""
    from bot.commands import audit
    from bot.settings import Settings

    _run(audit.head(Settings()))


@keys_app.command("rotate")
def keys_rotate() -> None:
    """Seal everything with the newest key, while the house serves; may be killed and run again. Then says whether the older key may go."""
    from bot.commands import keys
    from bot.settings import Settings

    _run(keys.rotate(Settings()))


@keys_app.command("check")
def keys_check() -> None:
    """Say what still needs an older key; nothing is changed."""
    from bot.commands import keys
    from bot.settings import Settings

    _run(keys.check(Settings()))


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


def _run(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end; what a person must set up first is said to them in one sentence."""
    from bot.house import NotSetUp
    from storage import Unavailable

    try:
        asyncio.run(work)
    except (NotSetUp, Unavailable) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def main() -> None:
    app()


if __name__ == "__main__":
    main()
