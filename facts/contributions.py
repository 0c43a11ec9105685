"""What membership costs for a contract of so many months, part by part (Permenaker 4/2023 Pasal 18-20)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from facts.load import book
from facts.model import Rate
from locales import Citation, Quantity, Rupiah

SCHEMES = ("placed", "perseorangan", "extension")
LONGEST = 120
"""Months. Ten years is beyond any contract; more is surely a slip of the finger."""


@dataclass(frozen=True)
class Part:
    """One sum: what it is for, when it is due, and the article it stands in. `months` and `each` where it is a multiplication."""

    what: str
    amount: Rupiah
    citation: Citation
    due: str
    months: Quantity | None = None
    each: Rupiah | None = None


@dataclass(frozen=True)
class Cost:
    """What is paid once. Where the articles leave a choice, `decided` is False and `alternatives` holds every reading, ours first."""

    scheme: str
    months: int
    parts: tuple[Part, ...]
    decided: bool = True
    alternatives: tuple[Cost, ...] = ()
    jht_monthly: Part | None = None

    @property
    def total(self) -> Rupiah:
        return Rupiah(sum(part.amount.amount for part in self.parts), self.parts[-1].amount.fact)


def cost(scheme: str, months: int, jht: Decimal | int | None = None) -> Cost:
    """The cost of a contract, or of an extension. JHT is paid every month and so stands beside the total, never in it."""
    if scheme not in SCHEMES:
        raise ValueError(f"scheme must be one of {', '.join(SCHEMES)}, not {scheme!r}")
    if not 1 <= months <= LONGEST:
        raise ValueError(f"months must be a whole number from 1 to {LONGEST}, not {months}")
    saving = None if jht is None else _saving(jht)
    if scheme == "extension":
        return Cost(scheme, months, (_times(_rate("extension_month"), months),), jht_monthly=saving)
    readings = tuple(Cost(scheme, months, _before(scheme) + parts, decided=False) for parts in _readings(scheme, months))
    decided = len(readings) == 1 and months >= min(_packages(scheme))
    return replace(readings[0], decided=decided, alternatives=() if decided else readings, jht_monthly=saving)


def jht_choices() -> tuple[Rupiah, ...]:
    """The monthly amounts of JHT a worker may choose from."""
    return _rate("jht").choices


def _readings(scheme: str, months: int) -> list[tuple[Part, ...]]:
    """Each way to read the articles for so many months: the package below with its extra months, and the next package if that is cheaper.

    Under the smallest package no article was found, so that package is the only reading; the caller marks it as not decided.
    """
    packages = _packages(scheme)
    below = max((size for size in packages if size <= months), default=min(packages))
    extra = max(0, months - below)
    readings = [(_once(packages[below]),) + ((_times(_rate("excess_month"), extra),) if extra else ())]
    above = min((size for size in packages if size > months), default=None)
    if above and above != below and packages[above].amount.amount < sum(part.amount.amount for part in readings[0]):
        readings.append((_once(packages[above]),))
    return readings


def _packages(scheme: str) -> dict[int, Rate]:
    return {rate.months.value: rate for rate in book().all(Rate) if rate.scheme == scheme and rate.what == "package"}


def _before(scheme: str) -> tuple[Part, ...]:
    return tuple(_once(rate) for rate in book().all(Rate) if rate.scheme == scheme and rate.what == "before_work")


def _once(rate: Rate) -> Part:
    return Part(rate.what, rate.amount, rate.citation, rate.due, months=rate.months if rate.months.value else None)


def _times(rate: Rate, months: int) -> Part:
    amount = Rupiah(rate.amount.amount * months, rate.id)
    return Part(rate.what, amount, rate.citation, rate.due, Quantity(months), rate.amount)


def _saving(amount: Decimal | int) -> Part:
    rate = _rate("jht")
    if amount not in [choice.amount for choice in rate.choices]:
        raise ValueError(f"JHT must be one of {', '.join(str(choice.amount) for choice in rate.choices)} a month, not {amount}")
    return Part(rate.what, Rupiah(amount, rate.id), rate.citation, rate.due)


def _rate(id: str) -> Rate:
    return book().one(Rate, id)
