"""`sapa roster`: import a list from the shell, look first, take it back. All of it or nothing; the same file twice changes nothing."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from bot import house
from bot.__main__ import app
from bot.commands import roster as command
from bot.commands.roster import Order
from bot.settings import Settings
from storage import audit, rosters
from storage import members as desk_members
from storage.audit import Wanted
from storage.coverage import MEMBERS, ROSTERS
from tests.talk import KEY
from tests.workbooks import workbook

HEADINGS = ["Nama", "No KPJ", "NIK", "Tgl Lahir", "Mulai", "Berakhir"]
RIGHT = ["Siti Contoh", "26010000011", "3515005503900000", "1990-03-15", "2025-04-01", "2027-03-31"]
WRONG = ["Budi Contoh", "26010000029", "1.23E+15", "1988-07-12", "2025-04-01", "2027-03-31"]
ALL = {"scheme": "placed", "programmes": "JKK JKM"}


@pytest.fixture
async def settings(database_url: str) -> Settings:
    settings = Settings(_env_file=None, database_url=database_url, secret_key=KEY)
    async with house.working(settings) as database:
        await house.load(database, house.DEMO, house.now())
    return settings


def lines(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in [HEADINGS, *rows]).encode()


def order(file: Path, content: bytes, **more: object) -> Order:
    file.write_bytes(content)
    return Order(file, date(2026, 11, 20), all_rows=ALL, **more)  # type: ignore[arg-type]


async def members(settings: Settings) -> int:
    """Those that came from files, besides the demo's."""
    async with house.working(settings) as database:
        count = select(func.count()).select_from(MEMBERS.join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)).where(ROSTERS.c.file != "")
        return int((await database.writer.read(lambda db: db.execute(count))).scalar_one())


async def test_a_list_is_imported_once_and_taken_back(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = order(tmp_path / "Peserta_November.csv", lines(RIGHT))
    await command.bring_in(settings, wanted)
    said = capsys.readouterr().out
    assert "1 members of sidoarjo, as of 2026-11-20, source: Peserta November" in said
    number = int(said.rpartition(" ")[2])
    await command.bring_in(settings, wanted)
    assert f"imported already, as roster {number}" in capsys.readouterr().out
    assert await members(settings) == 1
    await command.undo(settings, number)
    assert await members(settings) == 0
    with pytest.raises(house.NotSetUp, match="sapa roster list"):
        await command.undo(settings, number)
    capsys.readouterr()
    await command.listing(settings)
    assert capsys.readouterr().out.splitlines()[0] == f"{number}\tundone\tsidoarjo\t2026-11-20\t1\tPeserta November"
    async with house.working(settings) as database:
        rows = await database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("roster",))))
    assert [row.action for row in rows] == ["roster.undone", "roster.imported", "roster.import_begun"]


