"""What grows old is warned about, what a person mistypes is found, and every fact can be listed."""

import json
from datetime import date
from pathlib import Path

import pytest

import facts
from facts import check, load
from locales import Month

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("as_of", "today", "months"),
    [
        (Month(2024, 11), date(2026, 11, 22), 23),
        (Month(2024, 11), date(2026, 11, 30), 24),
        (Month(2024, 10), date(2026, 11, 22), 24),
        (date(2024, 11, 22), date(2026, 11, 22), 24),
        (date(2024, 11, 23), date(2026, 11, 22), 23),
        (Month(2028, 1), date(2028, 2, 29), 1),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
    ],
)
def test_age_is_counted_in_whole_months(as_of: Month | date, today: date, months: int) -> None:
    assert facts.age_in_months(as_of, today) == months


def test_a_hotline_older_than_two_years_may_have_changed() -> None:
    assert facts.mission("KDEI-TPE").may_have_changed(TODAY)
    assert not facts.mission("KJRI-HKG").may_have_changed(TODAY)
    assert not facts.mission("KJRI-PEN").may_have_changed(TODAY), "it has no number that could"


def test_the_facts_have_no_problem_today() -> None:
    assert check.problems(TODAY) == []


def test_rows_that_nobody_checked_for_half_a_year_are_warned_about() -> None:
    assert not [said for said in check.warnings(date(2027, 5, 21)) if "last checked" in said]
    stale = [said for said in check.warnings(date(2027, 5, 22)) if "last checked" in said]
    assert len(stale) == len(facts.book().rows)
    assert "benefits.toml, row jkm_during: last checked 181 days ago, on 2026-11-22" in stale


def test_old_hotlines_are_warned_about() -> None:
    assert "missions.toml, row KJRI-IST: as of 2016-12, it may have changed since" in check.warnings(TODAY)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('hotlines = ["+852 5242 2240"]', 'hotlines = ["+852 5242"]', "KJRI-HKG: +852 5242 is not a telephone number there"),
        ('hotlines = ["+852 5242 2240"]', 'hotlines = ["+65 9295 3964"]', "KJRI-HKG: +65 9295 3964 is not a telephone number there"),
        ('hotlines = ["+852 5242 2240"]', 'hotlines = ["5242 2240"]', "KJRI-HKG: 5242 2240 must begin with +"),
        ('zone = "Asia/Hong_Kong"', 'zone = "Asia/Hongkong"', "KJRI-HKG: no time zone Asia/Hongkong"),
        ('iso = "HK"', 'iso = "XX"', "KJRI-HKG: no country XX"),
        ("checked_on = 2026-11-22", "checked_on = 2027-11-22", "which is still to come"),
    ],
)
def test_the_check_finds_what_a_person_may_mistype(tmp_path: Path, old: str, new: str, why: str) -> None:
    for file in load.FOLDER.glob("*.toml"):
        text = file.read_text(encoding="utf-8")
        (tmp_path / file.name).write_text(text.replace(old, new, 1) if file.name == "missions.toml" else text, encoding="utf-8")
    assert any(why in said for said in check.problems(TODAY, tmp_path))


def test_the_check_reports_a_file_that_does_not_load(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text('[[papers]]\nid = "rule"\nstatus = "sure"', encoding="utf-8")
    assert check.problems(TODAY, tmp_path) == [
        "some.toml, row rule: status is 'sure', not one of read, reported, older_rule, disputed, not_found"
    ]


def test_every_row_can_be_listed_as_json_with_its_source() -> None:
    rows = check.rows()
    assert json.loads(json.dumps(rows)) == rows
    death = next(row for row in rows if row["id"] == "jkm_during")
    assert (death["amount"], death["kind"], death["status"], death["checked_on"]) == (85_000_000, "benefit", "reported", "2026-11-22")
