"""The documents say only what is so: every test they name exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [*sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "decisions").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_test_a_page_names_exists(page: Path) -> None:
    there = {name for file in (ROOT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)\(", file.read_text("utf-8"))}
    files = {file.stem for file in (ROOT / "tests").rglob("test_*.py")}
    named = set(re.findall(r"\b(test_\w+)\b", page.read_text("utf-8")))
    assert named - there - files == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("page", "cases"),
    [
        ("security.md", [*(f"W{number}" for number in range(1, 30)), "B6", *(f"B{number}" for number in range(15, 20))]),
        ("privacy.md", [f"P{number}" for number in range(1, 13)]),
    ],
)
def test_a_page_says_of_each_of_its_cases_how_it_stands(page: str, cases: list[str]) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    listed = [case for row in re.findall(r"^\| ([WBP]\d+(?:, [WBP]\d+)*) \|", text, re.MULTILINE) for case in row.split(", ")]
    assert sorted(listed) == sorted(cases)
