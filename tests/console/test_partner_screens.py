"""Partners in a real browser: every page in light, dark and at 360 px, light enough, with nothing in anybody's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import insert

from console.policies import Role
from storage import doors
from storage.links import Doors
from storage.shares import SHARES
from tests.console.conftest import Desk
from tests.console.test_occasions import answers, planned, say
from tests.console.test_partner_page import joined, link_in, person_of, populate
from tests.console.test_screens import HEAVIEST, LOOKS, Screen, screen  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PARCO = "/desk/partners/parco-laut"


async def filled(desk: Desk) -> list[str]:
    """A desk with what partners can have; the addresses of all that can be looked at."""
    await desk.database.writer.run(
        lambda db: doors.keep(db, desk.database.dialect, Doors("https://sapa.example", "sapa_test_bot", "6281234567890"))
    )
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    await boss.post(f"{PARCO}/change", {"version": "0", "name": "PT Parco Laut", "kind": "p3mi", "hosts": "https://parco.example"})
    made = await boss.post(f"{PARCO}/links", {"label": "Papan pengumuman di ruang tunggu keberangkatan", "until": "2027-01-31"})
    gone = (await boss.post(f"{PARCO}/links", {"label": "Selebaran lama"})).headers["Location"]
    await boss.post(f"{gone}/revoke")
    await boss.post(f"{PARCO}/people", {"name": "Ibu Rina"})
    _officer, day, code = await planned(desk)
    for at in range(9):
        await say(desk, f"w{at}", ref=code)
        await answers(desk, f"w{at}", "jht" if at % 2 else "both", "months", "yes" if at % 3 else "no")
    await desk.database.writer.run(lambda db: db.execute(insert(SHARES), [agreed(desk)]))
    days = [
        "/desk/occasions",
        "/desk/occasions?partner=parco-laut",
        "/desk/occasions/new",
        f"/desk/occasions/{day}",
        f"/desk/occasions/{day}/screen",
    ]
    lists = [*days, "/desk/partners", "/desk/partners?kind=mission", "/desk/partners/new"]
    return [*lists, PARCO, "/desk/partners/p4mi-sidoarjo", made.headers["Location"], gone]


def agreed(desk: Desk) -> dict[str, object]:
    return {"contact_id": 1000, "partner": "parco-laut", "at": desk.clock(), "notice": "2026-11"}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
async def test_a_partner_s_own_page_is_as_good(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await filled(screen.desk)
    await populate(screen.desk, "parco-laut", "sidoarjo", 148, 31, 1000)
    path = link_in(await joined(screen.desk, await person_of(screen.desk, "parco-laut", "Pak Joko"), "joko"))
    found = {}
    await screen.open(path)
    found[path] = await screen.wrongs()
    await screen.page.get_by_role("button").first.click()
    await screen.page.wait_for_url("**/desk/partner")
    for number, each in enumerate(("/desk/partner", "/desk/partner/links/7GQ2K")):
        await screen.open(each)
        too_wide = await screen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[each] = await screen.wrongs() + ["wider than the screen"] * too_wide
        if folder := os.environ.get("SAPA_PICTURES"):
            await screen.page.screenshot(path=Path(folder) / f"own-{number}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert screen.complaints == []


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
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
            await screen.page.screenshot(path=Path(folder) / f"partners-{number:02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert screen.complaints == []
