"""A facts file with a mistake does not load, and says where; a figure that changes has its day."""

from datetime import date
from pathlib import Path

import pytest

import facts
from facts import load
from facts.model import Benefit, Papers

TODAY = date(2026, 11, 22)
GOOD = """
[[regulation]]
id = "rule"
short = "Rule 1"
title = { id = "Aturan", en = "Rule" }
articles = ["1"]
status = "read"
confidence = "high"
checked_on = 2026-11-22
source = ["somewhere"]

[[papers]]
id = "paper"
items = [{ id = "Kartu", en = "Card" }]
cites = [{ regulation = "rule", article = "1" }]
status = "read"
confidence = "high"
checked_on = 2026-11-22
source = ["somewhere"]
"""


def broken(folder: Path, old: str, new: str) -> str:
    assert old in GOOD
    (folder / "some.toml").write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(facts.BadFact) as caught:
        load.read(folder)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('article = "1"', 'article = "2"', "some.toml, row paper: cites article '2' of rule, which was not read"),
        ('regulation = "rule"', 'regulation = "law"', "some.toml, row paper: cites 'law', which is not in regulations.toml"),
        ('status = "read"', 'status = "sure"', "row rule: status is 'sure', not one of read, reported"),
        ('cites = [{ regulation = "rule", article = "1" }]', "", "row paper: status is read, but no article is cited"),
        ('source = ["somewhere"]', "", "row rule: source is missing"),
        ("checked_on = 2026-11-22", "", "row rule: checked_on is missing"),
        ("items", "itmes", "row paper: unknown key itmes"),
        ('{ id = "Kartu", en = "Card" }', '{ id = "Kartu" }', "row paper: items needs words in id and en"),
        ('id = "paper"', 'id = "rule"', "row rule: the same id holds at the same time in some.toml"),
        ("[[papers]]", "[[paper]]", "some.toml: unknown table [[paper]]"),
        ('articles = ["1"]', "articles = [1]", "row rule: articles must be a list of texts"),
        ('"high"', '"sure"', "row rule: confidence is 'sure'"),
        ('id = "rule"', "id = rule", "some.toml: Invalid value"),
    ],
)
def test_a_file_with_a_mistake_says_file_row_and_reason(tmp_path: Path, old: str, new: str, why: str) -> None:
    assert why in broken(tmp_path, old, new)


def test_a_good_file_loads(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text(GOOD, encoding="utf-8")
    assert [row.id for row in load.read(tmp_path)] == ["rule", "paper"]


def test_a_figure_that_changes_has_two_rows_and_the_day_decides(tmp_path: Path) -> None:
    old = GOOD.replace('id = "paper"', 'id = "paper"\nvalid_until = 2026-12-31')
    new = GOOD[GOOD.index("[[papers]]") :].replace('id = "paper"', 'id = "paper"\nvalid_from = 2027-01-01').replace("Kartu", "Kartu baru")
    (tmp_path / "some.toml").write_text(old + new, encoding="utf-8")
    found = load.read(tmp_path)
    for day, name in ((date(2026, 12, 31), "Kartu"), (date(2027, 1, 1), "Kartu baru")):
        today = load.Book(tuple(row for row in found if row.holds_on(day)))
        assert today.one(Papers, "paper").items[0].words["id"] == name


def test_facts_in_use_answer_until_they_are_put_back() -> None:
    kept = facts.book()
    facts.use(load.Book(()))
    try:
        assert facts.benefits() == ()
    finally:
        facts.use(None)
    assert facts.book() is kept


def test_before_the_rule_was_in_force_there_was_no_benefit_of_it() -> None:
    assert facts.what_holds(date(2023, 2, 21)).all(Benefit) == ()
    assert len(facts.what_holds(TODAY).all(Benefit)) == 29
