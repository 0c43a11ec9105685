"""What a contract costs, in words: each sum with what it is for, when it is due and where it stands."""

from functools import reduce

import facts
from facts import Cost, Part
from handlers.cards import Card, months, service
from locales import Citation, Joined, Lines, Quantity, Rupiah, Text, _, _n

WAYS = {
    "placed": _("Through an agency (P3MI)"),
    "perseorangan": _("On your own"),
    "extension": _("Extending a contract"),
}
COMPARED = range(6, 61)  # months; a sum somebody was asked for is looked for among contracts of this length


def one_way(cost: Cost) -> Card:
    """For somebody who told by which way they go: every part on a line of its own."""
    parts = Lines(tuple(_part(part) for part in cost.parts))
    way, length = WAYS[cost.scheme], months(Quantity(cost.months))
    if cost.decided:
        return (_("{way}, {length}: {total}, paid once.", way=way, length=length, total=cost.total), parts, _what_for(cost))
    if len(cost.alternatives) == 1:
        return (_smallest(cost), parts, _ask_first(), _what_for(cost))
    readings = Lines(tuple(_reading(one) for one in cost.alternatives))
    return (_("{way}, {length}: the rule can be read in two ways.", way=way, length=length), readings, _ask_first(), _what_for(cost))


def every_way(length: int, jht: int | None = None) -> Card:
    """For somebody who told only how long: one line for each way to go."""
    costs = [facts.cost(scheme, length, jht) for scheme in WAYS]
    unsure = () if all(cost.decided for cost in costs) else (_ask_first(),)
    lines = Lines(tuple(_line(cost) for cost in costs))
    return (_("For {length}, paid once:", length=months(Quantity(length))), lines, *unsure, _what_for(costs[0]))


def price_list() -> Card:
    """For somebody who told neither: the prices of the rule itself."""
    packages = [facts.rate(id) for id in ("perseorangan_6", "perseorangan_12", "perseorangan_24")]
    prices = [_("{length}: {amount}", length=months(rate.months), amount=rate.amount) for rate in packages]
    more, extension = facts.rate("excess_month"), facts.rate("extension_month")
    return (
        _("You pay once for the whole contract, not every month. On your own:"),
        Lines((*prices, _("every month more: {amount}", amount=more.amount))),
        _(
            "Through an agency (P3MI), add {before} for the time before you leave. "
            "Extending a contract abroad: {each} for every month. ({article})",
            before=facts.rate("before_work_placed").amount,
            each=extension.amount,
            article=facts.cite("permenaker-4-2023", "18-20"),
        ),
        _what_for(facts.cost("extension", 1)),
    )


def savings() -> Text:
    rate = facts.rate("jht")
    return _(
        "For old-age savings (JHT) you choose one of these, every month: {sums} ({source}).",
        sums=Joined(rate.choices),
        source=rate.citation,
    )


def about(amount: int) -> Text:
    """What a sum is that somebody was asked for or has paid, if the rule gives it."""
    asked = Rupiah(amount)
    before = facts.rate("before_work_placed")
    if amount == before.amount.amount:
        return _("{amount} is for the time before you leave, through an agency (P3MI). ({article})", amount=asked, article=before.citation)
    for scheme in ("placed", "perseorangan"):
        for length in COMPARED:
            cost = facts.cost(scheme, length)
            if cost.total.amount == amount:
                return _("{amount}: {way}, {length}, paid once.", amount=asked, way=WAYS[scheme], length=months(Quantity(length)))
    return _(
        "{amount} is not a sum this rule gives. Ask what it is for, and pay only by a payment code (ID-Billing) in your own name.",
        amount=asked,
    )


def korea() -> Text:
    notice = facts.rate("g2g_korea_36")
    return _(
        "A notice for Korea (G2G) also prints {amount} for {length}, without the sum before you leave. Whether G2G adds it, ask {phone}.",
        amount=notice.amount,
        length=months(notice.months),
        phone=service(),
    )


