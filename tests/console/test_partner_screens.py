"""Partners in a real browser: every page in light, dark and at 360 px, light enough, with nothing in anybody's way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from console.policies import Role
from storage import doors
from storage.links import Doors
from tests.browser.conftest import browser  # noqa: F401 (a fixture)
from tests.console.conftest import Desk
from tests.console.test_screens import HEAVIEST, LOOKS, Screen, screen  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PARCO = "/desk/partners/parco-laut"


async def filled(desk: Desk) -> list[str]:
    """A desk with what partners can have; the addresses of all that can be looked at."""
    await desk.database.writer.run(lambda db: doors.keep(db, Doors("https://sapa.example", "sapa_test_bot", "6281234567890")))
    boss = await desk.signed_in(Role.ADMINISTRATOR)
    await boss.post(f"{PARCO}/change", {"version": "0", "name": "PT Parco Laut", "kind": "p3mi", "hosts": "https://parco.example"})
    made = await boss.post(f"{PARCO}/links", {"label": "Papan pengumuman di ruang tunggu keberangkatan", "until": "2027-01-31"})
    gone = (await boss.post(f"{PARCO}/links", {"label": "Selebaran lama"})).headers["Location"]
    await boss.post(f"{gone}/revoke")
    await boss.post(f"{PARCO}/people", {"name": "Ibu Rina"})
    lists = ["/desk/partners", "/desk/partners?kind=mission", "/desk/partners/new"]
    return [*lists, PARCO, "/desk/partners/p4mi-sidoarjo", made.headers["Location"], gone]


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
            await screen.page.screenshot(path=Path(folder) / f"{number:02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert screen.complaints == []
