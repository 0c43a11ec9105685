"""A wrong setting is said in a sentence, by its name and without its value."""

import subprocess
import sys

import pytest

from bot.settings import Settings


def sapa(**environment: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "bot", "chat"]
    return subprocess.run(
        run, env={"PATH": "/usr/bin:/bin", **environment}, input="", capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("url", ["foo", "mysql://a/b", "sqlite+aiosqlite:///x.db", "sqlite://", "sqlite:///", "postgresql+psycopg://a/b"])
def test_a_database_we_do_not_know_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SAPA_DATABASE_URL must be sqlite:///path or postgresql"):
        Settings(database_url=url)


@pytest.mark.parametrize("url", ["postgresql://sapa@host/sapa", "postgres://sapa@host/sapa", "postgresql+asyncpg://sapa@host/sapa"])
def test_postgresql_may_be_written_in_the_usual_ways(url: str) -> None:
    assert Settings(database_url=url).database_url == "postgresql+asyncpg://sapa@host/sapa"


def test_a_wrong_setting_is_named_and_its_value_is_not_shown() -> None:
    ended = sapa(SAPA_SECRET_KEY="hunter2 is short", SAPA_PORT="99999", SAPA_DATABASE_URL="foo://me:hunter3@host")
    assert ended.returncode == 2
    assert "SAPA_SECRET_KEY must have 32 or more characters" in ended.stderr
    assert "SAPA_PORT" in ended.stderr
    assert "SAPA_DATABASE_URL must be" in ended.stderr
    assert ".env.example" in ended.stderr, "where to read what they are for"
    for kept in ("Traceback", "hunter2", "hunter3", "99999"):
        assert kept not in ended.stderr + ended.stdout


def test_a_database_that_is_not_there_is_said_in_a_sentence() -> None:
    ended = sapa(SAPA_DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/none", SAPA_SECRET_KEY="k" * 32)
    assert ended.returncode == 1
    assert "The database does not answer" in ended.stderr
    assert "SAPA_DATABASE_URL" in ended.stderr
    assert "hunter2" not in ended.stderr
