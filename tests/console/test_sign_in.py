"""The way in: what it asks, what it never tells, how often one may try, and when it is over (W6-W15, W26)."""

from __future__ import annotations

import math
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from argon2 import Type

from bot.campaigns_desk import outreach
from bot.house import DEMO, load, open_database
from bot.web import build
from console import Console, proofs, sign_in
from console.policies import Role
from console.sign_in import PASSWORD_TRIES
from storage import audit, credentials, limits, migrate, officers, sessions
from storage.audit import Wanted
from storage.writer import Connection
from tests.console.conftest import NOW, SETTINGS, Browser, Clock, Desk, _ready
from tests.console.people import PASSWORD, RECOVERY, able
from tests.talk import KEY

HASHER = proofs._hasher  # before the tests make it quick


async def test_an_officer_signs_in_with_password_and_code(both: Desk) -> None:
    sri = await able(both)
    browser = await sri.sign_in()
    page = await browser.get("/desk")
    assert page.status == 200
    assert sri.officer.name in await page.text()


async def test_a_password_alone_opens_nothing(desk: Desk) -> None:
    sri, browser = await able(desk), desk.stranger()
    assert (await sri.type_password(browser)).headers["Location"] == "/desk/sign-in/code"
    for path in ("/desk", "/desk/account", "/desk/enrol"):
        assert (await browser.get(path)).status == 401


async def test_a_session_is_never_taken_over_from_before_the_sign_in(desk: Desk) -> None:
    """W6"""
    sri, browser = await able(desk), desk.stranger()
    browser.keep("sapa-desk", "A" * 43)
    await sri.type_password(browser)
    half = browser.cookie()
    await sri.sign_in(browser)
    full = browser.cookie()
    assert len({"A" * 43, half, full}) == 3
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", full)  # 256 bits
    for old in ("A" * 43, half):
        thief = desk.stranger()
        thief.keep("sapa-desk", old)
        assert (await thief.get("/desk")).status == 401


async def test_signing_out_ends_the_session_on_our_side(desk: Desk) -> None:
    """W7"""
    browser = await desk.signed_in()
    token = browser.token
    assert (await browser.post("/desk/sign-out")).status == 303
    thief = desk.stranger()
    thief.keep("sapa-desk", token)
    assert (await thief.get("/desk")).status == 401


async def test_a_new_password_signs_out_everywhere_else_and_changes_the_token_here(desk: Desk) -> None:
    """W7"""
    sri = await able(desk)
    here, elsewhere = await sri.sign_in(), await sri.sign_in()
    before = here.cookie()
    new = "ombak tenang sebelum subuh"
    assert (await here.post("/desk/account/password", {"password": PASSWORD, "new": new})).status == 303
    assert (await elsewhere.get("/desk")).status == 401
    assert (await here.get("/desk")).status == 200
    assert here.cookie() != before
    assert (await sri.type_password(desk.stranger(), PASSWORD)).status == 403
    assert (await sri.type_password(desk.stranger(), new)).status == 303


async def test_role_change_disabling_and_ending_sessions_take_hold_at_the_next_request(desk: Desk) -> None:
    """W7"""
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    for path, form in (("role", {"role": "auditor"}), ("sign-out", {}), ("shut", {}), ("anew", {})):
        officer = await desk.officer(login=path)
        browser = await desk.enter(officer)
        assert (await browser.get("/desk")).status == 200
        assert (await boss.post(f"/desk/officers/{officer.id}/{path}", form)).status in (200, 303)
        assert (await browser.get("/desk")).status == 401, path


async def test_thirty_idle_minutes_end_a_session(desk: Desk) -> None:
    """W8"""
    browser = await desk.signed_in()
    for _click in range(3):
        desk.clock.move(minutes=29)
        assert (await browser.get("/desk")).status == 200
    desk.clock.move(minutes=30)
    assert (await browser.get("/desk")).status == 401


async def test_twelve_hours_end_a_session_however_busy(desk: Desk) -> None:
    """W8"""
    browser = await desk.signed_in()
    for _click in range(12 * 3 - 1):
        desk.clock.move(minutes=20)
        assert (await browser.get("/desk/account")).status == 200
    desk.clock.move(minutes=20)
    assert (await browser.get("/desk/account")).status == 401


async def test_what_a_page_fetches_by_itself_does_not_keep_an_officer_signed_in(desk: Desk) -> None:
    browser = await desk.signed_in()
    for _news in range(3):
        desk.clock.move(minutes=10)
        answer = await browser.get("/desk", **{"X-Background": "1"})
    assert answer.status == 401


