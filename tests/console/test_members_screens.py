"""Members and interests in a real browser: looks, a list dropped and taken back, progress without a reload, hostile names."""

from __future__ import annotations

import base64
import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from console.policies import Role
from tests.console.conftest import Desk
from tests.console.test_interests import change, leave
from tests.console.test_members import enlist, member
from tests.console.test_members_import import HEADINGS, LIST, RIGHT, WRONG, check, many, send
from tests.console.test_screens import HEAVIEST, LOOKS, Screen, screen  # noqa: F401 (a fixture)
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TODAY = date(2026, 11, 22)
NIK, PHONE = "3515005503910000", "+886912345678"
NAMES = ("Dewi Lestari", "Agus Setiawan", "Sri Wahyuni", "Slamet Riyadi", "Nur Aini", "Bambang Sutrisno binti yang namanya panjang sekali")


async def filled(desk: Desk) -> list[str]:
    """A desk with members and interests; the addresses of all that can be looked at."""
    people = [member(name, TODAY + timedelta(days=at * at * 4 - 1), f"2609{at:07}", None) for at, name in enumerate(NAMES)]
    await enlist(desk, *people, *(member(f"Peserta {n}", TODAY + timedelta(days=n % 80), f"2610{n:07}", None) for n in range(60)))
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    draft = (await send(boss)).headers["Location"]
    checked = (await send(boss, LIST + b"\n")).headers["Location"]
    await check(desk, boss, checked)
    states = ("new", "contacted", "document", "registered", "unreachable", "new")
    ids = [await leave(desk, at, name, nik=NIK if at < 3 else None, phone=PHONE if at % 2 else None) for at, name in enumerate(NAMES, 1)]
    for at, (interest, state) in enumerate(zip(ids, states, strict=True)):
        await change(desk, interest, state=state, due_on=TODAY + timedelta(days=at - 2))
    await boss.post(f"/desk/interests/{ids[0]}/move", {"version": "0", "state": "contacted", "note": "Minta dihubungi sore hari."})
    await boss.post("/desk/interests/rules", {"country": "TW", "partner": "", "officer": str(boss.officer.id if boss.officer else 0)})
    lists = ["/desk/members", "/desk/members?ends=soon&q=peserta", "/desk/members?q=nobody", "/desk/members/ending", "/desk/members/checks"]
    imports = ["/desk/members/imports", "/desk/members/imports/new", draft, checked]
    found = await (await boss.get("/desk/members?q=dewi")).text()
    one = found.partition('data-row href="')[2].partition('"')[0]
    interests = [
        "/desk/interests",
        "/desk/interests?view=board",
        "/desk/interests?state=new&due=late",
        "/desk/interests/rules",
        *(f"/desk/interests/{n}" for n in ids[:2]),
    ]
    return [*lists, *imports, one, *interests]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
    """axe finds nothing, nothing is wider than the screen, and no page is heavy."""
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paths, found, sizes = await filled(screen.desk), dict[str, list[str]](), list[int]()
    await screen.enter()
    screen.page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    for number, path in enumerate(paths):
        sizes.clear()
        await screen.open(path)
        too_wide = await screen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = await screen.wrongs() + ["wider than the screen"] * too_wide + ["heavy"] * (sum(sizes) > HEAVIEST)
        if folder := os.environ.get("SAPA_PICTURES"):
            await screen.page.screenshot(path=Path(folder) / f"members-{number:02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert screen.complaints == []


async def test_a_list_is_dropped_imported_and_taken_back(screen: Screen) -> None:  # noqa: F811
    """An officer's way through, without a word typed."""
    await screen.enter(Role.OFFICER)
    page = screen.page
    await screen.open("/desk/members")
    await page.get_by_role("link", name="Impor daftar").first.click()
    content = base64.b64encode("\n".join(",".join(row) for row in [HEADINGS, RIGHT, WRONG]).encode()).decode()
    dropped = await page.evaluate_handle(
        """(content) => {
            const carried = new DataTransfer();
            carried.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], "Peserta November.csv"));
            return carried;
        }""",
        content,
    )
    await page.dispatch_event(".drop", "drop", {"dataTransfer": dropped})
    await page.click("form button.main:not(nav *)")
    await expect(page.locator("h1")).to_have_text("Peserta November")
    await page.get_by_role("button", name="Periksa").click()
    await expect(page.get_by_text("Jadikan kolom itu teks")).to_be_visible()
    await page.get_by_role("button", name="Impor 1 peserta").click()
    await expect(page.locator(".tag.good")).to_have_text("Sudah diimpor")
    await page.get_by_role("link", name="Pesertanya").click()
    await expect(page.locator("a[data-row]")).to_have_text(["Siti Contoh"])
    await page.go_back()
    await page.get_by_role("button", name="Batalkan impor").click()
    await expect(page.locator(".said")).to_contain_text("dibatalkan")
    assert screen.complaints == []


async def test_progress_is_seen_without_a_reload(screen: Screen) -> None:  # noqa: F811
    await screen.enter(Role.OFFICER)
    officer, page = await screen.desk.signed_in(Role.OFFICER), screen.page
    path = (await send(officer, "\n".join(many(20_000)).encode())).headers["Location"]
    await check(screen.desk, officer, path)
    await screen.open(path)
    await page.get_by_role("button", name="Impor 20.000 peserta").click()
    await expect(page.locator("progress")).to_be_visible()
    await expect(page.locator(".tag.good")).to_have_text("Sudah diimpor", timeout=60_000)


async def test_a_file_that_is_too_large_is_told_before_it_is_sent(screen: Screen) -> None:  # noqa: F811
    await screen.enter(Role.OFFICER)
    await screen.open("/desk/members/imports/new")
    file = {"name": "a.csv", "mimeType": "text/csv", "buffer": b"a" * ((10 << 20) + 1)}
    await screen.page.set_input_files("#f-file", file)  # type: ignore[arg-type]
    await expect(screen.page.locator("[data-too-large]")).to_be_visible()
    await screen.page.click("form button.main:not(nav *)")
    await expect(screen.page.locator("h1")).to_have_text("Impor daftar")


async def test_hostile_names_stay_words(screen: Screen) -> None:  # noqa: F811
    """W16: as a member's name, as a worker's, in a file."""
    await screen.enter()
    dialogs: list[str] = []
    screen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    names = [payload.replace("\0", "") for payload in PAYLOADS if payload.strip("\0 ")][:60]
    await enlist(screen.desk, *(member(name[:100], TODAY + timedelta(days=9), f"2611{at:07}", None) for at, name in enumerate(names)))
    for at, name in enumerate(names[:40], 1):
        await leave(screen.desk, at, name[:100])
    for path in ("/desk/members", "/desk/members?ends=soon", "/desk/interests"):
        await screen.open(path)
        assert await screen.page.locator("#list script, #list img, #list iframe, #list [onerror], #list [onload]").count() == 0
    boss = await screen.desk.signed_in(Role.ADMINISTRATOR)
    rows = "\n".join(f'"{name.replace(chr(34), chr(34) * 2)}",26120000001' for name in names[:5] if "\n" not in name and "\r" not in name)
    await screen.open(
        (await send(boss, f"{rows}\n".encode("utf-8", "replace"), name="<img src=x onerror=alert(1)>.csv")).headers["Location"]
    )
    assert dialogs == []
    assert screen.complaints == []
