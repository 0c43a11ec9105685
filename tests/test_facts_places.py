"""Where a worker is: found in whatever they type, never in an everyday word."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import facts
from facts.places import normal


def found(text: str) -> str | None:
    country = facts.find_country(text)
    return country.iso if country else None


@pytest.mark.parametrize(
    ("typed", "iso"),
    [
        ("hk", "HK"),
        ("hongkong", "HK"),
        ("Hong-Kong", "HK"),
        ("HONG KONG!!", "HK"),
        ("arab", "SA"),
        ("saudi", "SA"),
        ("Jeddah", "SA"),
        ("madinah", "SA"),
        ("taiwan", "TW"),
        ("tw", "TW"),
        ("Formosa", "TW"),
        ("korsel", "KR"),
        ("korea", "KR"),
        ("Korea Selatan", "KR"),
        ("jepang", "JP"),
        ("japan", "JP"),
        ("malay", "MY"),
        ("Johor", "MY"),
        ("sabah", "MY"),
        ("KL", "MY"),
        ("dubai", "AE"),
        ("abu dhabi", "AE"),
        ("Uni Emirat Arab", "AE"),
        ("spore", "SG"),
        ("sgp", "SG"),
        ("brunei", "BN"),
        ("Türkiye", "TR"),
        ("turki", "TR"),
        ("papua nugini", "PG"),
        ("makau", "MO"),
        ("indo", "ID"),
        ("ｔａｉｗａｎ", "TW"),
        ("tai\u200bwan", "TW"),
        ("taiwannnn", "TW"),
        ("🇹🇼 taiwan 😊", "TW"),
    ],
)
def test_a_place_is_known_by_what_workers_call_it(typed: str, iso: str) -> None:
    assert found(typed) == iso


@pytest.mark.parametrize(
    ("said", "iso"),
    [
        ("sy di taiwan", "TW"),
        ("skrg sy kerja di hongkong min", "HK"),
        ("mau ke jepang bulan depan", "JP"),
        ("dr taiwan mau ke korea", "KR"),
        ("sy di indo mau ke jepang", "JP"),
        ("di singapura, asal jawa timur", "SG"),
        ("I'm in Kuala Lumpur", "MY"),
        ("moving from Dubai to Qatar", "QA"),
        ("hotline kbri riyadh brp ya darurat", "SA"),
        ("udh 3 th di arab blm prnh punya bpjs", "SA"),
    ],
)
def test_a_place_is_found_inside_a_sentence(said: str, iso: str) -> None:
    assert found(said) == iso


@pytest.mark.parametrize(
    ("slip", "iso"),
    [
        ("taiwn", "TW"),
        ("tiawan", "TW"),
        ("malasyia", "MY"),
        ("singapuraa", "SG"),
        ("sinagpore", "SG"),
        ("jepamg", "JP"),
        ("hongkng", "HK"),
        ("saudi arbia", "SA"),
        ("indonisia", "ID"),
        ("yordannia", "JO"),
        ("australi", "AU"),
        ("austia", "AT"),
    ],
)
def test_a_slip_of_the_finger_in_a_long_name_is_forgiven(slip: str, iso: str) -> None:
    assert found(slip) == iso


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "😀",
        "atlantis",
        "wakanda",
        "sabar ya",
        "malam min",
        "bukan",
        "mesin pabrik rusak",
        "senang sekali",
        "celaka",
        "macam mana",
        "tawar menawar",
        "sy mau tanya",
        "my contract",
        "it is in the office",
        "bisa bahasa inggris?",
        "kurs taiwan brp",
        "{name}",
        "'; DROP TABLE countries;--",
        "1234567890",
        "kerja di kapal",
        "a" * 5000,
    ],
)
def test_no_place_is_made_up(typed: str) -> None:
    assert found(typed) is None


def test_the_longer_name_wins() -> None:
    assert found("korea utara") == "KP"
    assert found("papua") == "ID"
    assert found("uni emirat arab") == "AE"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_answered(text: str) -> None:
    found(text)


@settings(deadline=None)
@given(st.sampled_from([(name, country.iso) for country in facts.countries() for name in (*country.name.words.values(), *country.aliases)]))
def test_every_name_we_know_finds_its_own_country(name: tuple[str, str]) -> None:
    said, iso = name
    assert found(said) == iso
    assert found(f"  {said.upper()}. ") == iso
    assert found(f"sy skrg di {said} min") == iso


def test_names_are_written_as_they_are_compared() -> None:
    for country in facts.countries():
        assert all(alias == alias.casefold() for alias in country.aliases)
        assert all(normal(alias) for alias in country.aliases)


def test_where_most_work_is_offered_first() -> None:
    assert [country.iso for country in facts.countries()[:10]] == ["HK", "TW", "MY", "JP", "SG", "KR", "SA", "IT", "BN", "TR"]


def test_a_country_is_the_same_however_its_code_is_written() -> None:
    assert facts.country("tw") is facts.country("TW")
    with pytest.raises(KeyError, match="no country 'XX'"):
        facts.country("xx")


def test_missions_are_found_by_country_those_with_a_number_first() -> None:
    malaysia = facts.missions_in("MY")
    assert [mission.id for mission in malaysia[:2]] == ["KBRI-KUL", "KJRI-JHB"]
    assert [bool(mission.hotlines) for mission in malaysia] == [True, True, False, False, False, False]
    assert [mission.id for mission in facts.missions_in("mo")] == ["KJRI-HKG"], "Macau is served from Hong Kong"
    assert facts.missions_in("ZM") == ()


def test_a_mission_says_what_it_is_known_to_ask() -> None:
    asks = {mission.id: mission.membership_required for iso in ("TW", "HK", "KR", "BN", "SG") for mission in facts.missions_in(iso)}
    assert asks == {"KDEI-TPE": "yes", "KJRI-HKG": "no", "KBRI-SEL": "yes", "KBRI-BWN": "partly", "KBRI-SIN": "unknown"}


def test_emergency_numbers_say_who_answers() -> None:
    assert [(number.phone.shown, number.services) for number in facts.emergency_numbers("tw")] == [
        ("110", ("police",)),
        ("119", ("fire", "ambulance")),
    ]
    assert facts.emergency_numbers("ZM") == ()


def test_where_one_can_pay_from_abroad_is_known_for_two_countries_and_not_guessed_for_others() -> None:
    assert {contact.iso for contact in facts.contacts("payment")} == {"MY", "TW"}
    assert {contact.iso for contact in facts.contacts("office")} == {"TW", "BN"}
