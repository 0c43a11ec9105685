"""`sapa campaign`: written, checked, kept, approved by a second person, started, stopped and told of in the shell."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import house
from bot.commands import campaign as command
from bot.commands import campaign_more as more
from bot.settings import Settings
from storage import officers
from storage.officers import NewOfficer
from storage.writer import Connection
from tests.campaigning import Clock, people, runner
from tests.talk import BRANCH, KEY
from tests.test_campaigns_check import SOUND


@pytest.fixture
async def settings(sqlite_url: str) -> Settings:
    settings = Settings(
        _env_file=None, database_url=sqlite_url, secret_key=SecretStr(KEY), telegram_token=SecretStr("1:x"), whatsapp_rate=0
    )
    async with house.working(settings) as database:
        await house.load(database, BRANCH, house.now())
        await people(database, 3)

        async def work(db: Connection) -> None:
            for login, role in (("ani", "author"), ("budi", "approver"), ("cici", "officer")):
                await officers.add(db, database.tools, NewOfficer("sidoarjo", role, login, login.title()), house.now())

        await database.writer.run(work)
    return settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "campaign.toml"
    path.write_text(SOUND.replace("[audience]", '[audience]\nchannels = ["telegram"]'), encoding="utf-8")
    return path


def edit(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_the_example_is_written_and_nothing_is_overwritten(tmp_path: Path) -> None:
    command.new(tmp_path / "new.toml")
    assert "# " in (tmp_path / "new.toml").read_text(encoding="utf-8")
    with pytest.raises(house.NotSetUp, match="there already"):
        command.new(tmp_path / "new.toml")


async def test_from_a_file_to_a_campaign_under_way(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command.look(settings, str(file)) == 0
    await command.keep(settings, file, "ani")
    await command.act(settings, "approve", str(file), "budi")
    await command.act(settings, "start", str(file), "ani")
    await command.act(settings, "pause", str(file), "ani")
    await command.act(settings, "resume", str(file), "budi")
    await command.status(settings, str(file))
    await command.act(settings, "cancel", str(file), "ani")
    await command.listing(settings)
    said = capsys.readouterr().out
    assert "3 telegram: would get it" in said
    assert [line.rsplit(" is ")[1] for line in said.splitlines() if ") is " in line] == [
        "approved.",
        "planning.",
        "paused.",
        "planning.",
        "cancelled.",
    ]


async def test_who_wrote_it_cannot_approve_it(settings: Settings, file: Path) -> None:
    await command.keep(settings, file, "budi")
    with pytest.raises(house.NotSetUp, match="a colleague must"):
        await command.act(settings, "approve", str(file), "budi")


@pytest.mark.parametrize("login", ["ani", "cici"])
async def test_only_an_approver_approves(settings: Settings, file: Path, login: str) -> None:
    await command.keep(settings, file, "ani")
    with pytest.raises(house.NotSetUp, match="role"):
        await command.act(settings, "approve", str(file), login)


async def test_an_edit_makes_the_approval_void(settings: Settings, file: Path) -> None:
    await command.keep(settings, file, "ani")
    await command.act(settings, "approve", str(file), "budi")
    edit(file, "Halo", "Hai")
    with pytest.raises(house.NotSetUp, match="not kept as it is now"):
        await command.act(settings, "start", str(file), "ani")
    await command.keep(settings, file, "ani")
    with pytest.raises(house.NotSetUp, match="not approved yet"):
        await command.act(settings, "start", str(file), "ani")


async def test_started_twice_is_one_run(settings: Settings, file: Path) -> None:
    await command.keep(settings, file, "ani")
    await command.act(settings, "approve", str(file), "budi")
    await command.act(settings, "start", str(file), "ani")
    with pytest.raises(house.NotSetUp, match="started already"):
        await command.act(settings, "start", str(file), "budi")


async def test_with_a_fault_it_is_neither_approved_nor_started(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(file, '"coverage"', '"nowhere"')
    await command.keep(settings, file, "ani")
    with pytest.raises(house.NotSetUp, match="mend its faults"):
        await command.act(settings, "approve", str(file), "budi")
    assert "button 1: There is no dialogue, step or topic nowhere" in capsys.readouterr().err


async def test_a_broken_file_is_told_line_by_line(settings: Settings, file: Path) -> None:
    edit(file, 'name = "Cek"', "name = 1\ncolour = 2")
    with pytest.raises(house.NotSetUp, match=r"(?s)line 2, name.*line 3, colour"):
        await command.look(settings, str(file))


async def test_what_is_not_there_is_said(settings: Settings) -> None:
    with pytest.raises(house.NotSetUp, match="no campaign 7"):
        await command.status(settings, "7")
    with pytest.raises(house.NotSetUp, match="cannot be read"):
        await command.look(settings, "nothing.toml")


async def test_who_has_no_chat_of_their_own_is_told_how_to_link_one(settings: Settings, file: Path) -> None:
    await command.keep(settings, file, "ani")
    with pytest.raises(house.NotSetUp, match="linked no chat"):
        await more.try_out(settings, str(file), "ani", "", "a")


async def test_a_list_a_picture_and_the_cost_from_the_shell(
    settings: Settings, file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers, picture, page = tmp_path / "orang.csv", tmp_path / "poster.png", tmp_path / "page.html"
    numbers.write_text("nama;nomor\n081234567890;Siti\n", encoding="utf-8")
    picture.write_bytes(b"\x89PNG\r\n\x1a\n picture")
    page.write_text("<html>", encoding="utf-8")
    await more.people(settings, numbers, "ani")
    await more.attach(settings, picture, "ani")
    await more.audiences(settings)
    await more.cost(settings, str(file))
    said = capsys.readouterr().out
    assert "2 lines: 0 people known, 1 lines nobody's, 1 no number or reference." in said
    assert "attachment = " in said
    assert "orang.csv" in said
    assert "Nothing of it is billed by message" in said
    with pytest.raises(house.NotSetUp, match="no JPEG"):
        await more.attach(settings, page, "ani")
    with pytest.raises(house.NotSetUp, match="role or branch"):
        await more.people(settings, numbers, "cici")


async def test_the_results_go_into_a_file_without_names(settings: Settings, file: Path, tmp_path: Path) -> None:
    await command.keep(settings, file, "ani")
    await command.act(settings, "approve", str(file), "budi")
    await command.act(settings, "start", str(file), "ani")
    async with house.working(settings) as database:
        await runner(database, Clock(house.now())).tick()
        await runner(database, Clock(house.now())).tick()
    await more.export(settings, str(file), tmp_path / "out.csv")
    rows = list(csv.reader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["person", "channel", "state", "reason", "at", "pressed"]
    assert [row[1] for row in rows[1:]] == ["telegram"] * 3


async def test_the_results_go_to_the_terminal_which_stays_open(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await command.keep(settings, file, "ani")
    await more.export(settings, str(file), None)
    print("still here")  # noqa: T201
    assert capsys.readouterr().out.splitlines()[-2:] == ["person,channel,state,reason,at,pressed", "still here"]