async def test_cookies_are_out_of_reach_of_scripts_neighbours_and_other_sites(tmp_path: Path) -> None:
    """W9"""
    database = open_database(f"sqlite:///{tmp_path / 'sapa.db'}", KEY)
    await migrate(database.url)
    await load(database, DEMO, NOW)
    console = Console(
        database, Clock(), lambda _told: None, branch="sidoarjo", outreach=outreach(SETTINGS, database), public_url="https://desk.example"
    )
    async with TestServer(build(console.routes(), _ready, https=True, gates=[console.gate()])) as server, ClientSession() as http:
        answer = await http.get(f"http://{server.host}:{server.port}/desk/sign-in")
        await answer.read()
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-sapa-desk=")
        for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            assert part in cookie
        assert "Domain" not in cookie
        assert answer.headers["Strict-Transport-Security"]
        # A __Host- cookie is only taken away by an answer that a browser would have let set it.
        said = f"{console.desk.sealer.index('said', 'VGVyc2ltcGFu')}"
        answer = await http.get(f"http://{server.host}:{server.port}/desk/sign-in", cookies={"__Host-sapa-said": f"VGVyc2ltcGFu.{said}"})
        await answer.read()
        [gone] = [value for value in answer.headers.getall("Set-Cookie") if value.startswith("__Host-sapa-said=")]
        assert "Max-Age=0" in gone
        assert "Secure" in gone
    await database.close()


async def test_the_token_is_in_the_cookie_and_nowhere_else(desk: Desk) -> None:
    """W9"""
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    for path in ("/desk", "/desk/account", "/desk/officers", "/desk/audit"):
        answer = await browser.get(path)
        assert browser.token not in await answer.text()
        assert browser.token not in str(answer.headers)
    rows = await desk.database.writer.read(lambda db: sessions.of(db, browser.officer.id if browser.officer else 0, desk.clock()))
    assert browser.token not in str(rows)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_a_form_from_elsewhere_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    """W10"""
    browser = await desk.signed_in()
    answer = await browser.post("/desk/account", {"language": "en", "zone": "Asia/Jayapura"}, **headers)
    assert answer.status == 403
    assert await _language(desk, browser) == "id"


@pytest.mark.parametrize("token", ["", "guess", "salt.guess", "." * 9], ids=repr)
async def test_a_form_without_its_token_changes_nothing(desk: Desk, token: str) -> None:
    """W10"""
    browser = await desk.signed_in()
    answer = await browser.post("/desk/account", {"language": "en", "zone": "Asia/Jayapura", "csrf": token})
    assert answer.status == 403
    assert await _language(desk, browser) == "id"


async def test_a_token_of_another_session_does_not_fit(desk: Desk) -> None:
    """W10"""
    mine, other = await desk.signed_in(), await desk.signed_in(Role.AUDITOR)
    answer = await mine.post("/desk/account", {"language": "en", "zone": "Asia/Jayapura", "csrf": other.form_token()})
    assert answer.status == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data; boundary=x"])
