"""What an operator sees: alive, ready, and figures that show counts and never who."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot import metrics
from bot.house import open_database
from locales import Page
from storage import pauses
from storage.changes import table_of
from storage.conversations import InboundRow
from storage.deliveries import DELIVERIES, reply_row
from storage.figures import Figures, dropped, figures
from storage.writer import Connection
from tests.emulators.client import TelegramEmulator
from tests.serving import TOKEN, serving
from tests.talk import KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
CANARY_NIK = "3515005503900000"
CANARY_PHONE = "+85261234567"
CANARY_WORDS = "rahasia-kenari"
# What an operator must be able to see: received, handled, what waits and how long, sends by outcome, doubt, what was put aside, gaps, times.
FIGURES = {
    *("sapa_received_total", "sapa_handled_total", "sapa_sends_total", "sapa_in_doubt", "sapa_quarantined", "sapa_updates_dropped"),
    *("sapa_receive_seconds_bucket", "sapa_send_seconds_bucket", "sapa_held_up_total", "sapa_spare_files", "sapa_tasks"),
}


async def test_the_server_says_that_it_is_alive_and_ready(tmp_path: Path, database_url: str) -> None:
    async with serving(tmp_path, database_url) as server:
        assert (await server.get("/health"))[0] == 200
        assert await server.get("/ready") == (200, '{"database": true, "loop": true, "files": true}')
        status, words = await server.get("/nowhere")
        assert (status, words) == (404, "404 Not Found\n")


async def test_figures_are_on_a_port_of_their_own(tmp_path: Path, sqlite_url: str, free_port: int) -> None:
    """W25"""
    async with TelegramEmulator.start(tmp_path) as telegram:
        more = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "metrics_port": str(free_port)}
        async with serving(tmp_path, sqlite_url, **more) as server:
            await telegram.text(42, "halo")
            await telegram.wait_for_sends(1)
            assert (await server.get("/metrics"))[0] == 404, "not on the public port"
            server.url = f"http://127.0.0.1:{free_port}/"
            status, shown = await server.get("/metrics")
            assert status == 200
            assert 'sapa_received_total{channel="telegram"} 1.0' in shown
            assert 'sapa_sends_total{channel="telegram",state="sent"} 1.0' in shown
            assert "sapa_in_doubt 0.0" in shown
            named = {line.split("{")[0].split(" ")[0] for line in shown.splitlines() if not line.startswith("#")}
            assert named >= FIGURES


async def test_no_secret_and_nothing_said_ever_stands_in_a_log(tmp_path: Path, sqlite_url: str) -> None:
    """P1"""
    async with TelegramEmulator.start(tmp_path, faults=[{"kind": "reset", "when": "before", "probability": 0.5}]) as telegram:
        more = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "log_level": "DEBUG"}
        async with serving(tmp_path, sqlite_url, **more) as server:
            for words in ("/cek", CANARY_NIK, CANARY_PHONE, f"{CANARY_WORDS} {CANARY_NIK}", "menu"):
                await telegram.text(42, words, first_name="Kenari")
            await telegram.wait_for_sends(3, within=30)
            pages = "".join([(await server.get(path))[1] for path in ("/ready", "/nowhere", "/chat", "/telegram/webhook")])
            await server.stop()
        seen = server.log.read_text() + pages
        for canary in (telegram.token, telegram.token.split(":")[1], KEY, CANARY_NIK, CANARY_PHONE, CANARY_WORDS, "Kenari"):
            assert canary not in seen, f"{canary[:4]}... stands in a log or an error page"
        kept = b"".join(path.read_bytes() for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("sapa.db*"))
        for canary in (CANARY_NIK, CANARY_PHONE, CANARY_PHONE[1:]):
            assert canary.encode() not in kept, "a number is readable in the database"


async def test_each_figure_is_what_the_tables_hold(database_url: str) -> None:
    database = open_database(database_url, KEY)
    try:

        async def work(db: Connection) -> Figures:
            await pauses.pause(db, database.dialect, pauses.CAMPAIGNS, pauses.RESTORED, NOW)
            rows = [
                row_of(number, state, minutes) for number, (state, minutes) in enumerate([("queued", 5), ("queued", 1), ("in_doubt", 9)])
            ]
            await db.execute(insert(DELIVERIES), rows)
            aside = {"id": "t:1", "at": NOW, "number": 1, "state": "quarantined"}
            await db.execute(insert(table_of(InboundRow)), [aside, aside | {"id": "t:2", "number": 2, "state": "done"}])
            return await figures(db, NOW)

        metrics.show(await database.writer.run(work))
    finally:
        await database.close()
    assert shown("sapa_queue_depth", channel="telegram", lane="0") == 2
    assert shown("sapa_queue_age_seconds", channel="telegram") == 300
    assert [shown(f"sapa_{name}") for name in ("in_doubt", "quarantined", "updates_dropped")] == [1, 1, 0]
    assert shown("sapa_resting", name="campaigns", reason="restored") == 1


def row_of(number: int, state: str, minutes: int) -> dict[str, Any]:
    at = NOW - timedelta(minutes=minutes)
    row = reply_row(number, f"k{number}", 1, "a", "telegram", Page("halo"), at, pulled=False, follows=None)
    return row | {"state": state, "due_at": at}


def shown(name: str, /, **labels: str) -> float | None:
    return metrics.REGISTRY.get_sample_value(name, labels)


async def test_updates_that_telegram_gave_up_on_are_counted(database_url: str) -> None:
    database = open_database(database_url, KEY)
    try:

        async def work(db: Connection) -> int:
            rows = [(number, NOW - timedelta(hours=1)) for number in (1, 2, 5, 6, 500_000, 500_001)] + [
                (500_004, NOW - timedelta(minutes=1))
            ]
            await db.execute(
                insert(table_of(InboundRow)), [{"id": f"t:{number}", "at": at, "number": number, "state": "done"} for number, at in rows]
            )
            return await dropped(db, NOW)

        assert await database.writer.run(work) == 2, "3 and 4; a new row of numbers is no hole, and what is minutes late may still come"
    finally:
        await database.close()


async def test_an_sqlite_file_has_one_server(tmp_path: Path, sqlite_url: str) -> None:
    async with serving(tmp_path, sqlite_url):
        with pytest.raises(AssertionError, match=r"already serves[\s\S]*PostgreSQL"):
            async with serving(tmp_path, sqlite_url):
                pass


def test_the_token_of_the_tests_is_shaped_like_a_real_one() -> None:
    from bot.logs import hide

    assert hide(f"https://api/bot{TOKEN}/sendMessage") == "https://api/bot[hidden]/sendMessage"
