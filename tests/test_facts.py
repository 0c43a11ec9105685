"""The facts are what was read: sourced, cited, typed, and refused when they are not."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

import facts
from facts import check, load
from facts.model import Benefit, Deadline, Limit, Papers, Rate, Regulation, Row, Rule
from facts.reach import Country, Mission
from locales import LANGUAGES, Citation, Message, Phone, Rupiah, _, facts_in, render

TODAY = date(2026, 11, 22)
SHOWN = tomllib.loads((Path(__file__).parent / "data" / "articles_shown.toml").read_text(encoding="utf-8"))
ROWS = load.read()
RULES = [row for row in ROWS if isinstance(row, Rule)]


def test_no_article_is_cited_that_was_not_seen() -> None:
    for rule in RULES:
        for cite in rule.cites:
            assert cite.article in SHOWN[cite.regulation], f"{rule.file}, {rule.id}: {cite.article}"


def test_no_regulation_lists_an_article_that_was_not_seen() -> None:
    for row in facts.book().all(Regulation):
        assert set(row.articles) <= set(SHOWN[row.id])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_where_it_stands(rule: Rule) -> None:
    for language in LANGUAGES:
        assert render(rule.citation, language)
    if not rule.cites:
        assert rule.citation == Citation(rule.said_by, "", rule.id), "without an article the source is named instead"
    assert rule.citation.fact == rule.amount_source.fact == rule.id


def test_every_official_name_stands_in_both_languages() -> None:
    names = [name for row in facts.book().all(Papers) for name in row.items]
    names += [row.name for row in facts.book().all(Benefit)] + [row.name for row in facts.book().all(Mission)]
    names += [name for row in facts.book().all(Benefit) for name in row.not_for]
    for name in names:
        assert all(name.words[language].strip() and not name.words[language].endswith(".") for language in LANGUAGES)
        assert name.fact


WRONG = {
    "a contribution per month": r"370[.,_]?000|370 ?ribu",
    "the misprint of the package": r"322[.,_]?500",
    "the domestic scholarship total": r"174[.,_]?000[.,_]?000|174 ?(juta|m\b|million)",
    "the limit of the repealed rule": r"7 (hari kerja|working days)|tujuh hari kerja",
    "the health insurer's application": r"mobile jkn",
    "the wrong rule on sanctions": r"85/2013",
    "the domestic discount": r"50/2025|diskon|discount",
    "the hoaxes": r"30[.,]?000 ?(dirham|aed)|aed ?30|bansos tki",
    "programmes that are not for migrant workers": r"\bJKP\b|jaminan (pensiun|kehilangan)",
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_no_wrong_claim_stands_in_a_facts_file_not_even_to_deny_it(wrong: str) -> None:
    for file in load.FOLDER.glob("*.toml"):
        assert not re.search(wrong, file.read_text(encoding="utf-8"), re.IGNORECASE), file.name


def test_what_was_not_found_has_no_amount_and_is_not_sure() -> None:
    missing = [row for row in facts.benefits() if row.status == "not_found"]
    assert {row.id for row in missing} == {
        "jkk_dentures",
        "jkk_orthosis",
        "jkk_gagal_ditempatkan",
        "jkk_phk_accident",
        "jkk_repatriation_injured",
    }
    assert not any(row.is_sure or row.amount or row.max_amount or row.parts for row in missing)


@pytest.mark.parametrize(
    ("id", "amount", "citation", "sure"),
    [
        ("jkm_during", 85_000_000, ("BPJS Ketenagakerjaan", ""), True),
        ("jkm_before_after", 42_000_000, ("BPJS Ketenagakerjaan", ""), True),
        ("jkk_death", 85_000_000, ("Permenaker 4/2023", "34(1)g"), True),
        ("jkk_gagal_berangkat", 10_000_000, ("Permenaker 4/2023", "27(1)g, 27(3)"), True),
        ("jkk_contract_mismatch", 25_000_000, ("Permenaker 4/2023", "34(1)e"), True),
        ("jkk_rape", 50_000_000, ("Permenaker 4/2023", "27(1)i, 34(1)k"), True),
        ("jkk_phk_unilateral", 1_500_000, ("Permenaker 4/2023", "34(1)m"), False),
        ("jkk_periodic_total_disability", 12_000_000, ("Permenaker 4/2023", "27(1)d, 34(1)h"), False),
    ],
)
def test_a_benefit_is_what_the_sources_say(id: str, amount: int, citation: tuple[str, str], sure: bool) -> None:
    row = facts.benefit(id)
    assert row.amount == Rupiah(amount, id)
    assert (row.citation.regulation, row.citation.article) == citation
    assert row.is_sure is sure


@pytest.mark.parametrize(
    ("id", "most"),
    [
        ("jkk_treatment_abroad", 50_000_000),
        ("jkk_homecare", 20_000_000),
        ("jkk_hearing_aid", 2_500_000),
        ("jkk_glasses", 1_000_000),
        ("jkk_transport_land", 5_000_000),
        ("jkk_transport_sea", 2_000_000),
        ("jkk_transport_air", 10_000_000),
        ("jkk_loss_on_way_home", 10_000_000),
        ("jkk_repatriation_bermasalah", 15_000_000),
    ],
)
def test_a_ceiling_is_what_the_sources_say(id: str, most: int) -> None:
    assert facts.benefit(id).max_amount == Rupiah(most, id)


def test_the_parts_of_a_benefit_add_up() -> None:
    death = facts.benefit("jkm_before_after")
    assert death.amount
    assert sum(part.amount for part in death.parts.values()) == death.amount.amount


def test_a_benefit_is_cited_for_the_stage_it_is_asked_about() -> None:
    assert facts.benefit("jkk_glasses").citation_at("during").article == "34(1)j"
    assert facts.benefit("jkk_glasses").citation_at("before").article == "27(1)f"
    assert facts.benefit("jkk_death").citation_at("during").article == "34(1)g"


def test_benefits_are_found_by_stage_and_programme() -> None:
    assert {row.id for row in facts.benefits("after", "JKM")} == {"jkm_before_after"}
    assert {row.id for row in facts.benefits("during", "JKM")} == {"jkm_during", "scholarship"}
    assert facts.benefit("jkk_loss_on_way_home") in facts.benefits(stage="after")
    assert len(facts.benefits()) == 29


def test_the_papers_of_a_claim_follow_its_article() -> None:
    death = facts.papers("jkm")
    assert (death.citation.article, len(death.items)) == ("57", 7)
    assert [facts.papers(id).citation.article for id in ("jkk_abroad", "jht_age", "register_before_work")] == ["50", "60", "6-10"]
    assert not facts.papers("phk_unilateral").cites, "practice, not an article"


def test_the_deadline_is_five_years_and_that_of_death_is_not_known() -> None:
    accident, death = facts.deadline("jkk_expiry"), facts.deadline("jkm_expiry")
    assert accident.years
    assert (accident.years.value, accident.is_sure, accident.citation.article) == (5, True, "")
    assert (death.years, death.is_sure) == (None, False)


def test_a_reply_knows_the_facts_it_speaks() -> None:
    death, papers = facts.benefit("jkm_during"), facts.papers("jkm")
    said = Message((_("{amount} {citation} {paper}", amount=death.amount, citation=death.citation, paper=papers.items[0]),))
    assert facts_in(said) == ("jkm_during", "jkm")
    assert set(facts_in(said)) <= {row["id"] for row in check.rows()}


def test_an_article_nobody_read_cannot_be_cited() -> None:
    assert facts.cite("permenaker-4-2023", "57") == Citation("Permenaker 4/2023", "57", "permenaker-4-2023")
    with pytest.raises(KeyError, match="58"):
        facts.cite("permenaker-4-2023", "58")


def test_an_unknown_fact_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match="no benefit 'jkk_moon'"):
        facts.benefit("jkk_moon")


def test_ids_are_unique_over_all_files() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("kind", [Benefit, Papers, Deadline, Rate, Limit, Mission, Country, Regulation])
def test_every_kind_of_fact_is_there(kind: type[Row]) -> None:
    assert facts.book().all(kind)


def test_the_numbers_a_worker_needs_first_are_there() -> None:
    assert facts.contact("bpjstk_175").phone == Phone("175", "bpjstk_175")
    assert facts.contact("kemlu_pwni").phone == Phone("+62 812-9007-0027", "kemlu_pwni")
    assert facts.contact("tw_1955").all_day
    assert [contact.id for contact in facts.contacts("email")] == ["bpjstk_email", "kemlu_pwni_mail"]
    pattern = facts.identifier("nik").pattern
    assert pattern is not None
    assert pattern.fullmatch("3515004107900000")
    assert facts.identifier("id_pmi").pattern is None
