"""The evaluation in a real browser: light, dark and on a phone, nothing stands in anybody's way, and no page is heavy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.console.test_monitoring import filled
from tests.console.test_screens import HEAVIEST, LOOKS, Screen, screen  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PAGES = [
    "/desk/monitoring?period=2026-11",
    "/desk/monitoring?period=2031",
    "/desk/monitoring?period=nothing",
    "/desk/monitoring/rows?period=2026-11&measure=checked",
    "/desk/monitoring/definitions",
    "/desk/monitoring/targets",
    "/desk/monitoring/orders",
    "/desk/missions",
    "/desk/missions/KJRI-JED",
    "/desk/report/none",
]


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
    await filled(screen.desk, 6)
    await screen.enter()
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for path in PAGES:
        await screen.open(path)
        too_wide = await screen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = await screen.wrongs() + (["wider than the screen"] if too_wide else [])
        if folder := os.environ.get("SAPA_PICTURES"):
            await screen.page.screenshot(path=Path(folder) / f"evaluation-{len(found):02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert [words for words in screen.complaints if "404" not in words and "400" not in words and not words.startswith("[DOM]")] == []


async def test_pages_are_light(screen: Screen) -> None:  # noqa: F811
    await filled(screen.desk, 6)
    await screen.enter()
    sizes: list[int] = []
    screen.page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    for path in PAGES:
        sizes.clear()
        await screen.open(path)
        assert 0 < sum(sizes) < HEAVIEST, (path, sizes)
