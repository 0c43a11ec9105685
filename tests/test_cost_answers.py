"""What is said about cost, joining and membership: whole, short enough for one bubble, and never surer than the facts."""

from collections.abc import Iterator
from itertools import product

import pytest

import facts
from handlers import SCRIPT
from handlers.cards.enrolment import extend, register_abroad, register_before, requirement
from handlers.cards.payment import code_missing, paid_but_inactive, pay
from handlers.cards.prices import about, every_way, one_way, price_list
from handlers.contributions import how_much
from locales import LANGUAGES, Sayable, render

BUBBLE = 1000  # characters; a WhatsApp text with buttons ends at 1,024
EVERYWHERE = (None, *facts.countries())


def words(paragraphs: tuple[Sayable, ...], language: str) -> str:
    return "\n\n".join(render(paragraph, language) for paragraph in paragraphs)


def cards() -> Iterator[tuple[Sayable, ...]]:
    for scheme, length in product(("placed", "perseorangan", "extension"), range(1, 121)):
        yield one_way(facts.cost(scheme, length, 600000))
    yield from (every_way(length, 600000) for length in range(1, 121))
    yield price_list()
    for country in EVERYWHERE:
        yield from (pay(country), extend(country, 120), register_abroad(country))
    yield from (register_before(scheme) for scheme in ("placed", "perseorangan", None))
    yield from (code_missing(), paid_but_inactive())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_card_fits_in_one_bubble(language: str) -> None:
    assert [said for card in cards() if len(said := words(card, language)) > BUBBLE] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", ["iuran g2g korea 370rb 800rb", "iuran 23 bulan korea 370rb 800rb", "iuran 3 bulan lewat pt g2g korea"])
def test_the_longest_answers_fit_in_one_bubble(said: str, language: str) -> None:
    end = how_much(said, "KR")
    assert len(words(end.paragraphs, language)) <= BUBBLE
    assert len(end.choices) <= 3


@pytest.mark.parametrize("length", [23, 3])
def test_where_the_articles_leave_a_choice_a_person_is_named(length: int) -> None:
    for card in (every_way(length), one_way(facts.cost("perseorangan", length))):
        assert "175" in words(card, "id")
    assert how_much(f"{length} bulan", None).choices[0].payload == "?human"


@pytest.mark.parametrize(
    ("said", "sums"),
    [
        ("kontrak 3 th korea brp totalnya", ("Rp494.500", "Rp532.000", "Rp486.000")),
        ("mandiri 18 bulan", ("Rp270.000",)),
        ("perpanjang 2 tahun", ("Rp324.000",)),
        ("lewat pt 1 tahun", ("Rp226.500", "Rp37.500", "Rp189.000")),
        ("jht 100rb 2 tahun mandiri", ("Rp332.500", "Rp100.000", "Rp2.400.000")),
        ("jht pilihannya berapa", ("Rp50.000", "Rp600.000")),
        ("biaya berapa", ("Rp332.500", "Rp189.000", "Rp108.000", "Rp37.500", "Rp13.500")),
    ],
)
def test_a_question_about_cost_is_answered_at_once(said: str, sums: tuple[str, ...]) -> None:
    answer = words(how_much(said, None).paragraphs, "id")
    assert all(one in answer for one in sums)


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (370000, "Lewat agensi (P3MI), 24 bulan"),
        (332500, "Mandiri, 24 bulan"),
        (37500, "sebelum berangkat"),
        (800000, "tidak ada dalam aturan"),
    ],
)
def test_a_sum_somebody_was_asked_for_is_explained(amount: int, said: str) -> None:
    assert said in render(about(amount), "id")


def test_somebody_whose_membership_ended_is_first_told_what_is_not_known() -> None:
    assert "175" in render(extend(None, ended=True)[0], "id")
    assert "Rp324.000" in words(extend(None, ended=True), "id")


def test_what_a_mission_asks_for_is_said_only_where_it_is_known() -> None:
    said = {iso: words(requirement(facts.country(iso)), "en") for iso in ("TW", "HK", "KR", "BN", "SG", "SA")}
    assert "asks for it when a contract is extended (as of August 2023)" in said["TW"]
    assert "did not ask for it" in said["HK"]
    assert "(G2G) it is paid before leaving" in said["KR"]
    assert "I have not seen that it must be" in said["BN"]
    assert said["SG"].endswith("I do not know.")
    assert said["SA"].endswith("I do not know.")
    assert requirement(facts.country("ID")) == requirement(None) == ()


def test_every_topic_of_joining_has_an_answer_and_a_label_that_fits_a_button() -> None:
    mine = ("contribution", "payment", "who_pays", "register", "extension", "mandatory", "eligibility", "health_insurance", "agency")
    assert all(topic in SCRIPT.answers for topic in mine)
    assert all(len(render(SCRIPT.labels[topic], language)) <= 20 for topic in mine for language in LANGUAGES)
