"""What the crash suites share: one nest of servers for a whole session, and a world on each kind of database."""

from collections.abc import AsyncIterator

import pytest

from tests.crash.fleet import Nest


@pytest.fixture
async def nest() -> AsyncIterator[Nest]:
    async with Nest.start() as nest:
        yield nest
