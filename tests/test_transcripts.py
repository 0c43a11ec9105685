"""Golden conversations, each line answered by a new process, on SQLite and on PostgreSQL."""

from pathlib import Path

import pytest

from tests.conftest import Golden
from tests.talk import play

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_bot_says_what_the_transcript_says(path: Path, database_url: str, golden: Golden) -> None:
    golden(path, play(path.read_text(encoding="utf-8"), database_url))
