"""A dialogue is a set of named steps. A step declares its question; its function decides what comes next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar, overload

from pydantic import BaseModel, ConfigDict

from dialogue.questions import Question
from locales import Choice, Message, Sayable, Text, Written
from storage import Contact, Inbound, Store


class State(BaseModel):
    """What a dialogue remembers. Give every field a default: yesterday's row must load in tomorrow's release."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)


S = TypeVar("S", bound=State)
A = TypeVar("A")


@dataclass
class Turn(Generic[S]):
    """What a step may see and do: change its state and the contact, read and write through the store, say something first."""

    contact: Contact
    inbound: Inbound
    now: datetime
    today: date  # where the contact is
    store: Store
    state: S
    topic: str | None = None  # what they asked about last
    alternatives: tuple[str, ...] = ()  # topics they may have meant
    slips: int = 0  # how often in a row they were not understood, this time among them
    said: list[Message] = field(default_factory=list)

    @property
    def language(self) -> str:
        return self.contact.language

    def say(self, *paragraphs: Sayable) -> None:
        self.said.append(Message(paragraphs))


@dataclass(frozen=True)
class Go:
    dialogue: str


@dataclass(frozen=True)
class Done:
    paragraphs: tuple[Sayable, ...]
    choices: tuple[Choice, ...] = ()
    forget: bool = False  # leave every open question behind too: nothing said before may come back


@dataclass(frozen=True)
class Stay:
    hint: Text


def go(dialogue: str) -> Go:
    """Into another dialogue, by its name: checked by the map, so that dialogues need not import each other."""
    return Go(dialogue)


def done(*paragraphs: Sayable, then: Mapping[str, Text | Written] | None = None, forget: bool = False) -> Done:
    """The end, with what could come next: {target: label}, a target being a dialogue, a step, `?topic` or a link."""
    return Done(paragraphs, choices(then or {}), forget)


def stay(hint: Text) -> Stay:
    """Not yet: say the hint and ask the same question again."""
    return Stay(hint)


def choices(then: Mapping[str, Text | Written]) -> tuple[Choice, ...]:
    return tuple(
        Choice(label, url=target) if target.startswith(("https://", "tel:")) else Choice(label, target) for target, label in then.items()
    )


@dataclass(frozen=True)
class Step(Generic[S]):
    """A place in a dialogue. Without a question it decides at once and is never a place to wait.

    `needs` names fields of the state that earlier steps fill: an old button cannot open the dialogue here without them.
    """

    name: str
    question: Question[Any] | None
    decide: Callable[..., Awaitable[Next]]
    needs: tuple[str, ...] = ()


@dataclass
class Dialogue(Generic[S]):
    """Named steps over one state. `words` open it when they are the whole message; `command` is its name with a slash."""

    name: str
    state: type[S]
    words: tuple[str, ...] = ()
    command: str = ""
    steps: dict[str, Step[S]] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)

    @overload
    def step(self, question: Question[A], *, needs: tuple[str, ...] = (), was: str | None = None) -> Callable[[Decide[S, A]], Step[S]]: ...
    @overload
    def step(
        self, question: None = None, *, needs: tuple[str, ...] = (), was: str | None = None
    ) -> Callable[[DecideAtOnce[S]], Step[S]]: ...
    def step(
        self, question: Question[Any] | None = None, *, needs: tuple[str, ...] = (), was: str | None = None
    ) -> Callable[[Any], Step[S]]:
        """Register the function below as a step of this name; `was` names the step it replaces, so that nobody loses their place."""

        def register(decide: Any) -> Step[S]:
            name = decide.__name__
            if name in self.steps:
                raise ValueError(f"{self.name} already has a step {name}")
            self.steps[name] = Step(name, question, decide, needs)
            if was:
                self.renamed[was] = name
            return self.steps[name]

        return register

    def find(self, name: str) -> Step[S] | None:
        return self.steps.get(self.renamed.get(name, name))

    @property
    def first(self) -> Step[S]:
        return next(iter(self.steps.values()))


Next: TypeAlias = "Step[Any] | Go | Done | Stay"
Decide: TypeAlias = Callable[[Turn[S], A], Awaitable["Step[Any] | Go | Done | Stay"]]
DecideAtOnce: TypeAlias = Callable[[Turn[S]], Awaitable["Step[Any] | Go | Done | Stay"]]

# What we say to a question that stands alone: the same ends as a step.
Answer: TypeAlias = Callable[[Turn[State]], Awaitable[Go | Done]]


@dataclass(frozen=True)
class Topics:
    """Answers by topic, and what stands on a button that asks about one."""

    answers: dict[str, Answer] = field(default_factory=dict)
    labels: dict[str, Text] = field(default_factory=dict)

    def __call__(self, topic: str, label: Text | None = None) -> Callable[[Answer], Answer]:
        """Register the function below as the answer to a topic (or to a kind of message we cannot read)."""

        def register(answer: Answer) -> Answer:
            if topic in self.answers:
                raise ValueError(f"there is already an answer to {topic}")
            self.answers[topic] = answer
            if label is not None:
                self.labels[topic] = label
            return answer

        return register


async def _nothing(_turn: Turn[State]) -> None:
    return None


@dataclass(frozen=True)
class Script:
    """Everything that can be talked about: dialogues by name (the first is the way in), answers by topic.

    `arrive` is called before anything else when somebody comes by a link or for the first time; `passed_on` when an officer talks
    instead of us, and gives what is said all the same; `notice` is what everybody
    must have read once (who we are, what is kept, how to stop), and `notice_version` its name.
    """

    dialogues: Mapping[str, Dialogue[Any]]
    answers: Mapping[str, Answer]
    labels: Mapping[str, Text]  # what stands on a button that asks about a topic
    arrive: Callable[[Turn[State]], Awaitable[None]]
    notice: Text
    notice_version: str
    passed_on: Callable[[Turn[State]], Awaitable[Text | None]] = _nothing