async def test_other_kinds_of_body_need_the_token_in_a_header(desk: Desk, kind: str) -> None:
    """W10"""
    browser = await desk.signed_in()
    body = f"csrf={browser.form_token()}&language=en&zone=Asia/Jayapura"
    headers = {"Origin": desk.address, "Content-Type": kind}
    async with browser.http.post(f"{desk.address}/desk/account", data=body, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403


async def test_a_get_never_changes_anything(desk: Desk) -> None:
    """W10"""
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    for path in ("/desk/sign-out", "/desk/account/sessions/end", "/desk/officers/1/shut", "/desk/passkeys/remove"):
        assert (await browser.get(path)).status == 405


async def test_packed_bodies_are_refused_unread(desk: Desk) -> None:
    browser = await desk.signed_in()
    headers = {"Origin": desk.address, "Content-Encoding": "gzip"}
    async with browser.http.post(f"{desk.address}/desk/account", data=b"x", headers=headers) as answer:
        assert answer.status == 415


async def test_strangers_get_few_tries_and_the_owner_still_gets_in(desk: Desk) -> None:
    """W11: at most ten real checks in a quarter of an hour, and no lock-out."""
    sri = await able(desk)
    home = await sri.sign_in()
    await home.post("/desk/sign-out")
    desk.clock.move(hours=1)
    checked = 0
    for second in range(0, 15 * 60, 10):
        stranger = desk.stranger()
        answer = await sri.type_password(stranger, "salah sekali lagi")
        checked += answer.status == 403
        desk.clock.move(seconds=10)
        assert answer.status in (403, 429), second
    assert 5 <= checked <= 10
    while (await sri.type_password(desk.stranger(), "salah sekali lagi")).status != 429:
        pass
    assert (await sri.type_password(desk.stranger(), PASSWORD)).status == 429  # the right one too, from a browser nobody knows
    await sri.sign_in(home)
    assert (await home.get("/desk")).status == 200


async def test_one_address_gets_few_tries_over_many_accounts(desk: Desk) -> None:
    """W11"""
    browser = desk.stranger()
    await browser.get("/desk/sign-in")
    answers = [(await browser.post("/desk/sign-in", {"login": f"nobody{number}", "password": ""})).status for number in range(62)]
    assert answers.count(429) == 2


async def test_one_address_may_ask_for_few_passkeys(desk: Desk) -> None:
    """W11: each question is a row, so that a stranger must not be able to write as many as they like."""
    browser = desk.stranger()
    await browser.get("/desk/sign-in")
    answers = [(await browser.post("/desk/sign-in/passkey/ask")).status for _try in range(62)]
    assert answers.count(429) == 2


@pytest.mark.parametrize(("language", "other", "name"), [("id", "en", "English"), ("en", "id", "Bahasa Indonesia")])
async def test_who_cannot_read_the_sign_in_page_finds_theirs(desk: Desk, language: str, other: str, name: str) -> None:
    browser = desk.stranger()
    page = await (await browser.get(f"/desk/sign-in?lang={language}&next=/desk/audit")).text()
    [link] = re.findall(rf'<a href="([^"]+)" lang="{other}"[^>]*>{name}</a>', page)
    page = await (await browser.get(link.replace("&amp;", "&"))).text()
    assert f'<html lang="{other}">' in page
    assert 'value="/desk/audit"' in page
    wrong = await browser.post(f"/desk/sign-in?lang={other}", {"login": "nobody", "password": ""})
    assert f'<html lang="{other}">' in await wrong.text()


async def test_an_address_that_anybody_can_write_down_is_not_believed(desk: Desk) -> None:
    """W11, W26"""
    browser = desk.stranger()
    await browser.get("/desk/sign-in")
    for number in range(61):
        forged = {"X-Forwarded-For": f"203.0.113.{number}"}
        answer = await browser.post("/desk/sign-in", {"login": f"nobody{number}", "password": ""}, **forged)
    assert answer.status == 429


async def test_known_and_unknown_names_get_the_same_answer(desk: Desk) -> None:
    """W12"""
    sri = await able(desk)
    gone = await able(desk, login="gone@sidoarjo")
    await desk.database.writer.run(lambda db: officers.change(db, gone.officer.id, disabled_at=NOW))
    answers = []
    for login in (sri.officer.login, "nobody@nowhere", gone.officer.login):
        browser = desk.stranger()
        await browser.get("/desk/sign-in")
        answer = await browser.post("/desk/sign-in", {"login": login, "password": "salah sekali lagi"})
        text = (await answer.text()).replace(login, "LOGIN")
        answers.append((answer.status, re.sub(r'(csrf"?( value)?=")[^"]+', r"\1", text)))
    assert answers[0] == answers[1] == answers[2]


async def test_a_name_is_looked_up_and_a_password_checked_whether_there_is_one_or_not(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """W12: what takes the time is done for everybody."""
    sri, real = await able(desk), proofs._verify
    checks: list[list[str]] = []

    def counted(kept: str, typed: str) -> bool:
        checks.append(kept.split("$")[:4])
        return real(kept, typed)

    monkeypatch.setattr(proofs, "_verify", counted)
    for login in (sri.officer.login, "nobody@nowhere"):
        browser = desk.stranger()
        await browser.get("/desk/sign-in")
        await browser.post("/desk/sign-in", {"login": login, "password": "salah sekali lagi"})
    assert len(checks) == 2
    assert checks[0] == checks[1]  # the same algorithm and parameters


@pytest.mark.parametrize(
    ("at", "code"), [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238(at: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890", appendix B
    assert proofs.code_at(secret, at // proofs.STEP) == code


async def test_a_code_works_once_and_so_does_every_one_before_it(both: Desk) -> None:
    """W13"""
    sri = await able(both)
    both.clock.move(minutes=1)
    code, earlier = sri.code, proofs.code_at("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", int(both.clock().timestamp()) // proofs.STEP - 1)
    first = both.stranger()
    await sri.type_password(first)
    assert (await first.post("/desk/sign-in/code", {"code": code})).status == 303
    for again in (code, earlier):
        thief = both.stranger()
        await sri.type_password(thief)
        assert (await thief.post("/desk/sign-in/code", {"code": again})).status == 403


@pytest.mark.parametrize(("beside", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(beside: int, taken: bool) -> None:
    """W13"""
    secret, step = proofs.new_secret(), int(NOW.timestamp()) // proofs.STEP
    found = proofs.step_of(secret, proofs.code_at(secret, step + beside), NOW)
    assert (found == step + beside) is taken or (found is None and not taken)


async def test_who_has_the_password_may_guess_some_fifty_codes_a_day(desk: Desk) -> None:
    """W13"""
    sri, browser = await able(desk), desk.stranger()
    await sri.type_password(browser)
    token = browser.cookie()
    guessed = 0
    for _quarter in range(4 * 24):
        browser.keep("sapa-desk", token)
        for _guess in range(3):
            guessed += (await browser.post("/desk/sign-in/code", {"code": "000000"})).status == 403
        desk.clock.move(minutes=15)
        if (await browser.get("/desk/sign-in/code")).status == 401:
            desk.clock.move(minutes=-15)
            await sri.type_password(browser)
            token = browser.cookie()
            desk.clock.move(minutes=15)
    assert 10 < guessed <= 60


async def test_a_recovery_code_works_once_and_is_kept_as_a_hash(both: Desk) -> None:
    """W13"""
    sri, browser = await able(both), both.stranger()
    await sri.type_password(browser)
    assert (await browser.post("/desk/sign-in/code", {"code": RECOVERY.lower().replace("-", " ")})).status == 303
    again = both.stranger()
    await sri.type_password(again)
    assert (await again.post("/desk/sign-in/code", {"code": RECOVERY})).status == 403


async def test_recovery_codes_are_shown_once_and_need_the_password_to_be_made_anew(desk: Desk) -> None:
    sri = await able(desk)
    browser = await sri.sign_in()
    assert (await browser.post("/desk/account/codes", {"password": "salah"})).status == 403
    answer = await browser.post("/desk/account/codes", {"password": PASSWORD})
    codes = re.findall(r"<code>([0-9A-Z-]{14})</code>", await answer.text())
    assert len(set(codes)) == proofs.RECOVERY_CODES
    assert codes[0] not in await (await browser.get("/desk/account/codes")).text()


def test_passwords_are_hashed_slowly() -> None:
    """W14: argon2id, 64 MiB and three passes, the second choice of RFC 9106."""
    assert (HASHER.type, HASHER.memory_cost, HASHER.time_cost) == (Type.ID, 65536, 3)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "bpjs12345678901",
        "password1234567",
        "Siti-1234567890",
        "1234567890123456",
        "x" * 257,
    ],
)
def test_passwords_that_anybody_would_try_are_refused(password: str) -> None:
    """W14"""
    assert proofs.wrong_with(password, "siti@bpjs.example", "Siti Aminah") is not None


@pytest.mark.parametrize(
    "password", ["sawah hijau di kaki gunung", "kR7#vQ2!mZ9x", "ありがとうございますを言う", "w" * 3 + " panjang sekali " * 12]
)
def test_long_passwords_of_any_letters_are_taken(password: str) -> None:
    """W14"""
    assert proofs.wrong_with(password, "siti@bpjs.example", "Siti Aminah") is None


@pytest.mark.parametrize(
    "next",
    [
        "//evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/\\evil.example",
        "/desk//evil.example",
        "/deskevil",
        "/desk\n/x",
        "/",
        "desk",
    ],
)
async def test_no_address_elsewhere_is_gone_to_after_signing_in(desk: Desk, next: str) -> None:
    """W15"""
    assert sign_in.safe(next) == ""
    sri, browser = await able(desk), desk.stranger()
    await sri.type_password(browser, next=next)
    desk.clock.move(seconds=30)
    answer = await browser.post("/desk/sign-in/code", {"code": sri.code, "next": next})
    assert answer.headers["Location"] == "/desk"


async def test_after_signing_in_one_is_where_one_wanted_to_be(desk: Desk) -> None:
    """W15"""
    sri, browser = await able(desk), desk.stranger()
    asked = await browser.get("/desk/account?x=1")
    assert asked.status == 401
    assert 'name="next" value="/desk/account?x=1"' in await asked.text()
    await sri.type_password(browser, next="/desk/account?x=1")
    answer = await browser.post("/desk/sign-in/code", {"code": sri.code, "next": "/desk/account?x=1"})
    assert answer.headers["Location"] == "/desk/account?x=1"


async def test_a_form_sent_after_the_session_ended_is_said_to_be_unsaved(desk: Desk) -> None:
    browser = await desk.signed_in()
    desk.clock.move(minutes=31)
    answer = await browser.post("/desk/account", {"language": "en", "zone": "Asia/Jakarta"})
    assert answer.status == 401
    assert "masih ada" in await answer.text()


@pytest.mark.slow
async def test_time_does_not_tell_whether_a_name_exists(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """W12: the ranks of 30 answers to known and 30 to unknown names, in turn, are those of one and the same crowd."""
    monkeypatch.setattr(proofs, "_hasher", HASHER)
    proofs._nobody.cache_clear()
    proofs._nobody()
    hash = await proofs.hash_password(PASSWORD)
    took: dict[bool, list[float]] = {True: [], False: []}
    browser = desk.stranger()
    await browser.get("/desk/sign-in")
    for number in range(30):
        officer = await desk.officer(login=f"known{number}")
        await desk.database.writer.run(lambda db, officer=officer: credentials.set_password(db, officer.id, hash))  # type: ignore[misc]
        for exists in (True, False) if number % 2 else (False, True):
            desk.clock.move(minutes=1)
            started = time.perf_counter()
            await browser.post("/desk/sign-in", {"login": f"{'known' if exists else 'other'}{number}", "password": "salah sekali lagi"})
            took[exists].append(time.perf_counter() - started)
    assert _mann_whitney(took[True], took[False]) > 0.0001  # a name that is not there and costs no hash gives 1e-10


def _mann_whitney(one: list[float], other: list[float]) -> float:
    """The chance that two samples of one crowd differ so much (two-sided, by the normal approximation)."""
    wins = sum(a > b for a in one for b in other)
    mean, deviation = len(one) * len(other) / 2, math.sqrt(len(one) * len(other) * (len(one) + len(other) + 1) / 12)
    return math.erfc(abs(wins - mean) / deviation / math.sqrt(2))


async def test_each_sign_in_is_a_row_of_the_audit(desk: Desk) -> None:
    sri = await able(desk)
    await sri.sign_in()
    found = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("session",))))
    assert [(row.action, row.officer_id, row.detail) for row in found] == [("session.begun", sri.officer.id, {"way": "app"})]


async def test_fields_that_a_form_does_not_have_are_ignored(desk: Desk) -> None:
    """W4"""
    browser = await desk.signed_in()
    sent = {"language": "en", "zone": "Asia/Jakarta", "role": "administrator", "branch": "*", "id": "1", "disabled_at": ""}
    assert (await browser.post("/desk/account", sent)).status == 303
    assert browser.officer is not None
    officer = browser.officer
    found = await desk.database.writer.read(lambda db: officers.by_id(db, "*", officer.id))
    assert found is not None
    assert (found.role, found.branch, found.language) == (officer.role, officer.branch, "en")


async def _language(desk: Desk, browser: Browser) -> str:
    assert browser.officer is not None
    number = browser.officer.id
    found = await desk.database.writer.read(lambda db: officers.by_id(db, "*", number))
    assert found is not None
    return found.language


async def test_what_proves_an_officer_is_kept_unreadable(desk: Desk, tmp_path: Path) -> None:
    """P2: nothing in the file lets who reads it sign in."""
    sri = await able(desk)
    await sri.sign_in()
    await desk.database.writer.run(lambda db: credentials.add_link(db, sri.officer.id, "a-secret-link-token", NOW))
    kept = (tmp_path / "sapa.db").read_bytes() + (tmp_path / "sapa.db-wal").read_bytes()
    for secret in (PASSWORD, "JBSWY3DPEHPK3PXP", RECOVERY, RECOVERY.replace("-", ""), "a-secret-link-token"):
        assert secret.encode() not in kept


async def test_ten_thousand_tries_in_a_quarter_of_an_hour_are_ten_real_checks(desk: Desk) -> None:
    """W11: whatever network addresses they come from; half a day later the account is as it was."""

    async def try_all(db: Connection) -> int:
        start, tries = desk.clock.now, 10_000
        moments = (start + timedelta(minutes=15) * number / tries for number in range(tries))
        return sum([await limits.spend(db, desk.database.dialect, "account:sri", PASSWORD_TRIES, moment) for moment in moments])

    assert await desk.database.writer.run(try_all) <= 10
    desk.clock.move(hours=12)
    later = desk.clock.now
    assert await desk.database.writer.run(lambda db: limits.spend(db, desk.database.dialect, "account:sri", PASSWORD_TRIES, later))
