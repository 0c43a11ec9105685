"""Answers whoever asks at the same time by one look: a look at the database costs the same for one and for fifty."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from storage import Unavailable

Question = TypeVar("Question")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Asking(Generic[Question, Answer]):
    question: Question
    answer: asyncio.Future[Answer]

    def end(self, result: Answer | Exception) -> None:
        if self.answer.done():  # who asked is gone
            return
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class Together(Generic[Question, Answer]):
    """One look at a time, with up to `most` questions; `look` gives an answer to each. Whoever asks meanwhile is in the next."""

    def __init__(self, look: Callable[[Sequence[Question]], Awaitable[Sequence[Answer]]], most: int = 100) -> None:
        self._look = look
        self._most = most
        self._asking: list[_Asking[Question, Answer]] = []
        self._task: asyncio.Task[None] | None = None

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def ask(self, question: Question) -> Answer:
        """Raises what the look raised; Unavailable if it was closed meanwhile."""
        asking = _Asking[Question, Answer](question, asyncio.get_running_loop().create_future())
        self._asking.append(asking)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._serve())
        return await asking.answer

    async def _serve(self) -> None:
        while self._asking:
            group, self._asking = self._asking[: self._most], self._asking[self._most :]
            try:
                await self._answer(group)
            except asyncio.CancelledError:
                for one in group + self._asking:
                    one.end(Unavailable("stopping"))
                raise

    async def _answer(self, group: Sequence[_Asking[Question, Answer]]) -> None:
        """A question that cannot be answered must not hold up the others: each is asked alone then."""
        try:
            answers = await self._look([one.question for one in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, Unavailable):
                for one in group:
                    one.end(error)
                return
            for one in group:
                await self._answer([one])
        else:
            for one, answer in zip(group, answers, strict=True):
                one.end(answer)
