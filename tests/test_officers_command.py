"""`sapa officers`: who may use the desk, said in the shell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import house
from bot.commands import officers as command
from bot.settings import Settings
from storage import Database, audit, credentials, migrate, officers
from storage.audit import Wanted
from storage.officers import NewOfficer
from tests.talk import KEY

SRI = NewOfficer("sidoarjo", "officer", "sri@example.org", "Sri Wahyuni")


@pytest.fixture
async def settings(database_url: str) -> Settings:
    return Settings(_env_file=None, database_url=database_url, secret_key=KEY, public_url="https://desk.example")


async def owner_of(settings: Settings, said: str) -> int | None:
    """Whose link is printed."""
    token = re.search(r"https://desk\.example/desk/link/(\S+)", said)
    assert token
    async with house.working(settings) as database:
        return await database.writer.read(lambda db: credentials.link_owner(db, token[1], house.now()))


async def test_add_prints_a_link_that_works(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await command.add(settings, SRI)
    assert await owner_of(settings, capsys.readouterr().out)


async def test_a_name_that_is_taken_is_said(settings: Settings) -> None:
    await command.add(settings, SRI)
    with pytest.raises(house.NotSetUp, match="signs in as"):
        await command.add(settings, SRI)


async def test_list_shows_everybody_and_their_state(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(120):
        await command.add(settings, NewOfficer("sidoarjo", "officer", f"o{number:03}", f"Officer {number}"))
    await command.disable(settings, "o007")
    capsys.readouterr()
    await command.listing(settings)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 120
    assert lines[7] == "o007\tofficer\tsidoarjo\tdisabled\tOfficer 7"
    assert lines[8].split("\t")[3] == "never signed in"


async def test_reset_opens_the_desk_again_with_a_link(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await command.add(settings, SRI)
    await command.disable(settings, SRI.login)
    await command.reset(settings, "SRI@example.org")
    owner = await owner_of(settings, capsys.readouterr().out.rpartition("Give")[2])
    async with house.working(settings) as database:
        officer = await database.writer.read(lambda db: officers.by_login(db, SRI.login))
        rows = await database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    assert officer is not None
    assert (officer.id, officer.disabled_at) == (owner, None)
    assert [(row.action, row.officer_id) for row in rows] == [("officer.reset", None), ("officer.disabled", None), ("officer.added", None)]


async def test_nobody_by_that_name_is_said(settings: Settings) -> None:
    with pytest.raises(house.NotSetUp, match="officers list"):
        await command.disable(settings, "nobody")


async def test_the_first_run_makes_one_administrator_and_offers_the_link_until_it_is_used(tmp_path: Path) -> None:
    database: Database = house.open_database(f"sqlite:///{tmp_path / 'sapa.db'}", KEY)
    await migrate(database.url)
    first = await command.first_administrator(database, "http://localhost:1")
    again = await command.first_administrator(database, "http://localhost:1")
    assert first is not None
    assert again is not None
    token = again.rpartition("/")[2]
    assert first != again
    assert await database.writer.read(lambda db: credentials.link_owner(db, first.rpartition("/")[2], house.now())) is None
    owner = await database.writer.run(lambda db: credentials.spend_link(db, token, house.now()))
    assert owner is not None
    await database.writer.run(lambda db: credentials.set_password(db, owner, "a hash"))
    assert await command.first_administrator(database, "http://localhost:1") is None
    await database.close()
