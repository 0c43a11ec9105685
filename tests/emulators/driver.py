"""What a test does with any emulator: start it, tell it things, and read what happened."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from tests.emulators.ledger import Entry, LedgerReader
from tests.emulators.process import emulator

Rule = Mapping[str, object]
LOOK_AGAIN_AFTER = 0.01


class Driver:
    def __init__(self, url: str, ledger: LedgerReader, session: aiohttp.ClientSession) -> None:
        self.url = url
        self._ledger = ledger
        self._session = session

    async def set_faults(self, *rules: Rule) -> None:
        """These rules from now on, and no others."""
        await self.control("faults", list(rules))

    async def advance(self, seconds: float) -> None:
        await self.control("advance", {"seconds": seconds})

    async def pause(self) -> None:
        """What happens gathers; nothing is delivered."""
        await self.control("pause", {"paused": True})

    async def resume(self) -> None:
        await self.control("pause", {"paused": False})

    async def state(self) -> dict[str, Any]:
        async with self._session.get(f"{self.url}/control/state") as response:
            return dict(await response.json())

    def ledger(self, *kinds: str) -> list[Entry]:
        """All entries so far, or those of these kinds."""
        return [entry for entry in self._ledger.refresh() if not kinds or entry["kind"] in kinds]

    async def wait_for(self, enough: Callable[[], bool], *, within: float = 10.0) -> None:
        async with asyncio.timeout(within):
            while not enough():  # noqa: ASYNC110 (another process writes the ledger: there is no event to await)
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async def control(self, verb: str, order: object) -> Any:
        async with self._session.post(f"{self.url}/control/{verb}", json=order) as response:
            answer = await response.json()
            if response.status != 200:
                raise ValueError(answer.get("misused", answer))
            return answer


@asynccontextmanager
async def started(
    platform: str, folder: Path, faults: Sequence[Rule], options: Mapping[str, object]
) -> AsyncIterator[tuple[str, LedgerReader, aiohttp.ClientSession]]:
    """An emulator with these options, named as on its command line with underscores; its ledger is in `folder`."""
    ledger = folder / f"{platform}.ledger.jsonl"
    arguments = [platform, "--ledger", str(ledger)]
    if faults:
        (folder / f"{platform}.faults.json").write_text(json.dumps({"fault": list(faults)}))
        arguments += ["--faults", str(folder / f"{platform}.faults.json")]
    for name, value in options.items():
        arguments += [f"--{name.replace('_', '-')}", *([] if value is True else [str(value)])]
    async with emulator(*arguments) as url, aiohttp.ClientSession() as session:
        yield url, LedgerReader(ledger), session
