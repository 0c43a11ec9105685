"""Who may use the desk, said on the desk: invitations, roles, shutting out, and what another branch never learns (W2, W4, W7)."""

from __future__ import annotations

import re

import pytest

from console import proofs
from console.policies import Role
from storage import audit, credentials, officers
from storage.audit import Wanted
from storage.branches import BRANCHES
from storage.officers import Officer
from tests.console.conftest import Browser, Desk
from tests.console.people import PASSWORD, able

INVITATION = {"name": "Sri Wahyuni", "login": "sri@example.org", "role": "officer", "branch": "sidoarjo", "partner": ""}


async def invite(boss: Browser, **changed: str) -> str:
    """The link that the administrator is shown."""
    answer = await boss.post("/desk/officers/new", {**INVITATION, **changed})
    found = re.search(r"<code>http://[^/]+(/desk/link/[^<]+)</code>", await answer.text())
    assert answer.status == 200
    assert found
    return found[1]


async def known(desk: Desk, login: str) -> Officer:
    found = await desk.database.writer.read(lambda db: officers.by_login(db, login))
    assert found is not None
    return found


async def audited(desk: Desk, noun: str = "officer") -> list[str]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=(noun,))))
    return [row.action for row in rows]


async def test_an_invited_officer_sets_password_and_app_and_is_in(both: Desk) -> None:
    boss = await both.signed_in(Role.ADMINISTRATOR)
    link, sri = await invite(boss), both.stranger()
    assert INVITATION["name"] in await (await sri.get(link)).text()
    assert (await sri.post(link, {"password": PASSWORD})).headers["Location"] == "/desk/enrol"
    page = await (await sri.get("/desk/enrol")).text()
    sealed, secret = re.search(r'name="sealed" value="([^"]+)"', page), re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert sealed
    assert secret
    code = proofs.code_at(secret[1].replace(" ", ""), int(both.clock().timestamp()) // proofs.STEP)
    answer = await sri.post("/desk/enrol", {"sealed": sealed[1], "code": code})
    assert answer.headers["Location"] == "/desk/account/codes"
    assert (await sri.get("/desk")).status == 200
    assert await audited(both) == ["officer.factor_set", "officer.link_used", "officer.added"]


async def test_a_link_works_once(desk: Desk) -> None:
    link = await invite(await desk.signed_in(Role.ADMINISTRATOR))
    first, second = desk.stranger(), desk.stranger()
    for browser in (first, second):
        assert (await browser.get(link)).status == 200  # looking at it does not use it up
    assert (await first.post(link, {"password": PASSWORD})).status == 303
    assert (await second.post(link, {"password": PASSWORD})).status == 404
    assert (await second.get(link)).status == 404


async def test_a_link_ends_after_a_day(desk: Desk) -> None:
    link, browser = await invite(await desk.signed_in(Role.ADMINISTRATOR)), desk.stranger()
    desk.clock.move(hours=23, minutes=59)
    assert (await browser.get(link)).status == 200
    desk.clock.move(minutes=1)
    assert (await browser.get(link)).status == 404
    assert (await browser.post(link, {"password": PASSWORD})).status == 404


async def test_a_weak_password_does_not_use_the_link_up(desk: Desk) -> None:
    link, browser = await invite(await desk.signed_in(Role.ADMINISTRATOR)), desk.stranger()
    await browser.get(link)
    assert (await browser.post(link, {"password": "password1234"})).status == 422
    assert (await browser.post(link, {"password": PASSWORD})).status == 303


async def test_starting_anew_makes_everything_they_had_worthless(desk: Desk) -> None:
    boss, sri = await desk.signed_in(Role.ADMINISTRATOR), await able(desk)
    browser = await sri.sign_in()
    answer = await boss.post(f"/desk/officers/{sri.officer.id}/anew")
    assert "/desk/link/" in await answer.text()
    assert (await browser.get("/desk")).status == 401
    assert (await sri.type_password(desk.stranger())).status == 403
    assert await desk.database.writer.read(lambda db: credentials.recovery_codes_left(db, sri.officer.id)) == 0


async def test_nobody_changes_their_own_role_or_shuts_themselves_out(desk: Desk) -> None:
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    await desk.officer(Role.ADMINISTRATOR, login="second")
    assert boss.officer is not None
    for path, form in (("role", {"role": "officer"}), ("shut", {}), ("anew", {}), ("sign-out", {})):
        assert (await boss.post(f"/desk/officers/{boss.officer.id}/{path}", form)).status == 409, path
    assert await audited(desk) == []


async def test_a_branch_keeps_an_administrator(desk: Desk) -> None:
    national, last = await desk.signed_in(Role.ADMINISTRATOR, "*"), await desk.officer(Role.ADMINISTRATOR)
    for path, form in (("role", {"role": "officer"}), ("shut", {})):
        assert (await national.post(f"/desk/officers/{last.id}/{path}", form)).status == 409
    await desk.officer(Role.ADMINISTRATOR, login="second")
    assert (await national.post(f"/desk/officers/{last.id}/shut")).status == 303


async def test_who_is_shut_out_can_be_let_in_again(desk: Desk) -> None:
    boss, sri = await desk.signed_in(Role.ADMINISTRATOR), await able(desk)
    await boss.post(f"/desk/officers/{sri.officer.id}/shut")
    assert (await sri.type_password(desk.stranger())).status == 403
    await boss.post(f"/desk/officers/{sri.officer.id}/open")
    await sri.sign_in()
    assert (await audited(desk))[:2] == ["officer.enabled", "officer.disabled"]


@pytest.mark.parametrize("path", ["", "/role", "/shut", "/open", "/sign-out", "/anew"])
async def test_another_branchs_officer_is_as_one_that_never_was(desk: Desk, path: str) -> None:
    """W2"""
    boss, theirs = await desk.signed_in(Role.ADMINISTRATOR), await desk.officer(branch="surabaya")
    answers = []
    for number in (theirs.id, theirs.id + 1):
        address = f"/desk/officers/{number}{path}"
        answer = await (boss.post(address, {"role": "auditor"}) if path else boss.get(address))
        answers.append((answer.status, re.sub(r'(csrf"?( value)?=")[^"]+', "", await answer.text())))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    assert await known(desk, theirs.login) == theirs


async def test_lists_searches_and_totals_leave_other_branches_out(desk: Desk) -> None:
    """W2"""
    boss, theirs = await desk.signed_in(Role.ADMINISTRATOR), await desk.officer(branch="surabaya", name="Zulkarnain")
    for query in ("", "?q=Zul", f"?q={theirs.login}", "?role=officer", "?after=a"):
        page = await (await boss.get(f"/desk/officers{query}")).text()
        assert "Zulkarnain" not in page.replace('value="Zulkarnain"', "")
    national = await desk.signed_in(Role.ADMINISTRATOR, "*")
    assert "Zulkarnain" in await (await national.get("/desk/officers?q=zulk")).text()


@pytest.mark.parametrize("branch", ["*", "surabaya", ""])
async def test_an_administrator_of_a_branch_invites_into_that_branch_alone(desk: Desk, branch: str) -> None:
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    rows = {"id": "surabaya", "name": "Surabaya", "zone": "Asia/Jakarta", "opens": "08:00", "closes": "16:00"}
    await desk.database.writer.run(lambda db: db.execute(BRANCHES.insert(), [rows]))
    assert (await boss.post("/desk/officers/new", {**INVITATION, "branch": branch})).status == 400


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"role": "king"}, 400),
        ({"role": ""}, 400),
        ({"name": ""}, 422),
        ({"login": " "}, 422),
        ({"name": "x" * 101}, 422),
        ({"role": "partner"}, 422),
        ({"partner": "p4mi-sidoarjo"}, 422),
        ({"role": "partner", "partner": "nobody"}, 422),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_with_what_was_typed_kept(desk: Desk, changed: dict[str, str], status: int) -> None:
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    answer = await boss.post("/desk/officers/new", {**INVITATION, **changed})
    assert answer.status == status
    if status == 422 and "login" not in changed:
        assert f'value="{INVITATION["login"]}"' in await answer.text()


async def test_a_name_to_sign_in_with_belongs_to_one_however_it_is_written(desk: Desk) -> None:
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    await invite(boss)
    assert (await boss.post("/desk/officers/new", {**INVITATION, "login": " SRI@example.org "})).status == 422
    await invite(boss, role="partner", partner="p4mi-sidoarjo", login="p4mi")
    assert (await known(desk, "P4MI")).partner == "p4mi-sidoarjo"


async def test_the_audit_tells_of_an_invitation_without_names(desk: Desk) -> None:
    await invite(await desk.signed_in(Role.ADMINISTRATOR))
    row = (await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("officer",)))))[0]
    assert row.detail["role"] == [None, "officer"]
    assert "Sri" not in str(row.detail)
    assert "sri@" not in str(row.detail)
    sealer = desk.database.tools.sealer
    assert row.detail["name"] == [None, sealer.index("audit:name", "Sri Wahyuni")]
