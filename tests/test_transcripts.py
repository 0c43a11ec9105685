"""Golden conversations, each line answered by a new process, on SQLite and on PostgreSQL (every third one; all of them in `make soak`)."""

from pathlib import Path

import pytest

from tests.conftest import Golden
from tests.talk import play

TRANSCRIPTS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.sqlite_first] if number % 3 else [])
    for number, path in enumerate(sorted((Path(__file__).parent / "transcripts").glob("*.txt")))
]


@pytest.mark.parametrize("path", TRANSCRIPTS)
def test_the_bot_says_what_the_transcript_says(path: Path, database_url: str, golden: Golden) -> None:
    golden(path, play(path.read_text(encoding="utf-8"), database_url))
