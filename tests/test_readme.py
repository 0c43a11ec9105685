"""The README keeps its word: its talk is what the bot says, its commands exist, its links lead somewhere."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def test_the_talk_is_what_the_bot_says(update: bool) -> None:
    said = (ROOT / "tests" / "transcripts" / "readme.txt").read_text(encoding="utf-8")
    talk = "\n".join(line for line in said.splitlines() if line[:1] in {">", "<", " "}).replace("> (link 7GQ2K) ", "> ")
    text = README.read_text(encoding="utf-8")
    before, mark, after = text.partition("<!-- the talk: tests/transcripts/readme.txt -->\n```\n")
    _old, fence, rest = after.partition("```\n")
    wanted = f"{before}{mark}{talk}\n{fence}{rest}"
    if update:
        README.write_text(wanted, encoding="utf-8")
    assert README.read_text(encoding="utf-8") == wanted, "run make transcripts"


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`sapa ([a-z]+)", README.read_text(encoding="utf-8")))))
def test_every_command_it_names_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0, result.output
    assert len(result.output) > 100


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)|src=\"([^\"]+)\"", README.read_text(encoding="utf-8")))))
def test_every_link_leads_somewhere(link: tuple[str, str]) -> None:
    assert (ROOT / (link[0] or link[1])).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^ +)make ([a-z]+)", README.read_text(encoding="utf-8"), re.MULTILINE))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
