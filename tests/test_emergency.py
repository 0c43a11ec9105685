"""Danger: whom to call stands first and fits one bubble in every country, and officers are asked once, with what is known."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

import facts
from bot.house import open_database
from bot.ids import Ids
from handlers.cards.hotlines import ambulance, in_danger, kemlu, of_the_programme
from handlers.danger import Danger, danger_in
from locales import LANGUAGES, LIMITS, Message, fit, render
from storage.requests import REQUESTS
from tests.talk import KEY, Worker

TODAY = date(2026, 11, 22)
COUNTRIES = [country.iso for country in facts.countries()]
WITH_MISSIONS = [iso for iso in COUNTRIES if facts.missions_in(iso)]


@pytest.mark.parametrize("iso", COUNTRIES)
def test_kemlu_is_first_and_what_is_old_is_last_and_says_so(iso: str) -> None:
    lines = [render(line, "en") for line in in_danger(iso, TODAY)]
    assert kemlu().shown in lines[0]
    old = ["may have changed" in line for line in lines if "as of" in line]
    assert old == sorted(old)
    for mission in facts.missions_in(iso):
        for phone in mission.hotlines:
            (line,) = [line for line in lines if phone.shown in line]
            assert ("may have changed" in line) == mission.may_have_changed(TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_of_every_country_fit_one_bubble(language: str, database_url: str) -> None:
    """The longest there are, with everything an emergency says around them."""
    longest = max(WITH_MISSIONS, key=lambda iso: len(" ".join(render(line, language) for line in in_danger(iso, TODAY))))
    worker = Worker(database_url, channel="whatsapp", language=language)
    for line in (f"hotline {facts.country(longest).name.words[language]}", f"emergency {facts.country(longest).name.words[language]}"):
        assert len(worker.says(line)) == 1, line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("iso", WITH_MISSIONS)
def test_help_about_membership_leaves_room_for_the_numbers(iso: str, language: str) -> None:
    numbers = "\n".join(render(line, language) for line in in_danger(iso, TODAY))
    assert len(numbers) + len(render(of_the_programme(TODAY, abroad=True), language)) < LIMITS["whatsapp"].text_with_choices - 150


@pytest.mark.parametrize(
    ("said", "danger"),
    [
        ("tmn pingsan di mess, hrs hub siapa skrg", Danger.HURT),
        ("my friend fainted", Danger.HURT),
        ("dia minum racun mau bunuh diri", Danger.HURT),
        ("sy mau bunuh diri aja", Danger.DESPAIR),
        ("i want to die", Danger.DESPAIR),
        ("majikan mukul saya", Danger.OTHERS),
        ("tolong sy dikurung", Danger.OTHERS),
    ],
)
def test_the_first_words_fit_the_danger(said: str, danger: Danger) -> None:
    assert danger_in(said) is danger


def test_a_body_in_need_has_its_ambulance_first(database_url: str) -> None:
    worker = Worker(database_url, language="en")
    text = worker.says("my friend fainted in the dorm in japan")[0].text
    (line,) = (render(line, "en") for line in ambulance("JP"))
    assert text.index(line) < text.index(kemlu().shown)


def test_officers_are_asked_once_and_know_the_country_and_the_place(database_url: str) -> None:
    worker = Worker(database_url)
    said = [worker.says(line)[0].text for line in ("saya disekap majikan", "hk", "dia mukul saya lagi", "(location 22.3193, 114.1694)")]
    (request,) = asyncio.run(_requests(database_url))
    assert (request["reason"], request["urgent"], request["state"], request["country"]) == ("emergency", True, "open", "HK")
    assert request["place"]
    assert b"22.3" not in request["place"]
    assert len(set(said)) == len(said)


def test_a_place_without_an_emergency_is_not_kept(database_url: str) -> None:
    Worker(database_url).says("(location 22.3193, 114.1694)")
    assert asyncio.run(_requests(database_url)) == []


async def _requests(url: str) -> list[Any]:
    database = open_database(url, KEY, Ids(node=2))
    try:
        return await database.writer.read(_all)
    finally:
        await database.close()


async def _all(db: Any) -> list[Any]:
    return list((await db.execute(select(REQUESTS))).mappings())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_emergency_word_has_an_exclamation_mark(language: str) -> None:
    for iso in WITH_MISSIONS:
        assert "!" not in fit(Message(in_danger(iso, TODAY)), language, LIMITS["whatsapp"])[0].text


@pytest.mark.parametrize("order", ["/tugas", "/mitra"])
def test_a_one_time_code_is_no_cry_for_help_whatever_chance_wrote(order: str, sqlite_url: str) -> None:
    said = Worker(sqlite_url, channel="telegram", language="id").says(f"{order} R3WZB47W2")
    assert kemlu().shown not in said[-1].text, "some codes look like one"


def test_a_cry_for_help_after_a_slash_is_one(sqlite_url: str) -> None:
    said = Worker(sqlite_url, channel="telegram", language="id").says("/tugas tolong saya dipukul majikan")
    assert kemlu().shown in said[-1].text