def _line(cost: Cost) -> Text:
    way, article = WAYS[cost.scheme], _where(cost)
    if len(cost.alternatives) == 1:
        return _("{way}: perhaps {total}, the smallest package ({article})", way=way, total=cost.total, article=article)
    if cost.alternatives:
        first, second = cost.alternatives
        return _("{way}: {first} or {second} ({article})", way=way, first=first.total, second=second.total, article=article)
    if len(cost.parts) == 1 and not cost.parts[0].each:
        return _("{way}: {total} ({article})", way=way, total=cost.total, article=article)
    return _("{way}: {total} = {sum} ({article})", way=way, total=cost.total, sum=_sum(cost), article=article)


def _reading(cost: Cost) -> Text:
    if len(cost.parts) > 1:
        return _("{total} = {sum} ({article})", total=cost.total, sum=_sum(cost), article=_where(cost))
    length = months(cost.parts[-1].months or Quantity(cost.months))
    return _("{total}, the package for {length} ({article})", total=cost.total, length=length, article=_where(cost))


def _sum(cost: Cost) -> Text:
    return reduce(lambda left, right: _("{left} + {right}", left=left, right=right), [_term(part) for part in cost.parts])


def _term(part: Part) -> Text:
    if part.each and part.months:
        return _("{count} × {each}", count=part.months, each=part.each)
    if part.months:
        return _("{amount} ({length})", amount=part.amount, length=months(part.months))
    return _("{amount} (before leaving)", amount=part.amount)


def _where(cost: Cost) -> Citation:
    """All articles a cost rests on, in one citation."""
    first = cost.parts[0].citation
    articles = dict.fromkeys(part.citation.article for one in (cost.alternatives or (cost,)) for part in one.parts)
    return Citation(first.regulation, ", ".join(articles), first.fact)


def _part(part: Part) -> Text:
    """One sum with its due date. The keys `what` and `due` come from facts/contributions.toml."""
    said: dict[str, object] = {"amount": part.amount, "article": part.citation}
    if part.months and part.each:
        said |= {"extra": part.months, "each": part.each}
        if part.what == "extension":
            return _("{extra} × {each} = {amount}, paid at once when you extend ({article})", **said)
        return _n(
            "{extra} more month × {each} = {amount}, paid together with it ({article})",
            "{extra} more months × {each} = {amount}, paid together with it ({article})",
            part.months.value,
            **said,
        )
    if part.months is None:
        return _("{amount} for the time before you leave, due after you sign the placement agreement ({article})", **said)
    said["length"] = months(part.months)
    if part.due == "after_orientation":
        return _(
            "{amount} for {length} of work and the return, due after the pre-departure orientation (OPP) at the latest ({article})", **said
        )
    early = facts.limit("register_perseorangan").months
    assert early
    return _("{amount} for {length}, paid at the earliest {early} before you leave ({article})", early=months(early), **said)


def _smallest(cost: Cost) -> Text:
    package = cost.parts[-1].months
    assert package
    return _(
        "{way}, {length}: the rule names no price for less than {least}. The smallest package makes {total}.",
        way=WAYS[cost.scheme],
        length=months(Quantity(cost.months)),
        least=months(package),
        total=cost.total,
    )


def _ask_first() -> Text:
    return _("Which sum holds here is not certain. Please ask {phone} or an officer before you pay.", phone=service())


def _what_for(cost: Cost) -> Text:
    day = facts.rate("extension_month").as_of
    if cost.jht_monthly is None:
        rate = facts.rate("jht")
        return _(
            "This is for JKK (work accident) and JKM (death). "
            "Old-age savings (JHT) are your choice, from {least} a month ({source}). Checked on {day}.",
            least=rate.amount,
            source=rate.citation,
            day=day,
        )
    each = cost.jht_monthly.amount
    return _(
        "This is for JKK (work accident) and JKM (death). "
        "Old-age savings (JHT) come on top: {each} a month, {sum} in {length} ({source}). Checked on {day}.",
        each=each,
        sum=Rupiah(each.amount * cost.months, each.fact),
        length=months(Quantity(cost.months)),
        source=cost.jht_monthly.citation,
        day=day,
    )


__all__ = ["about", "every_way", "korea", "one_way", "price_list", "savings"]
