"""What the crash suites share: one nest of servers for a whole session, and a world on each kind of database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.crash.fleet import Nest

PATIENCE = 900  # seconds for a test; each waits for a state, which on a busy machine may take its time


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(PATIENCE))


@pytest.fixture
async def nest() -> AsyncIterator[Nest]:
    async with Nest.start() as nest:
        yield nest
