"""Turns on a database without any network: ours in groups, or one AsyncSession of SQLModel a message; 64 people at a time."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import count

CALLERS = 64
Turn = Callable[[int, str], Awaitable[object]]


async def grouped(url: str) -> Turn:
    """The whole turn: understanding, dialogue, words, state, both messages."""
    from bot import house
    from storage import Inbound

    from benchmarks import seed

    database = house.open_database(url, seed.KEY)
    engine = house.new_engine(database, "sidoarjo")
    engine.start()
    numbers = count()

    async def turn(person: int, text: str) -> None:
        name = f"{next(numbers)}.{time.time_ns()}"
        await engine.receive([Inbound("telegram", str(person), name, house.now(), text=text)])

    return turn


async def session(url: str, known: int) -> Turn:
    """Load, next question, state, both messages: the turn of `card.py`."""
    sys.argv = ["card", "--port", "0", "--api", "", "--known", str(known), "--database", url]
    from benchmarks.bots import card

    await card.make(None)

    async def turn(person: int, text: str) -> None:
        await card.turn(str(person), text)

    return turn


async def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=("grouped", "session"), required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--known", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=4)
    given = parser.parse_args()
    from benchmarks.talks import KNOWN_FROM, Talks

    turn = await (grouped(given.url) if given.way == "grouped" else session(given.url, given.known))
    talks, done, ending = Talks(given.known), 0, False

    async def caller(number: int) -> None:
        nonlocal done
        people = range(KNOWN_FROM + number, KNOWN_FROM + given.known, CALLERS)
        while not ending:
            for person in people:
                await turn(person, talks.words(person))
                done += 1
                if ending:
                    return

    callers = [asyncio.create_task(caller(number)) for number in range(CALLERS)]
    await asyncio.sleep(1.5)
    print("warm", flush=True)
    began, cpu, before = time.perf_counter(), time.process_time(), done
    await asyncio.sleep(given.seconds)
    took, used, turns = time.perf_counter() - began, time.process_time() - cpu, done - before
    ending = True
    print(json.dumps({"rate": turns / took, "cpu": 1e6 * used / turns}), flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the server's part has been read too: what it does for us ends with our connections
    await asyncio.wait(callers, timeout=5)


if __name__ == "__main__":
    asyncio.run(main())
