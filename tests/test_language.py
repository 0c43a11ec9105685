"""In which language people write, and which one they ask for."""

import tomllib
from pathlib import Path

import pytest

from understanding import asked_for, written_in

EXAMPLES = Path(__file__).parent.parent / "understanding" / "examples"


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("am i covered?", "en"),
        ("my boss took my passport", "en"),
        ("how do i pay from taiwan", "en"),
        ("apakah saya terlindungi", "id"),
        ("bpjs sy msh aktif ga ya min", "id"),
        ("kalo contract nya break gimana dong kak", "id"),
        ("hello", None),
        ("ok thanks", None),
        ("12 maret 2027", None),
        ("taiwan", None),
        ("PT Maju Jaya", None),
        ("contract saya finish, how dong?", None),
        ("", None),
    ],
)
def test_the_language_of_a_message_is_told_by_its_small_words(said: str, language: str | None) -> None:
    assert written_in(said) == language


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("can we talk in english", "en"),
        ("saya ga bisa bahasa inggris", "id"),
        ("kok inggris sih", "id"),
        ("i don't speak indonesian", "en"),
        ("no english please, indonesian", "id"),
        ("can't understand, use english", "en"),
        ("bisa inggris ga?", "en"),
        ("bisa bahasa jawa ga", "another"),
        ("ganti bahasa", None),
    ],
)
def test_the_language_asked_for_is_the_one_that_is_meant(said: str, language: str | None) -> None:
    assert asked_for(said) == language


@pytest.mark.parametrize(("written", "told"), [("id", 0.5), ("en", 0.5)])
def test_almost_nobody_is_taken_for_somebody_who_writes_the_other_language(written: str, told: float) -> None:
    # Danger is left out: there English stands among the Indonesian, as people in need write it.
    files = [tomllib.loads(path.read_text(encoding="utf-8")) for path in EXAMPLES.glob("*.toml")]
    lines = [line for file in files for topic, block in file.items() if topic != "emergency" for line in block[written].splitlines()]
    said = [written_in(line) for line in lines if line]
    assert sum(language not in (written, None) for language in said) / len(said) < 0.001
    assert said.count("en" if written == "en" else "id") / len(said) > told
