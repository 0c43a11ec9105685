"""What was acknowledged stands in the files at that moment; whatever becomes of what was written after it, none of it is lost."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.house import load, new_engine, open_database
from storage import Inbound
from tests.crash.tables import sqlite_file
from tests.talk import BRANCH, KEY

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
MESSAGES = 20


async def test_what_was_acknowledged_is_in_the_files_however_much_of_the_rest_is_lost(tmp_path: Path, sqlite_url: str) -> None:
    """F17: the machine stops, and of what came after an acknowledgement the disk kept nothing, a part, or all."""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOON)
    file = Path(sqlite_file(sqlite_url))
    log = file.with_name(f"{file.name}-wal")
    engine = new_engine(database, "sidoarjo", lambda: NOON)
    engine.start()
    lengths = []
    try:
        for number in range(MESSAGES):
            await engine.receive([Inbound("telegram", "42", f"m{number}", NOON, "menu")])
            lengths.append(log.stat().st_size)
        shutil.copyfile(file, tmp_path / "kept.db")  # the log was not yet carried over into it
        written = log.read_bytes()
    finally:
        await engine.close()
        await database.close()
    assert sorted(set(lengths)) == lengths, "each acknowledgement came after something was written to the log"
    dice = random.Random(17)
    for number, length in enumerate(lengths):
        for lost in (length, dice.randint(length, len(written)), len(written)):
            assert after_the_loss(tmp_path, written[:lost], number) >= number + 1


def after_the_loss(folder: Path, log: bytes, number: int) -> int:
    """How many messages, each with its answer, stand in the database when it is opened with so much of its log."""
    copy = folder / "opened.db"
    shutil.copyfile(folder / "kept.db", copy)
    copy.with_name("opened.db-wal").write_bytes(log)
    copy.with_name("opened.db-shm").unlink(missing_ok=True)
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        kept = {name for (name,) in db.execute("SELECT id FROM inbound")}
        answered = {f"telegram:{follows}" for (follows,) in db.execute("SELECT follows FROM deliveries")}
    wanted = {f"telegram:m{before}" for before in range(number + 1)}
    assert wanted <= kept
    assert kept == answered, "never a message without its answer"
    return len(kept)
