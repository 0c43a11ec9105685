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


# ASVS 5.0: the items we claim. "x" is all of a section, a range all between.
CLAIMED = (
    "1.2.1-5 1.2.10 1.3.6 1.3.7 1.3.12 1.5.1-2 2.2.x 2.3.1 2.3.3 2.3.5 2.4.1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-3 3.7.2 4.1.3 4.2.1 "
    "5.2.1-3 5.3.2-3 5.4.x 6.1.1 6.2.1-12 6.3.1-3 6.3.8 6.5.1-5 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1 8.1.1 8.2.1-3 8.3.1 8.4.1 "
    "11.2.4 11.3.2-3 11.4.2 11.5.1 13.3 13.4 14.1.1-2 14.2.1-7 14.3.2 15.1.1-2 15.2.x 15.3.1-3 15.4.2 16.1-5"
)


def _items(written: str) -> set[str]:
    """`7.2.1-4, 16.1-16.5` as single items."""
    found = set[str]()
    for section, first, last in re.findall(r"\b(\d+(?:\.\d+)*)\.(\d+|x)(?:-(?:\d+(?:\.\d+)*\.)?(\d+))?", written):
        found |= {f"{section}.{first}"} if first == "x" else {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_item_of_asvs_that_we_claim_has_a_row_with_a_test() -> None:
    rows = re.findall(r"^\| (\d+\.[^|]+) \|[^|]+\|(.+)\|$", (ROOT / "docs" / "security.md").read_text("utf-8"), re.MULTILINE)
    shown = {item for items, tests in rows if "`test_" in tests for item in _items(items)}
    assert _items("16.1-16.5, 7.2.1-2, 2.2.x") == {"16.1", "16.2", "16.3", "16.4", "16.5", "7.2.1", "7.2.2", "2.2.x"}
    assert sorted(_items(CLAIMED) - shown) == []
