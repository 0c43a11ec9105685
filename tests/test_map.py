"""The map of all dialogues is drawn from the code and kept, so that a step cannot come or go unnoticed."""

import re
from pathlib import Path

from dialogue.map import draw, ways
from handlers import SCRIPT
from tests.conftest import Golden

HANDLERS = Path(__file__).parent.parent / "handlers"
MAP = Path(__file__).parent / "map.mmd"


def test_the_map_shows_the_dialogues_as_they_are(golden: Golden) -> None:
    golden(MAP, draw(SCRIPT))


def test_every_step_can_be_reached() -> None:
    """From the menu, a topic or a button under a reply; and every step leads somewhere."""
    leading = {start for start, _end in ways(SCRIPT)}
    steps = {f"{dialogue.name}.{name}" for dialogue in SCRIPT.dialogues.values() for name in dialogue.steps}
    assert steps <= leading, f"these steps lead nowhere: {steps - leading}"
    first = {f"{dialogue.name}.{dialogue.first.name}" for dialogue in SCRIPT.dialogues.values()}
    source = "".join(path.read_text(encoding="utf-8") for path in HANDLERS.rglob("*.py"))
    buttons = set(re.findall(r"[\"']([a-z_]+\.[a-z_]+)=?", source))
    reached = {end for _start, end in ways(SCRIPT)} | first | buttons
    assert steps <= reached, f"no way leads to these steps: {steps - reached}"
