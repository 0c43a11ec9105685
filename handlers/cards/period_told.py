"""What follows from the days a worker told, in words: by which rule, on which condition, and that nobody has checked it yet."""

import facts
from facts import Protection, Span, Story, Window, limit
from handlers.cards import Card, service
from handlers.cards.period_rules import BOTH, JKM, after_contract, after_rule, basis, before_rule, on_leave_rule, to_get_home
from handlers.cards.roster import Told
from locales import Text, _

ABROAD = {"official_check": _("Official check"), "?extension": _("Extend"), "menu": _("Menu")}
ENDED = {"?extension": _("Extend"), "?register": _("How to register"), "official_check": _("Official check")}
BEFORE = {"official_check": _("Official check"), "?register": _("How to register"), "menu": _("Menu")}
NOT_PAID = {"?register": _("How to register"), "contributions": _("Cost"), "menu": _("Menu")}
BACK = {"official_check": _("Official check"), "claims": _("How to claim"), "menu": _("Menu")}

NOT_SURE = _("By what you told me I cannot be sure.")


def told_by_worker(story: Story) -> Told:
    protection = facts.protection(story)
    if story.stage == "before":
        return _before(story, protection)
    if story.stage == "after":
        return Told(*_back(protection), then=BACK)
    state, last = protection.now()["JKM"], _stay(protection).latest
    if last and last < story.today:
        return Told("not_covered", (*_ended(protection), basis()), ENDED)
    if story.on_leave:
        return Told("only_jkm" if state == "covered" else "not_known", (*_on_leave(protection), basis()), ABROAD)
    return Told(state, (_abroad(protection), *_unpaid(story), after_contract(protection.until_at_most), basis()), ABROAD)


def not_paid() -> Told:
    return Told("not_covered", (_("Not yet: protection begins once you have registered and paid."), before_rule(), basis()), NOT_PAID)


def _abroad(protection: Protection) -> Text:
    ends, home = protection.contract_ends, _stay(protection)
    if ends.latest is None:
        return _("Without the end of your contract I cannot say until when. Protection lasts until it ends, if its contributions are paid.")
    if protection.now()["JKM"] == "not_known":
        return _("By what you told me I cannot be sure. The time to get home after the contract ends {when}.", when=_when(home))
    if day := protection.until_at_least:
        return _(
            "By what you told me: protected at least until {day}, if the contributions of this contract are paid. That is {programmes}.",
            day=day,
            programmes=BOTH,
        )
    return _(
        "By what you told me: still protected by {programmes} while you get home, if the contributions were paid. That time ends {when}.",
        programmes=BOTH,
        when=_when(home),
    )


def _unpaid(story: Story) -> Card:
    """An extension that is not paid yet moves nothing."""
    if story.extended_until is None or story.extension_paid:
        return ()
    return (_("The extension counts once its contributions are paid ({article}).", article=facts.cite("permenaker-4-2023", "20")),)


def _ended(protection: Protection) -> Card:
    return (
        _(
            "By what you told me: not protected any more. The time to get home after the contract ended {when}.",
            when=_when(_stay(protection)),
        ),
        _(
            "If the contract was extended and paid, check again with its new end. If you go on working abroad, you can extend or register there."
        ),
    )


def _on_leave(protection: Protection) -> Card:
    if sure := protection.until("JKM").earliest:
        first = _(
            "By what you told me: on home leave only {jkm} holds, at least until {day}, if the contributions are paid.", jkm=JKM, day=sure
        )
    else:
        first = _("On home leave only {jkm} holds, as long as your contract runs and its contributions are paid.", jkm=JKM)
    return (first, on_leave_rule())


def _before(story: Story, protection: Protection) -> Told:
    window, now = protection.window("before", "JKM"), protection.now()
    assert window
    if now["JKM"] == "not_known":
        return Told("not_known", (NOT_SURE, before_rule(), basis()), BEFORE)
    if now["JKM"] == "not_covered":
        over = _("By what you told me: not protected any more. The time before departure ended {when}.", when=_when(window.longest))
        return Told("not_covered", (over, _again(story, window), basis()), BEFORE)
    covered = now["JKK"] == "covered"
    first = _(
        "By what you told me: protected until you leave, at most until {day}, if the contributions are paid. That is {programmes}.",
        day=window.longest.earliest,
        programmes=BOTH if covered else JKM,
    )
    then = _again(story, window) if _leaves_later(story, window) else _once_left(covered)
    return Told("covered" if covered else "only_jkm", (first, then, basis()), BEFORE)


def _leaves_later(story: Story, window: Window) -> bool:
    leaves, ends = story.departed_on.latest if story.departed_on else None, window.longest.earliest
    return leaves is not None and ends is not None and leaves > ends


def _again(story: Story, window: Window) -> Text:
    if story.scheme == "perseorangan":
        return _(
            "Who goes alone and leaves later does so at their own risk ({article}). Ask {phone} before you go.",
            article=window.citation,
            phone=service(),
        )
    return _("Who has not left by then registers and pays again ({source}).", source=limit("before_placed").citation)


def _once_left(with_jkk: bool) -> Text:
    if with_jkk:
        return _("Once you have left, both hold until the contract ends, and at most {home} more to get home.", home=to_get_home())
    return _(
        "JKK (work accident) begins when you leave. Then both hold until the contract ends, and at most {home} more to get home.",
        home=to_get_home(),
    )


def _back(protection: Protection) -> tuple[str, Card]:
    jkm, jkk = protection.window("after", "JKM"), protection.window("after", "JKK")
    claim = _("What happened while you were protected can still be claimed; there is a time limit.")
    if jkm is None or jkk is None:
        late = _(
            "By what you told me: not protected now. You came home more than {home} after the contract; for that the rule names nothing.",
            home=to_get_home(),
        )
        return "not_covered", (late, claim, basis())
    if jkm.surely(protection.today):
        return "only_jkm", (_home_in_time(jkm, jkk), claim, basis())
    if not jkm.possibly(protection.today):
        over = _("By what you told me: not protected any more. The time after the return ended {when}.", when=_when(jkm.ends))
        return "not_covered", (over, claim, basis())
    return "not_known", (NOT_SURE, after_rule(), basis())


def _home_in_time(jkm: Window, jkk: Window) -> Text:
    return _(
        "By what you told me: {jkm} holds until {day}, if the contributions were paid. JKK (work accident) holds only on the way to your"
        " home area, until {way} at the latest.",
        jkm=JKM,
        day=jkm.ends.earliest,
        way=jkk.ends.latest,
    )


def _stay(protection: Protection) -> Span:
    """The end of the time abroad, with the time to get home."""
    return next(window.longest for window in protection.windows if window.stage == "during" and window.programme == "JKM")


def _when(span: Span) -> Text:
    if span.earliest == span.latest or span.earliest is None:
        return _("on {day}", day=span.latest)
    return _("between {first} and {last}", first=span.earliest, last=span.latest)


__all__ = ["not_paid", "told_by_worker"]