async def test_a_dry_run_changes_nothing(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await command.bring_in(settings, order(tmp_path / "a.csv", lines(RIGHT), dry_run=True))
    assert "1 members, 0 left out" in capsys.readouterr().out
    assert await members(settings) == 0


async def test_a_fault_stops_the_import_unless_faulty_rows_are_to_be_left_out(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B15"""
    wanted = order(tmp_path / "a.csv", lines(RIGHT, WRONG))
    with pytest.raises(house.NotSetUp, match="--skip-faulty"):
        await command.bring_in(settings, wanted)
    assert "row 3: NIK was turned into a calculated number" in capsys.readouterr().out
    assert await members(settings) == 0
    await command.bring_in(settings, order(tmp_path / "a.csv", lines(RIGHT, WRONG), skip_faulty=True))
    assert await members(settings) == 1


async def test_a_workbook_with_headings_of_its_own_is_mapped(settings: Settings, tmp_path: Path) -> None:
    book = workbook([["Orang", *HEADINGS[1:]], RIGHT])
    with pytest.raises(house.NotSetUp, match=r"No column was found for: name\. The columns are: Orang"):
        await command.bring_in(settings, order(tmp_path / "a.xlsx", book))
    with pytest.raises(house.NotSetUp, match="No column is called 'Oran'"):
        await command.bring_in(settings, order(tmp_path / "a.xlsx", book, columns={"name": "Oran"}))
    await command.bring_in(settings, order(tmp_path / "a.xlsx", book, columns={"name": "orang"}))
    assert await members(settings) == 1


async def test_what_cannot_be_read_or_placed_is_said(settings: Settings, tmp_path: Path) -> None:
    for content, said in ((b"", "nothing in this file"), (b"a" * (10 << 20) + b"a", "larger than 10 MB")):
        with pytest.raises(house.NotSetUp, match=said):
            await command.bring_in(settings, order(tmp_path / "a.csv", content))
    with pytest.raises(house.NotSetUp, match="cannot be read"):
        await command.bring_in(settings, Order(tmp_path / "none.csv", date(2026, 11, 20)))
    with pytest.raises(house.NotSetUp, match="--branch: sidoarjo"):
        await command.bring_in(settings, order(tmp_path / "a.csv", lines(RIGHT), branch="surabaya"))
    assert await members(settings) == 0


def test_pairs_are_read_and_refused_with_the_fields_there_are() -> None:
    assert command.pairs(["name=Nama Lengkap"], ("name", "nik")) == {"name": "Nama Lengkap"}
    for wrong in ("name", "name=", "nama=x"):
        with pytest.raises(house.NotSetUp, match="name, nik"):
            command.pairs([wrong], ("name", "nik"))


def test_the_help_tells_a_stranger_what_a_list_needs() -> None:
    said = " ".join(CliRunner().invoke(app, ["roster", "import", "--help"], env={"COLUMNS": "200"}).output.split())
    for part in ("card number (KPJ), name", "--dry-run", "--map", "--as-of", "--branch", "the newest (--as-of) is told"):
        assert part in said


@pytest.mark.slow
async def test_an_import_that_is_killed_is_believed_by_nobody_and_can_be_done_again(settings: Settings, tmp_path: Path) -> None:
    """B15: whatever it had written is unseen, and goes with the next sweep of a later day."""
    rows = [["Peserta", f"2611{number:07}", "", *RIGHT[3:]] for number in range(20_000)]
    file = tmp_path / "Peserta.csv"
    file.write_bytes(lines(*rows))
    given = {"SAPA_DATABASE_URL": settings.database_url, "SAPA_SECRET_KEY": KEY, "PATH": os.environ["PATH"]}
    asked = ["roster", "import", str(file), "--all", "scheme=placed", "--all", "programmes=JKK JKM"]
    importing = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *asked, env=given, stdout=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(60):
        while not await members(settings):
            assert importing.returncode is None
    importing.kill()
    await importing.wait()
    async with house.working(settings) as database:
        dead = await database.writer.read(lambda db: rosters.find(db, "*", states=(rosters.IMPORTING,)))
        seen = await database.writer.read(lambda db: desk_members.find(db, database.tools, "*", desk_members.Wanted(name="Peserta")))
    assert [one.report for one in dead] == [{}]
    assert seen == []
    await command.bring_in(settings, Order(file, date(2026, 11, 20), all_rows=ALL))
    async with house.working(settings) as database:
        later = house.now() + timedelta(days=2)
        while await database.writer.run(lambda db: rosters.sweep(db, later, 5000)):
            pass
    assert await members(settings) == 20_000


@pytest.mark.slow
@pytest.mark.sqlite_first
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_fifty_thousand_rows_take_a_minute_and_two_hundred_megabytes_at_most(settings: Settings, tmp_path: Path, kind: str) -> None:
    """L10, as the system counts the process: its CPU seconds and the most memory it ever held."""
    rows = [["Peserta", f"2611{number:07}", "", *RIGHT[3:]] for number in range(50_000)]
    file = tmp_path / f"Peserta.{kind}"
    file.write_bytes(lines(*rows) if kind == "csv" else workbook([HEADINGS, *rows]))
    given = {"SAPA_DATABASE_URL": settings.database_url, "SAPA_SECRET_KEY": KEY, "PATH": os.environ["PATH"]}
    asked = ["roster", "import", str(file), "--all", "scheme=placed", "--all", "programmes=JKK JKM"]
    importing = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", *asked, env=given, stdout=asyncio.subprocess.DEVNULL)
    most, seconds = 0, 0.0
    waiting = asyncio.create_task(importing.wait())
    while not waiting.done():
        most, seconds = max(most, _most_memory(importing.pid)), max(seconds, _seconds(importing.pid))
        await asyncio.wait([waiting], timeout=0.05)
    assert importing.returncode == 0
    assert await members(settings) == 50_000
    assert (seconds < 60, most < 200 * 1024) == (True, True), (seconds, most)


def _most_memory(pid: int) -> int:
    """The most that it held since it began, in kB."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    return 0


def _seconds(pid: int) -> float:
    """Of CPU, its own and the system's for it."""
    with suppress(OSError, IndexError):
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return 0
