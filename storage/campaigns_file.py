"""A campaign as it is written: a TOML file, read strictly, with the line of each slip."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from storage.audiences import Audience

FIELDS = ("first_name", "ends_on")
FIELD = re.compile(r"\{([^{}]*)\}")
LINK = re.compile(r"https://[^\s]+")
Words = dict[str, str]  # {language: text}
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
    button: tuple[ButtonPart, ...] = Field((), max_length=3)
    fields: dict[str, Words] = {}  # what stands for a field where nothing is known
    template: TemplatePart | None = None
    audience: Audience = Audience()
    schedule: SchedulePart = SchedulePart()

    def used(self) -> set[str]:
        """Names of the fields that stand in its words."""
        templates = [words for values in (self.template.values if self.template else {}).values() for words in values.values()]
        return {name for words in (*self.text.values(), *templates) for name in FIELD.findall(words)}


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
