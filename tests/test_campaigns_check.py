"""The gate before a campaign: each seeded fault is named, all at once, and a sound campaign passes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.campaigns_house import geography, opens
from bot.house import load, open_database
from console.campaign_words import what
from handlers import SCRIPT
from locales import LANGUAGES, render
from storage import Database, accounts, templates
from storage.campaigns_check import Around, Checked, check
from storage.campaigns_file import Broken, read
from storage.templates import Template
from storage.writer import Connection
from tests.campaigning import NOW, drafted, people, started
from tests.talk import BRANCH, KEY

SOUND = """
name = "Cek"
[text]
id = "Halo {first_name}, cek status Anda."
en = "Hello {first_name}, check your status."
[fields]
first_name = { id = "Bapak/Ibu", en = "friend" }
[[button]]
dialogue = "coverage"
label = { id = "Cek status", en = "Check status" }
[audience]
countries = ["HK"]
[schedule]
spread_hours = 2
"""
TEMPLATE = '\n[template]\nname = "ajakan"\nvalues."1" = { id = "{first_name}", en = "{first_name}" }\n'


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def checked(database: Database, file: str, rate: float = 30) -> Checked:
    campaign = await drafted(database, file)

    async def work(db: Connection) -> Checked:
        rates = {"telegram": rate, "whatsapp": rate}
        around = Around(opens, SCRIPT.answers.keys(), await geography(db), rates, SCRIPT.labels["opt_out"], dead={"https://gone.example"})
        return await check(db, campaign, around, NOW)

    return await database.writer.read(work)


async def faults(database: Database, file: str, rate: float = 30) -> set[str]:
    """Their codes; each can be said in both languages."""
    found = (await checked(database, file, rate)).faults
    assert all("{" not in render(what(fault), language).replace("{first_name}", "") for fault in found for language in LANGUAGES)
    return {fault.code for fault in found}


async def approved(
    database: Database, state: str = "APPROVED", body: str = "Halo {{1}}", replies: int = 2, languages: str = "id en"
) -> None:
    buttons = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": str(number)} for number in range(replies)]}
    parts = ({"type": "BODY", "text": body}, buttons)
    listed = [Template("ajakan", language, state, "marketing", parts=parts) for language in languages.split()]
    await database.writer.run(lambda db: templates.synchronise(db, database.dialect, listed, NOW))


async def test_a_sound_campaign_passes_and_is_counted(database: Database) -> None:
    await people(database, 3)
    await people(database, 2, channel="whatsapp", digits="852")
    await people(database, 1, country="SA")
    found = await checked(database, SOUND)
    assert found.faults == []
    assert (dict(found.people), found.would_get_it) == ({("telegram", ""): 3, ("whatsapp", "window"): 2}, 3)


async def test_the_example_passes_but_for_the_people_it_needs(database: Database) -> None:
    example = (Path(__file__).parent.parent / "examples" / "campaign.toml").read_text(encoding="utf-8")
    assert await faults(database, example) == {"nobody"}


LONG = "kata " * 220
QUESTION = (
    '[question]\ntext = { id = "Apakah gratis?", en = "Is it free?" }\n[[question.answer]]\nlabel = { id = "Ya", en = "Yes" }\nright = true\n'
    '[[question.answer]]\nlabel = { id = "Tidak", en = "No" }\n[audience]'
)
SEEDED = [
    ("missing_language", 'en = "Hello {first_name}, check your status."\n', ""),
    ("unknown_language", "[fields]", 'nl = "Hoi {first_name}"\n[fields]'),
    ("unknown_field", "cek status Anda", "cek {nik} Anda"),
    ("no_fall_back", ', en = "friend"', ""),
    ("markup", "Bapak/Ibu", "{nik} *Bapak*"),
    ("markup", '"friend"', '"https://friend.example"'),
    ("unused_field", "[fields]", '[fields]\nends_on = { id = "nanti", en = "later" }'),
    ("unfillable", "cek status Anda", "sampai {ends_on}"),
    ("braces", "cek status Anda", "cek { status Anda"),
    ("too_long", "cek status Anda", LONG),
    ("missing_language", ', en = "Check status" }', " }"),
    ("long_label", "Cek status", "Cek status perlindungan Anda"),
    ("same_label", "Cek status", "Berhenti pesan"),
    ("opens_nothing", '"coverage"', '"nowhere"'),
    ("opens_nothing", '"coverage"', '"coverage.nothing"'),
    ("opens_nothing", 'dialogue = "coverage"', 'topic = "weather"'),
    ("bad_link", 'dialogue = "coverage"', 'link = "http://example.org"'),
    ("unknown", '["HK"]', '["HK", "XX"]'),
    ("unknown", "[audience]", '[audience]\nlinks = ["7GQ2X"]'),
    ("unknown", "[audience]", '[audience]\npartners = ["nobody"]'),
    ("unknown", "[audience]", '[audience]\nbranches = ["atlantis"]'),
    ("unknown", "[audience]", '[audience]\nlanguages = ["nl"]'),
    ("unknown", "[audience]", '[audience]\nstages = ["asleep"]'),
    ("unknown", "[audience]", '[audience]\ninterests = ["none"]'),
    ("unknown", "[audience]", '[audience]\ntopics = ["weather"]'),
    ("unknown", "[audience]", "[audience]\nnot_reached_by = [1]"),
    ("unknown", "[audience]", '[audience]\nchannels = ["telegram", "fax"]'),
    ("no_channel", "[audience]", "[audience]\nchannels = []"),
    ("nobody", '["HK"]', '["SA"]'),
    ("unexpected", "[audience]", "[audience]\nexpected = 100"),
    ("past", "[schedule]", "[schedule]\nat = 2026-11-22T09:00:00+07:00"),
    ("hours", "[schedule]", "[schedule]\nopens = 21:00:00\ncloses = 09:00:00"),
    ("no_waking_hour", "[schedule]", "[schedule]\nat = 2026-11-23T22:00:00+08:00\nexpires_hours = 6"),
    ("spread", "spread_hours = 2", "spread_hours = 40\nexpires_hours = 24"),
    ("template_unknown", "[audience]", TEMPLATE + "[audience]"),
    ("unknown", "[audience]", "[audience]\nlists = [1]"),
    ("unknown", "[audience]", "[audience]\nmissed_by = [1]"),
    (
        "same_text",
        "[fields]",
        '[other]\nid = "Halo {first_name}, cek status Anda."\nen = "Hello {first_name}, check your status."\n[fields]',
    ),
    ("missing_language", "[fields]", '[other]\nid = "Hai {first_name}"\n[fields]'),
    ("braces", "[fields]", '[other]\nid = "Hai }"\nen = "Hi"\n[fields]'),
    ("too_long", "[fields]", f'[other]\nid = "{LONG}"\nen = "Hi"\n[fields]'),
    ("dead_link", 'dialogue = "coverage"', 'link = "https://gone.example"'),
    ("too_long", 'dialogue = "coverage"', f'link = "https://bpjs.example/{"x" * 990}"'),
    ("no_file", 'name = "Cek"', 'name = "Cek"\nattachment = 7'),
    ("no_address", 'name = "Cek"', 'name = "Cek"\nattachment = 7'),
    ("ends_twice", "[audience]", '[repeat]\non = "cover_ends"\ndays = [30]\n[audience]\ncover_ends_from = 2027-01-01'),
    ("overlaps", "spread_hours = 2", 'expires_hours = 200\n[repeat]\non = "week"'),
    ("unknown", "[audience]", '[repeat]\non = "stage"\nstages = ["asleep"]\n[audience]'),
    ("same_label", '"Cek status", en', '"Tanpa pengingat ini", en'),
    ("missing_language", "[audience]", QUESTION.replace(', en = "Is it free?"', "")),
    ("long_label", "[audience]", QUESTION.replace("Tidak", "Tidak, perlu membayar sedikit")),
    ("too_many_buttons", "[audience]", QUESTION.replace("[audience]", '[[question.answer]]\nlabel = { id = "?", en = "?" }\n[audience]')),
]


@pytest.mark.parametrize(("code", "sound", "broken"), SEEDED, ids=[f"{place}-{code}" for place, (code, _s, _b) in enumerate(SEEDED)])
async def test_each_seeded_fault_is_named(database: Database, code: str, sound: str, broken: str) -> None:
    await people(database, 3)
    assert sound in SOUND
    file = SOUND.replace(sound, broken)
    if "Tanpa pengingat" in broken:
        file = file.replace("[audience]", '[repeat]\non = "week"\n[audience]')
    assert code in await faults(database, file)


async def test_many_faults_are_named_at_once(database: Database) -> None:
    broken = SOUND
    for _code, sound, worse in (SEEDED[2], SEEDED[3], SEEDED[13], SEEDED[17], SEEDED[30]):
        broken = broken.replace(sound, worse)
    assert await faults(database, broken) == {"unknown_field", "no_fall_back", "opens_nothing", "unknown", "past", "nobody"}


async def test_whatsapp_shows_the_button_that_stops_messages_beside_two_others(database: Database) -> None:
    more = "".join(f'[[button]]\ntopic = "{topic}"\nlabel = {{ id = "{topic}", en = "{topic}" }}\n' for topic in ("death", "claim"))
    file = SOUND.replace("[audience]", more + "[audience]")
    await people(database, 3)
    assert await faults(database, file) == {"too_many_buttons"}
    assert await faults(database, file.replace("[audience]", '[audience]\nchannels = ["telegram"]')) == set()


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("template_state", {"state": "PAUSED"}),
        ("template_blanks", {"body": "Halo {{1}} {{2}}"}),
        ("template_blanks", {"replies": 1}),
        ("template_language", {"languages": "id"}),
    ],
)
async def test_a_template_that_cannot_go_is_named(database: Database, code: str, wrong: dict[str, str]) -> None:
    await people(database, 3, channel="whatsapp", digits="852")
    file = SOUND.replace("[audience]", TEMPLATE + "[audience]")
    await approved(database)
    assert await faults(database, file) == set()
    await approved(database, **wrong)  # type: ignore[arg-type]
    assert await faults(database, file) == {code}


async def test_more_people_than_whatsapp_lets_us_write_to_is_a_fault(database: Database) -> None:
    await people(database, 40, channel="whatsapp", digits="852")
    await approved(database)
    await database.writer.run(lambda db: accounts.told(db, "whatsapp", NOW, daily_limit=10))
    assert await faults(database, SOUND.replace("[audience]", TEMPLATE + "[audience]")) == {"tier"}


async def test_what_cannot_go_before_it_expires_is_a_fault(database: Database) -> None:
    await people(database, 200)
    assert await faults(database, SOUND.replace("spread_hours = 2", "expires_hours = 24"), rate=0.001) == {"too_slow"}


async def test_nearly_everybody_is_suspicious_unless_it_was_expected(database: Database) -> None:
    await people(database, 1200)
    assert await faults(database, SOUND) == {"everybody"}
    assert await faults(database, SOUND.replace("[audience]", "[audience]\nexpected = 1000")) == set()


async def test_the_same_words_again_within_days_are_a_fault(database: Database) -> None:
    await people(database, 3)
    await started(database, SOUND.replace('name = "Cek"', 'name = "Ajakan Oktober"'), now=NOW - timedelta(days=3))
    assert "again" in await faults(database, SOUND)
    said = [render(what(fault), "id") for fault in (await checked(database, SOUND)).faults if fault.code == "again"]
    assert said == ["Kata-kata yang sama sudah dikirim beberapa hari lalu, dalam kampanye “Ajakan Oktober”."]


async def test_people_who_all_stopped_messages_are_an_audience_of_nobody(database: Database) -> None:
    await people(database, 3, opted_out_at=NOW)
    assert await faults(database, SOUND) == {"nobody_left"}


async def test_a_sound_reminder_passes_though_it_concerns_nobody_today(database: Database) -> None:
    reminder = SOUND.replace("[audience]", '[repeat]\non = "cover_ends"\ndays = [60, 30, 7]\n[audience]')
    assert await faults(database, reminder) == set()


async def test_a_reminder_has_room_for_one_button_beside_those_that_end_it(database: Database) -> None:
    more = '[[button]]\ntopic = "death"\nlabel = { id = "Santunan", en = "Benefit" }\n[repeat]\non = "week"\n[audience]'
    await people(database, 3)
    assert await faults(database, SOUND.replace("[audience]", more)) == {"too_many_buttons"}


async def test_a_sound_question_and_a_second_text_pass(database: Database) -> None:
    await people(database, 3)
    other = '[other]\nid = "Hai {first_name}"\nen = "Hi {first_name}"\n' + QUESTION
    assert await faults(database, SOUND.replace("[audience]", other)) == set()


@pytest.mark.parametrize(
    ("repeat", "said"),
    [
        ('on = "week"\ndays = [3]', "no days"),
        ('on = "cover_ends"', "how many days"),
        ('on = "cover_ends"\ndays = [7, 7]', "how many days"),
        ('on = "unfinished"\ndays = [1, 2]', "once how many days"),
        ('on = "stage"', "needs them"),
        ('on = "claim"', "repeat.on"),
    ],
)
def test_a_repetition_that_makes_no_sense_is_refused(repeat: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        read(SOUND + f"[repeat]\n{repeat}\n")


@pytest.mark.parametrize(
    ("broken", "line", "said"),
    [
        (SOUND.replace('name = "Cek"', 'name = "Cek"\ncolour = "red"'), 3, "colour"),
        (SOUND.replace("spread_hours = 2", "spread_hours = -1"), 14, "spread_hours"),
        (SOUND.replace('dialogue = "coverage"', 'dialogue = "coverage"\ntopic = "death"'), 8, "dialogue, topic or link"),
        (SOUND.replace('["HK"]', '"HK"'), 12, "countries"),
    ],
)
def test_a_slip_in_the_file_is_told_with_its_line(broken: str, line: int, said: str) -> None:
    with pytest.raises(Broken) as caught:
        read(broken)
    [slip] = caught.value.slips
    assert slip.startswith(f"line {line}, ")
    assert said in slip


def test_what_is_not_toml_at_all_is_told_with_its_line() -> None:
    with pytest.raises(Broken, match="line 2"):
        read('name = "x"\ntext = = 1')
