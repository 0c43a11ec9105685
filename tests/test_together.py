"""Who asks at the same time is answered by one look, and what goes wrong with one question stays with that one."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.together import Together
from storage import Unavailable


class Looks:
    """Doubles numbers; 13 is bad luck."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.away = self.hangs = False
        self.began = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        self.began.set()
        await asyncio.sleep(0)
        if self.away:
            raise Unavailable("gone")
        if self.hangs:
            await asyncio.Event().wait()
        if 13 in numbers:
            raise ValueError("bad luck")
        return [2 * number for number in numbers]


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
async def together(looks: Looks) -> AsyncIterator[Together[int, int]]:
    together = Together(looks, most=30)
    yield together
    await together.close()


async def asked(together: Together[int, int], numbers: Sequence[int]) -> list[int | BaseException]:
    return await asyncio.gather(*map(together.ask, numbers), return_exceptions=True)


async def test_forty_at_once_cost_two_looks(together: Together[int, int], looks: Looks) -> None:
    assert await asked(together, range(20, 60)) == list(range(40, 120, 2))
    assert [len(group) for group in looks.groups] == [30, 10]


async def test_who_asks_during_a_look_is_in_the_next(together: Together[int, int], looks: Looks) -> None:
    first = asyncio.create_task(together.ask(1))
    await looks.began.wait()
    assert await asked(together, [2, 3]) == [4, 6]
    assert await first == 2
    assert looks.groups == [[1], [2, 3]]


async def test_a_question_that_cannot_be_answered_fails_alone(together: Together[int, int]) -> None:
    one, bad, two = await asked(together, [1, 13, 2])
    assert (one, two) == (2, 4)
    assert isinstance(bad, ValueError)


async def test_everybody_hears_that_it_is_away_at_once_and_is_answered_when_it_is_back(together: Together[int, int], looks: Looks) -> None:
    looks.away = True
    assert [type(answer) for answer in await asked(together, [1, 2, 3])] == [Unavailable] * 3
    assert len(looks.groups) == 1, "nobody is asked alone of a database that is away"
    looks.away = False
    assert await together.ask(1) == 2


async def test_who_waits_when_it_closes_is_told_so(together: Together[int, int], looks: Looks) -> None:
    looks.hangs = True
    asking = asyncio.create_task(asked(together, range(40)))
    await looks.began.wait()
    await together.close()
    assert [type(answer) for answer in await asking] == [Unavailable] * 40


async def test_who_gave_up_leaves_the_others_their_answer(together: Together[int, int]) -> None:
    given_up, waiting = (asyncio.create_task(together.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    given_up.cancel()
    assert await waiting == 4
