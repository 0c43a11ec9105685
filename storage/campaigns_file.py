"""A campaign as it is written: a TOML file, read strictly, with the line of each slip."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from storage.audiences import Audience

FIELDS = ("first_name", "ends_on")
FIELD = re.compile(r"\{([^{}]*)\}")
LINK = re.compile(r"https://[^\s]+")
Words = dict[str, str]  # {language: text}
FIRST, OTHER = "a", "b"  # arms: the text, and the other text
Share = Annotated[float, Field(ge=0, le=0.5)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ButtonPart(_Part):
    """One of `dialogue` (a dialogue, or a step of one), `topic`, `link`."""

    label: Words
    dialogue: str = ""
    topic: str = ""
    link: str = ""

    @model_validator(mode="after")
    def _one(self) -> ButtonPart:
        if sum(map(bool, (self.dialogue, self.topic, self.link))) != 1:
            raise ValueError("a button opens one thing: give dialogue, topic or link")
        return self

    @property
    def target(self) -> str:
        return f"?{self.topic}" if self.topic else self.dialogue


class TemplatePart(_Part):
    """For people outside WhatsApp's window. `values` fills its blanks; fields may stand in them."""

    name: str = Field(min_length=1, max_length=512)
    values: dict[str, Words] = {}


class AnswerPart(_Part):
    """One of the answers to a campaign's question."""

    label: Words
    right: bool = False


class QuestionPart(_Part):
    """One question some time later, to those who got the campaign, answered by a button: whether it was understood."""

    after_hours: float = Field(24, ge=1, le=24 * 14)
    text: Words
    answer: tuple[AnswerPart, ...] = Field(min_length=2, max_length=3)

    @model_validator(mode="after")
    def _right(self) -> QuestionPart:
        if sum(answer.right for answer in self.answer) != 1:
            raise ValueError("exactly one answer is right")
        return self


class RepeatPart(_Part):
    """When it happens again. `days`: before the end of cover, or after an event; each person once for each of them.

    `once`: who got it weekly or monthly does not get it again.
    """

    on: Literal["week", "month", "cover_ends", "unfinished", "stage"]
    days: tuple[Annotated[int, Field(ge=0, le=365)], ...] = ()
    stages: tuple[str, ...] = ()  # which new stage of life, or state of an interest
    once: bool = False
    until: date | None = None

    @model_validator(mode="after")
    def _days(self) -> RepeatPart:
        if self.on in ("week", "month") and (self.days or self.stages):
            raise ValueError("a weekly or monthly campaign has no days or stages; it begins at schedule.at")
        if self.on == "cover_ends" and (not self.days or 0 in self.days or len(set(self.days)) < len(self.days)):
            raise ValueError("say how many days before the end of cover, for example days = [60, 30, 7]")
        if self.on in ("unfinished", "stage") and len(self.days) > 1:
            raise ValueError("say once how many days after it")
        if (self.on == "stage") != bool(self.stages):
            raise ValueError('stages belong to on = "stage", which needs them')
        return self


class CapPart(_Part):
    """So many campaign messages a person gets at most, this one included; of those before, the last four are known."""

    in_7_days: int = Field(1, ge=1, le=4)
    in_30_days: int = Field(4, ge=1, le=4)


class SchedulePart(_Part):
    """Without `at` it begins when it is started. All of it happens in the recipients' own waking hours."""

    at: AwareDatetime | None = None
    spread_hours: float = Field(0, ge=0, le=24 * 14)
    opens: time = time(9)
    closes: time = time(21)
    expires_hours: float = Field(72, gt=0, le=24 * 60)

    @property
    def spread(self) -> timedelta:
        return timedelta(hours=self.spread_hours)

    @property
    def life(self) -> timedelta:
        return timedelta(hours=self.expires_hours)


class CampaignFile(_Part):
    """What `sapa campaign new` writes an example of."""

    name: str = Field(min_length=1, max_length=80)
    text: Words
    hold_out: Share = 0.0
    per_minute: int = Field(0, ge=0, le=60_000)  # 0: as fast as the channels allow
    stop_at: float = Field(0.1, gt=0, le=1)  # share of failures and blocks at which it pauses itself
    other: Words = {}  # a second text, which part of the people gets instead
    other_share: float = Field(0.5, ge=0.05, le=0.95)
    attachment: int | None = None  # a picture or PDF, by its number in storage.attachments
    button: tuple[ButtonPart, ...] = Field((), max_length=3)
    fields: dict[str, Words] = {}  # what stands for a field where nothing is known
    template: TemplatePart | None = None
    audience: Audience = Audience()
    schedule: SchedulePart = SchedulePart()
    repeat: RepeatPart | None = None
    cap: CapPart = CapPart()
    question: QuestionPart | None = None

    def words(self, arm: str) -> Words:
        """The text of one of its arms."""
        return self.other if arm == OTHER else self.text

    @property
    def arms(self) -> tuple[str, ...]:
        return (FIRST, OTHER) if self.other else (FIRST,)

    def used(self) -> set[str]:
        """Names of the fields that stand in its words."""
        templates = [words for values in (self.template.values if self.template else {}).values() for words in values.values()]
        return {name for words in (*self.text.values(), *self.other.values(), *templates) for name in FIELD.findall(words)}


class Broken(ValueError):
    """A file that is no campaign; `slips` say where and why, one for each."""

    def __init__(self, slips: Iterable[str]) -> None:
        self.slips = list(slips)
        super().__init__("\n".join(self.slips))


def read(text: str) -> CampaignFile:
    """Raises Broken with every slip at once."""
    try:
        return CampaignFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise Broken([f"not TOML: {error}"]) from None
    except ValidationError as error:
        raise Broken(_slip(text, slip["loc"], slip["msg"]) for slip in error.errors()) from None


def load(content: str) -> CampaignFile:
    """As it was kept."""
    return CampaignFile.model_validate_json(content)


def _slip(text: str, place: tuple[Any, ...], why: str) -> str:
    name = ".".join(str(part) for part in place) or "file"
    at = _line(text, [part for part in place if isinstance(part, str)])
    return f"{f'line {at}, ' if at else ''}{name}: {why.removeprefix('Value error, ')}"


def _line(text: str, names: list[str]) -> int | None:
    """Of the innermost name that stands in the file, below the heading of its table."""
    lines, found, begin = text.splitlines(), None, 0
    for name in names:
        word = re.compile(rf"\s*(?:\[\[?\s*(?:[\w.]+\.)?)?[\"']?{re.escape(name)}[\"']?\s*(?:=|\]|\.)")
        here = next((number for number in range(begin, len(lines)) if word.match(lines[number])), None)
        if here is None:
            break
        found, begin = here + 1, here
    return found


def moment_of(schedule: SchedulePart, now: datetime) -> tuple[datetime, datetime]:
    """When it begins and when it expires, if it is started now."""
    begins = max(schedule.at or now, now)
    return begins, begins + schedule.life
