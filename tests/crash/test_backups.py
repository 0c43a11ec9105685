"""A backup that is made under load is whole: what it holds is what those messages alone would have brought about, and the house serves from it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.guard import Guard
from tests import needs
from tests.crash.checker import Evidence, accepted_updates, update_of
from tests.crash.fleet import Nest
from tests.crash.model import differences
from tests.crash.tables import plain, read_tables, rows, sqlite_file
from tests.crash.test_outages import talk
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, World, kind_of, world
from tests.postgres import Cluster
from tests.serving import ROOT
from tests.talk import KEY

COPIES = 2


@pytest.mark.slow
async def test_a_backup_under_load_is_whole_and_serves(
    tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest, request: pytest.FixtureRequest
) -> None:
    """F38"""
    kind = kind_of(database_url)
    cluster: Cluster | None = request.getfixturevalue("cluster") if kind == "postgresql" else None
    async with world(tmp_path, database_url, migrated_file, nest, roles=ROLES[kind][::2], seed=38) as here:
        workers = Workers(here.telegram, 38)
        await talk(here, workers, 2)
        urls = []
        for number in range(COPIES):
            accepted = accepted_updates(await here.evidence())
            talking = asyncio.create_task(talk(here, workers, 6, pause=0.05))
            urls.append(await asyncio.to_thread(copied, database_url, tmp_path / f"copy{number}", cluster))
            await whole(here, urls[-1], accepted, number)
            await talking
        await here.judge()
        await serves_from(here, urls[0])


async def whole(here: World, url: str, accepted: set[int], number: int) -> None:
    """All that was acknowledged before, and of every message in it exactly what it brings about."""
    tables = await read_tables(url)
    assert {update_of(row["id"]) for row in tables.inbound} >= accepted
    folder = here.folder / f"model{number}"
    folder.mkdir()
    found = await differences(Evidence(here.telegram.ledger(), tables, dict(here.audience)), folder, here.migrated)
    assert found == []
    if file := sqlite_file(url):
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def serves_from(here: World, url: str) -> None:
    """In the older copy campaigns rest until a person has looked; whoever writes is answered."""
    await Guard(here.database, here.folder).note()
    for server in here.servers:
        await here.kill(server)
        server.settings["SAPA_DATABASE_URL"] = url
    noted = Guard(here.database, here.folder).path
    if file := sqlite_file(url):
        shutil.copyfile(noted, f"{file}.newest")
    else:
        shutil.copyfile(noted, noted.with_name(f"{make_url(url).database}.newest"))
    await here.start_all()
    before = len(here.telegram.sends(77))
    await here.telegram.text(77, "menu")
    await here.telegram.wait_for_sends(before + 1, 77, within=60)
    assert [row["reason"] for row in await rows(url, "SELECT reason FROM pauses")] == ["restored"]


def copied(url: str, to: Path, cluster: Cluster | None) -> str:
    """The address of the copy."""
    if cluster is None:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SAPA_DATABASE_URL": url, "SAPA_SECRET_KEY": KEY}
        subprocess.run([sys.executable, "-m", "bot", "backup", str(to)], cwd=to.parent, env=environment, check=True, capture_output=True)
        return f"sqlite:///{to}"
    programs = needs.need("postgresql")
    name = f"{make_url(url).database}_{to.name}"
    other = cluster.create(name)
    subprocess.run([programs / "pg_dump", "--format=custom", f"--file={to}", plain(url)], check=True, capture_output=True)
    subprocess.run([programs / "pg_restore", f"--dbname={plain(other)}", "--no-owner", str(to)], check=True, capture_output=True)
    return other
