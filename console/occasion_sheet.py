"""The result of a socialisation day on one page: who came, what was understood before and after, in guarded numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from console import paper
from console.occasion_words import QUESTIONS
from console.paper import DEEP, FAINT, GREEN, INK, LINE, TINT, WHITE
from locales import Text, _, render
from storage.occasions import Occasion, Understood
from storage.small_cells import STEP, guarded, share

Say = Callable[[Text], str]
PALE = (160, 200, 184)
WIDTH = 100.0  # of a bar that means all


@dataclass(frozen=True, slots=True)
class Sheet:
    occasion: Occasion
    partner: str
    branch: str
    zone: str  # where the branch is
    attendance: int
    understood: Sequence[Understood]


def drawn(result: Sheet, language: str) -> bytes:
    def say(text: Text) -> str:
        return render(text, language)

    page = paper.Sheet(paper.A4, result.occasion.name, language)
    page.page()
    _head(page, result, say)
    y = _attendance(page, result, say)
    for one in result.understood:
        y = _question(page, one, say, y)
    page.write(say(_change(result.understood)), 18, y + 2, 174, 13, DEEP, bold=True, lines=3)
    note = _("Numbers are rounded down and small ones are not told, so that nobody can be made out by them. Answers carry no name.")
    page.write(say(note), 18, 280, 174, 8.5, FAINT, lines=2)
    return page.bytes()


def _head(page: paper.Sheet, result: Sheet, say: Say) -> None:
    begins, ends = (moment.astimezone(ZoneInfo(result.zone)) for moment in (result.occasion.starts_at, result.occasion.ends_at))
    page.fill(0, 0, 210, 62, GREEN)
    page.bubble(18, 13, 9, WHITE)
    page.write("Sapa", 30, 12.4, 60, 18, WHITE, bold=True, lines=1)
    page.write(result.branch, 92, 13.8, 100, 10.5, WHITE, align="R", lines=1)
    end = page.write(result.occasion.name, 18, 29, 174, 22, WHITE, bold=True, lines=1)
    when = _("{day}, {starts}–{ends} · {place}", day=begins.date(), starts=begins.time(), ends=ends.time(), place=result.occasion.place)
    page.write(say(when), 18, end + 1, 174, 12, TINT, lines=1)
    page.write(say(_("With {partner}", partner=result.partner)), 18, 70, 174, 12, INK, lines=1)


def _attendance(page: paper.Sheet, result: Sheet, say: Say) -> float:
    shown = guarded(result.attendance)
    came = _("at most {count}", count=STEP) if shown is None else _("more than {count}", count=shown)
    page.write(say(_("People who came")), 18, 82, 60, 11, FAINT, lines=1)
    end = page.write(say(came), 18, 88, 100, 26, DEEP, bold=True, lines=1)
    return page.write(say(_("Right answers, before the talk and after it")), 18, end + 8, 174, 15, INK, bold=True, lines=1) + 4


def _question(page: paper.Sheet, one: Understood, say: Say, y: float) -> float:
    end = page.write(say(QUESTIONS[one.question]), 18, y, 174, 12.5, INK, lines=1) + 1.5
    rows = ((_("before"), one.before, one.before_right, PALE), (_("after"), one.after, one.after_right, GREEN))
    for name, all_, right, colour in rows:
        part = share(guarded(right), guarded(all_))
        page.write(say(name), 18, end + 0.6, 30, 10.5, FAINT, lines=1)
        page.fill(48, end, WIDTH, 6, LINE, 2)
        if part:
            page.fill(48, end, max(WIDTH * part, 4), 6, colour, 2)
        told = _("too few to say") if part is None else _("about {share} %", share=round(part * 100))
        page.write(say(told), 152, end + 0.6, 40, 10.5, INK, lines=1)
        end += 8.5
    return end + 5


def _change(understood: Sequence[Understood]) -> Text:
    """What the talk changed, over all questions, as far as the numbers let one say."""
    before = share(guarded(sum(one.before_right for one in understood)), guarded(sum(one.before for one in understood)))
    after = share(guarded(sum(one.after_right for one in understood)), guarded(sum(one.after for one in understood)))
    if before is None or after is None:
        return _("Too few answered before and after to say what the talk changed.")
    points = round((after - before) * 100)
    if abs(points) < 5:  # roundings alone make as much
        return _("Before and after, about as many answers were right.")
    if points > 0:
        return _("After the talk about {points} more of a hundred answers were right.", points=points)
    return _("After the talk about {points} fewer of a hundred answers were right.", points=-points)
