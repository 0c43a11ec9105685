"""`sapa ask` and `sapa understand evaluate`: one object a line, whatever editor wrote the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from understanding import TOPICS

ODD = "\ufeff# a note\r\ncoverage_check\tbs cek ga ya min\r\n\r\n   \r\nclaim|death\tnote\tcara klaim kematian gimana\r\njust a\u2028question\r\n"


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_a_question_is_one_object() -> None:
    code, out, _err = run("ask", "iuran 2 tahun berapa", "--json")
    assert code == 0
    said = json.loads(out)
    assert list(said) == ["text", "topic", "confidence", "alternatives"]
    assert said["text"] == "iuran 2 tahun berapa"
    assert said["topic"] == "contribution" == said["alternatives"][0]
    assert 0.5 < said["confidence"] <= 1
    assert 1 <= len(said["alternatives"]) <= 3
    assert set(said["alternatives"]) <= set(TOPICS)


def test_who_is_in_danger_is_heard_first() -> None:
    said = json.loads(run("ask", "tolong sy disekap majikan, cara klaim gimana", "--json")[1])
    assert said["topic"] == "emergency" == said["alternatives"][0]


@pytest.mark.parametrize("text", ["😂😂", "مرحبا", "a" * 4000, "\u200b", "-", "'; DROP TABLE x;--"])
def test_anything_at_all_is_one_object(text: str) -> None:
    said = json.loads(run("ask", "--json", "--", text)[1])
    assert said["text"] == text
    assert said["topic"] is None or said["topic"] in TOPICS


def test_a_file_of_any_editor_is_read_a_question_a_line(tmp_path: Path) -> None:
    path = tmp_path / "odd.tsv"
    path.write_bytes(ODD.encode())
    code, out, _err = run("ask", "--file", str(path), "--json")
    assert code == 0
    assert [json.loads(line)["text"] for line in out.splitlines()] == [
        "bs cek ga ya min",
        "cara klaim kematian gimana",
        "just a\u2028question",
    ]


def test_an_empty_file_asks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "empty.tsv"
    path.write_bytes(b"")
    assert run("ask", "--file", str(path), "--json")[:2] == (0, "")


def test_no_question_is_told_how_to_ask() -> None:
    code, _out, err = run("ask", "--json")
    assert code == 2
    assert "sapa ask" in err


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, _out, err = run("ask", "--file", str(tmp_path / "away.tsv"), "--json")
    assert code == 2
    assert "away.tsv" in "".join(letter for letter in err if letter.isalnum() or letter == ".")  # a long path is wrapped in its box


def test_the_answer_itself_is_told() -> None:
    assert "Rp332,500" in run("ask", "how much for 2 years", "--language", "en")[1]


def test_a_file_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "some.tsv"
    path.write_bytes(
        "\ufeffcontribution\tiuran 2 tahun berapa\r\n\r\nemergency\tsaya dikurung majikan tolong\r\nother\tresep rendang\r\nclaim\tiuran berapa\r\n".encode()
    )
    code, out, _err = run("understand", "evaluate", str(path))
    assert code == 0
    figures = dict(line.rsplit("  ", 1) for line in out.splitlines() if line and line[-1] in "%")
    told = {name.strip(): value.strip() for name, value in figures.items()}
    assert told["emergency recall"] == "100.0%"
    assert told["false alarms"] == "0.0%"
    assert told["off-topic answered"] == "0.0%"
    assert told["asked back"] == "0.0%"
    assert "top-1                75.0%" in out
    assert "top-3" in out
    assert "claim heard as contribution" in out
    assert "contribution           1 of   1" in out


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "no questions"), ("no tab here\n", "Line 1"), ("claim\tok\n\nnonsense\tno such topic\n", "nonsense")],
)
def test_a_file_that_cannot_be_measured_says_why(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "bad.tsv"
    path.write_text(content)
    code, _out, err = run("understand", "evaluate", str(path))
    assert code == 2
    assert reason in err
    assert run("understand", "evaluate", str(tmp_path / "away.tsv"))[0] == 2
