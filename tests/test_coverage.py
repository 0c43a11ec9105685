"""What a worker is told about being covered: never more than the source says, always in one bubble, and no number is kept."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.house import open_database
from bot.ids import Ids
from facts import Span, Story
from handlers.cards import Card
from handlers.cards.period_rules import basis
from handlers.cards.period_told import not_paid, told_by_worker
from handlers.cards.roster import not_found, told_by_roster, too_many_tries
from locales import LANGUAGES, LIMITS, Choice, Message, _, fit, render
from storage import Coverage
from storage.events import EVENTS
from storage.requests import REQUESTS
from tests.talk import KEY, Worker

TODAY = date(2026, 11, 22)
DAYS = (None, Span.on(TODAY), Span.month(2026, 10), Span.on(date(2026, 1, 1)), Span.on(date(2028, 12, 31)))
PAST = (None, Span.on(TODAY), Span.month(2026, 10), Span.on(date(2026, 1, 1)))


def stories() -> Iterator[Story]:
    for day in DAYS:
        for paid in (None, True, False):
            yield Story("during", TODAY, contract_ends_on=day, extended_until=Span.month(2027, 3), extension_paid=paid)
        yield Story("during", TODAY, contract_ends_on=day)
        yield Story("during", TODAY, contract_ends_on=day, on_leave=True)
        for past in PAST:
            yield Story("during", TODAY, contract_ends_on=day, ended_early_on=past)
            yield Story("after", TODAY, contract_ends_on=day, returned_on=past)
            for scheme in (None, "placed", "perseorangan"):
                for leaves in (None, Span.on(TODAY + timedelta(1)), Span.month(2027, 6)):
                    yield Story("before", TODAY, scheme=scheme, registered_on=past, departed_on=leaves)


def rosters() -> Iterator[Coverage]:
    for start, end in (
        ("2025-04-01", "2027-03-31"),
        ("2024-12-15", "2026-11-22"),
        ("2022-06-01", "2024-05-31"),
        ("2027-01-01", "2028-01-01"),
    ):
        yield Coverage(
            "Siti Contoh",
            "placed",
            ("JKK", "JKM", "JHT"),
            date.fromisoformat(start),
            date.fromisoformat(end),
            "Contoh daftar",
            date(2026, 11, 1),
        )


def cards() -> Iterator[tuple[str, Card, Any]]:
    for story in stories():
        yield repr(story), (told := told_by_worker(story)).paragraphs, told.then
    for found in rosters():
        yield repr(found), (roster := told_by_roster(found, TODAY)).paragraphs, roster.then
    yield "not paid", not_paid().paragraphs, not_paid().then
    yield "not found", not_found(), {}
    yield "too many", too_many_tries(_("Officers read it on {opens} ({zone}) at the earliest.", opens=TODAY, zone="WIB")), {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_fits_one_bubble_and_its_buttons(language: str) -> None:
    for story, card, then in cards():
        choices = tuple(Choice(label, target) for target, label in then.items())
        pages = fit(Message(card, choices), language, LIMITS["whatsapp"])
        assert len(pages) == 1, story
        assert [button.label for button in pages[0].buttons] == [render(choice.label, language) for choice in choices], story
        assert "{" not in pages[0].text, story


def test_what_is_worked_out_always_says_by_which_rule_and_that_nobody_checked_it() -> None:
    for story in stories():
        assert told_by_worker(story).paragraphs[-1] == basis(), story


def test_a_list_is_always_named_with_its_day() -> None:
    for found in rosters():
        said = "\n".join(render(paragraph, "en") for paragraph in told_by_roster(found, TODAY).paragraphs)
        assert "Contoh daftar" in said
        assert "1 November 2026" in said
        assert "Siti" not in said


@pytest.mark.parametrize(
    ("end", "result"),
    [("2026-11-21", "ended"), ("2026-11-22", "ends_soon"), ("2027-01-21", "ends_soon"), ("2027-01-22", "covered")],
)
def test_a_membership_ends_after_its_last_day(end: str, result: str) -> None:
    found = Coverage("", "placed", ("JKK",), date(2025, 1, 1), date.fromisoformat(end), "list", TODAY)
    assert told_by_roster(found, TODAY).result == result


@pytest.mark.parametrize(
    ("story", "result"),
    [
        (Story("during", TODAY, contract_ends_on=Span.month(2027, 3)), "covered"),
        (Story("during", TODAY, contract_ends_on=Span.on(date(2026, 10, 22))), "covered"),
        (Story("during", TODAY, contract_ends_on=Span.on(date(2026, 10, 21))), "not_covered"),
        (Story("during", TODAY, contract_ends_on=Span.month(2026, 10)), "not_known"),
        (Story("during", TODAY), "not_known"),
        (Story("during", TODAY, contract_ends_on=Span.on(date(2028, 1, 1)), ended_early_on=Span.on(date(2026, 9, 15))), "not_covered"),
        (Story("during", TODAY, contract_ends_on=Span.month(2027, 3), on_leave=True), "only_jkm"),
        (Story("during", TODAY, on_leave=True), "not_known"),
        (Story("before", TODAY, scheme="placed", registered_on=Span.on(date(2026, 9, 1))), "covered"),
        (Story("before", TODAY, scheme="placed", registered_on=Span.on(date(2026, 6, 1))), "not_covered"),
        (Story("before", TODAY, scheme="perseorangan", registered_on=Span.on(date(2026, 11, 1))), "only_jkm"),
        (Story("before", TODAY), "not_known"),
        (Story("after", TODAY, contract_ends_on=Span.on(date(2026, 10, 31)), returned_on=Span.on(date(2026, 11, 10))), "only_jkm"),
        (Story("after", TODAY, contract_ends_on=Span.on(date(2026, 1, 31)), returned_on=Span.on(date(2026, 11, 10))), "not_covered"),
        (Story("after", TODAY, contract_ends_on=Span.on(date(2026, 1, 31)), returned_on=Span.on(date(2026, 2, 10))), "not_covered"),
        (Story("after", TODAY), "not_known"),
    ],
)
def test_a_story_has_one_result(story: Story, result: str) -> None:
    assert told_by_worker(story).result == result


async def events(url: str) -> tuple[list[Any], list[Any]]:
    database = open_database(url, KEY, Ids(node=2))
    try:
        return (
            await database.writer.read(lambda db: _all(db, EVENTS)),
            await database.writer.read(lambda db: _all(db, REQUESTS)),
        )
    finally:
        await database.close()


async def _all(db: Any, table: Any) -> list[Any]:
    return list((await db.execute(select(table).order_by(table.c.id))).mappings())


def test_a_check_leaves_its_result_and_no_number(database_url: str) -> None:
    worker = Worker(database_url, language="en")
    for line in ("check", "yes", "[Yes, agree]", "26010000011", "15 march 1990", "check", "no", "taiwan", "12/3/2027", "no"):
        worker.says(line)
    kept, _requests = asyncio.run(events(database_url))
    checks = [(event["subject"], json.loads(event["detail"])) for event in kept if event["kind"] == "check"]
    assert checks == [("covered", {"way": "roster"}), ("covered", {"way": "told", "stage": "during", "reason": None})]
    assert not any("26010000011" in str(event.values()) or "1990" in event["detail"] for event in kept)


def test_too_many_tries_open_one_request_for_a_person(database_url: str) -> None:
    """W24"""
    worker = Worker(database_url, language="en")
    for line in ("check", "yes", "[Yes, agree]"):
        worker.says(line)
    for number in ("26010000011", "26010000029", "24010000037"):
        for line in (number, "1 jan 1990", "[Try again]"):
            worker.says(line)
    worker.says("check")
    worker.says("yes")
    kept, requests = asyncio.run(events(database_url))
    assert [request["reason"] for request in requests] == ["too_many_tries"]
    assert [event["subject"] for event in kept if event["kind"] == "check"] == ["not_found"] * 3 + ["too_many_tries"]
