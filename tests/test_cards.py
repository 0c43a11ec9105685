"""What the cards of benefits and claims promise: complete, one bubble each, and never surer than the facts."""

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

import facts
from dialogue import Done, Turn
from facts import Benefit, Book, Deadline
from handlers.benefits import Benefits, benefits
from handlers.cards import amount, closing, injury
from handlers.cards.programmes import PARTS, Part
from handlers.claims import claims
from handlers.stages import Stage, stage_in
from locales import LANGUAGES, LIMITS, Message, Quantity, fit, render
from locales.pages import units
from storage import Contact, Inbound, Store
from tests.talk import NOON

LONGEST = 1000  # WhatsApp takes 1,024 with buttons
TODAY = date(2026, 11, 22)
ROWS = facts.book().all(Benefit)


def turn(part: Part = Part.CARE) -> Turn[Benefits]:
    """As a step gets it; cards are made of facts alone, so there is no database behind it."""
    inbound = Inbound("whatsapp", "worker", "1", NOON)
    return Turn(Contact(1, "sidoarjo", country="HK"), inbound, NOON, TODAY, cast(Store, None), Benefits(part=part))


async def ends() -> list[tuple[str, Done]]:
    """Every card of both dialogues, by the answer that leads to it."""
    found = []
    for dialogue in (benefits, claims):
        for step in dialogue.steps.values():
            assert step.question
            for key, _label in step.question.options:
                for part in Part if step.name == "part_stage" else (Part.CARE,):
                    end = await step.decide(turn(part), step.question.parse(key, TODAY))
                    if isinstance(end, Done):
                        found.append((f"{dialogue.name}.{step.name}={key} {part}", end))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_card_of_the_dialogues_is_one_bubble_with_at_most_three_buttons(language: str) -> None:
    for name, end in await ends():
        pages = fit(Message(end.paragraphs, end.choices), language, LIMITS["whatsapp"])
        assert len(pages) == 1, name
        assert units(pages[0].text) <= LONGEST, name
        assert 1 <= len(pages[0].buttons) <= 3, name
        assert not [button.label for button in pages[0].buttons if button.label.endswith("…")], name


async def test_every_card_of_the_dialogues_says_where_it_stands_and_as_of_when() -> None:
    undated = [name for name, end in await ends() if "Dicek" not in words(*end.paragraphs) and "per Desember" not in words(*end.paragraphs)]
    assert undated == ["claims.more=track care"]  # it names no sum, right or paper


def words(*paragraphs: object, language: str = "id") -> str:
    return "\n".join(render(paragraph, language) for paragraph in paragraphs)


def test_every_benefit_of_jkk_stands_in_exactly_one_list() -> None:
    listed = [id for ids in PARTS.values() for id in ids]
    assert sorted(listed) == sorted(row.id for row in ROWS if row.programme == "JKK")


@pytest.mark.parametrize("row", [row for row in ROWS if not row.is_sure], ids=lambda row: row.id)
def test_what_is_not_sure_says_so(row: Benefit) -> None:
    assert "belum" in words(amount(row))
    assert row.status != "not_found" or "Rp" not in words(amount(row))


def test_a_time_limit_that_is_found_one_day_is_said_without_a_change_of_code() -> None:
    asked = facts.benefit("jkm_during")
    assert "JKM belum kami temukan" in words(closing(asked))
    found = replace(facts.deadline("jkm_expiry"), years=Quantity(2, "jkm_expiry"))
    facts.use(Book(tuple(found if row.id == found.id and isinstance(row, Deadline) else row for row in facts.book().rows)))
    try:
        assert "JKM 2 tahun" in words(closing(asked))
    finally:
        facts.use(None)


def test_violence_names_whom_to_call_before_anything_else() -> None:
    first = words(*injury.violence(None, TODAY)).splitlines()[0]
    assert "+62 812-9007-0027" in first


@pytest.mark.parametrize(("country", "number", "old"), [("HK", "+852", False), ("AE", "+971", True)])
def test_violence_names_the_mission_of_the_country_and_how_old_its_number_is(country: str, number: str, old: bool) -> None:
    said = words(*injury.violence(country, TODAY))
    assert said.index("Kemlu") < said.index(number)
    assert ("mungkin sudah berubah" in said) == old


SAID_BY_THE_WAY = [
    ("meninggal 2 minggu stlh pulang finish kontrak", Stage.AFTER),
    ("klo dirumah pas cuti kena serangan jantung", Stage.LEAVE),
    ("sblm berangkat kecelakaan di asrama", Stage.BEFORE),
    ("she died three weeks after coming home", Stage.AFTER),
    ("died on leave", Stage.LEAVE),
    ("bapak saya wafat krn jantung di serawak", None),
]


@pytest.mark.parametrize(("text", "stage"), SAID_BY_THE_WAY)
def test_the_stage_is_heard_when_it_is_said_by_the_way(text: str, stage: Stage | None) -> None:
    assert stage_in(text) is stage
