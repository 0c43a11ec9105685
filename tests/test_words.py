"""Words without a language: how values are spoken, how a message fits a channel, and what the check of the catalogs finds."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from locales import LIMITS, Choice, Citation, Joined, Lines, Message, Month, Phone, Quantity, Rupiah, Text, Written, _, fit, render
from locales import check as checking
from locales.pages import cut, split, units

HEAD = 'msgid ""\nmsgstr ""\n"Language: id\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=1; plural=0\\n"\n\n'

SPOKEN = [
    (Rupiah(332500), "Rp332.500", "Rp332,500"),
    (Rupiah(0), "Rp0", "Rp0"),
    (Rupiah(10**9), "Rp1.000.000.000", "Rp1,000,000,000"),
    (date(2027, 3, 12), "12 Maret 2027", "12 March 2027"),
    (Month(2027, 3), "Maret 2027", "March 2027"),
    (Quantity(1250), "1.250", "1,250"),
    (Phone("+62 812-9007-0027"), "+62 812-9007-0027", "+62 812-9007-0027"),
    (Citation("Permenaker 4/2023", "18(1)a"), "Permenaker 4/2023 Pasal 18(1)a", "Permenaker 4/2023 art. 18(1)a"),
    (Citation("BPJS Ketenagakerjaan"), "menurut BPJS Ketenagakerjaan", "according to BPJS Ketenagakerjaan"),
    (Written({"id": "Korea Selatan", "en": "South Korea"}), "Korea Selatan", "South Korea"),
    (Joined(("JKK", "JKM")), "JKK, JKM", "JKK, JKM"),
    (Lines(("a", Rupiah(5))), "• a\n• Rp5", "• a\n• Rp5"),
]


@pytest.mark.parametrize(("value", "indonesian", "english"), SPOKEN, ids=lambda value: str(value)[:30])
def test_values_are_spoken_as_people_write_them(value: object, indonesian: str, english: str) -> None:
    assert (render(value, "id"), render(value, "en")) == (indonesian, english)


def test_what_a_person_wrote_is_never_formatted_again() -> None:
    assert render(Text("{name}", (("name", "{0} %s {name}"),)), "id") == "{0} %s {name}"


def test_a_reply_knows_which_facts_it_speaks() -> None:
    inner = Text("{amount}", (("amount", Rupiah(1, "first")),))
    message = Message((Text("{a} {b}", (("a", inner), ("b", Lines((Quantity(2, "second"), Rupiah(3, "first")))))),))
    assert fit(message, "id", LIMITS["telegram"])[0].facts == ("first", "second")


def test_labels_are_cut_to_what_a_channel_shows_and_choices_stand_under_the_last_page() -> None:
    label = Written({"id": "x" * 30, "en": "x" * 30})
    few = Message((Text("words " * 300),), tuple(Choice(label, f"menu.wish={number}") for number in range(3)))
    first, last = fit(few, "id", LIMITS["whatsapp"])
    assert (first.buttons, [len(button.label) for button in last.buttons]) == ((), [20, 20, 20])
    many = Message((Text("words"),), tuple(Choice(label, f"menu.wish={number}") for number in range(14)))
    [page] = fit(many, "id", LIMITS["whatsapp"])
    assert [len(button.label) for button in page.buttons] == [24] * 10


@given(st.text(max_size=600), st.integers(20, 200))
@settings(deadline=None, max_examples=200)
def test_a_long_text_is_split_without_losing_a_word(words: str, limit: int) -> None:
    parts = list(split(words, limit))
    assert all(units(part) <= limit + 60 for part in parts), "a letter is never cut from its accents, so a part may be a little longer"
    assert "".join("".join(parts).split()) == "".join(words.split())


def test_an_emoji_is_never_cut_in_two() -> None:
    family = "👨‍👩‍👧‍👦"
    for limit in range(12, 40):
        assert all(part.count("\u200d") % 3 == 0 for part in split(family * 6, limit))
    assert cut("🇮🇩🇮🇩🇮🇩", 5) == "🇮🇩…"
    assert units("a🙂") == 3


FAULTS = {
    "not translated": ('msgid "Menu"\nmsgstr ""\n', "not translated"),
    "other placeholders": ('msgid "{count} minute"\nmsgstr "{menit} menit"\n', "other placeholders"),
    "a figure": ('msgid "Menu"\nmsgstr "Bayar Rp370.000"\n', "figure in a sentence"),
    "an article": ('msgid "Menu"\nmsgstr "Pasal 18"\n', "figure in a sentence"),
    "a phone number": ('msgid "Menu"\nmsgstr "+62 812"\n', "figure in a sentence"),
    "fuzzy": ('#, fuzzy\nmsgid "Menu"\nmsgstr "Menu"\n', "fuzzy"),
    "gone": ('msgid "Nobody says this sentence"\nmsgstr "Kalimat"\n', "nobody says this"),
    "a space too much": ('msgid "Menu"\nmsgstr "Menu "\n', "space at an end"),
    "not our word": ('msgid "Menu"\nmsgstr "premi"\n', "not our word"),
    "missing": ("", "missing: Menu"),
}


@pytest.mark.parametrize(("entry", "found"), FAULTS.values(), ids=FAULTS)
def test_the_check_names_each_fault(entry: str, found: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "common.po").write_text(HEAD + entry, encoding="utf-8")
    monkeypatch.setattr(checking, "files", lambda language: [tmp_path / "common.po"] if language == "id" else [])
    assert any(found in problem for problem in checking.problems())


def test_the_words_are_in_order() -> None:
    from bot.commands.words import labels, payloads

    assert [*checking.problems(), *checking.too_wide(labels()), *payloads()] == []


def test_plural_forms_are_those_of_each_language() -> None:
    said = {count: _("Menu") for count in (1, 2)}
    assert {render(text, "id") for text in said.values()} == {"Menu"}
