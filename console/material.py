"""What partners hang up, hand out and put on tables: posters, leaflets and table cards with their QR code; and words to send on."""

from __future__ import annotations

from dataclasses import dataclass

from console.paper import DEEP, FAINT, GREEN, INK, LINE, SIZES, TINT, WHITE, Sheet
from facts import contact
from locales import Text, Written, _, render
from storage.links import Doors, Link

KINDS: dict[str, Text] = {"poster": _("Poster"), "leaflet": _("Leaflet"), "card": _("Table card")}
HEADLINE = _("Working abroad?\nAre you protected?")
INVITE = _("Ask Sapa, the assistant of BPJS Ketenagakerjaan for Indonesian migrant workers. It is free.")
SCAN = _("Scan with your phone's camera")
CAN = (
    _("Check whether you are protected"),
    _("Know what it costs and how to join"),
    _("Know what you or your family receive"),
    _("Leave your name, and an officer contacts you"),
)
NEVER = _("Sapa never asks for money, an OTP code or photos of documents.")
DANGER = _("In danger abroad? {name}: {phone}")
CHANNELS: dict[str, Text | Written] = {
    "whatsapp": Written({"id": "WhatsApp"}),
    "telegram": Written({"id": "Telegram"}),
    "webchat": _("Web page"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be printed, for whom, and in which language."""

    link: Link
    partner: str
    branch: str
    doors: Doors
    language: str
    size: str = "a4"

    @property
    def codes(self) -> dict[str, str]:
        """What the QR codes hold, the best door first."""
        return self.doors.links(self.link.code, self.language)

    def say(self, text: Text | Written) -> str:
        return render(text, self.language)


class NoDoor(Exception):
    """The house has no address yet that a code could lead to."""


def pdf(kind: str, order: Order) -> bytes:
    """Raises NoDoor."""
    if not order.codes:
        raise NoDoor
    sheet = Sheet(SIZES[order.size], f"{order.say(KINDS[kind])}: {order.partner}", order.language)
    {"poster": _poster, "leaflet": _leaflet, "card": _card}[kind](sheet, order)
    return sheet.bytes()


def chat_words(order: Order) -> str:
    """To send on in WhatsApp: who asks, what for, and the address."""
    address = next(iter(order.codes.values()), "")
    return order.say(
        _(
            "Working abroad, or about to leave? Check free of charge whether BPJS Ketenagakerjaan protects you, what it costs and what your "
            "family receives: ask Sapa. It never asks for money or an OTP code.\n{address}\n({partner}, with {branch})",
            address=address,
            partner=order.partner,
            branch=order.branch,
        )
    )


def _poster(sheet: Sheet, order: Order) -> None:
    sheet.page()
    _head(sheet, order, 96)
    _codes(sheet, order, 55, 84, 100)
    bottom = 208.0
    for text in CAN:
        sheet.tick(38, bottom + 0.9, 4.6)
        bottom = sheet.write(order.say(text), 47, bottom, 130, 15, lines=1) + 2.4
    _foot(sheet, order)


def _head(sheet: Sheet, order: Order, height: float) -> None:
    sheet.fill(0, 0, 210, height, GREEN)
    sheet.bubble(18, 15, 11, WHITE)
    sheet.write("Sapa", 33, 14.2, 60, 22, WHITE, bold=True, lines=1)
    sheet.write(order.branch, 92, 16.2, 100, 11, WHITE, align="R", lines=2)
    end = sheet.write(order.say(HEADLINE), 18, 34, 174, 30, WHITE, bold=True, lines=2, leading=1.16)
    sheet.write(order.say(INVITE), 18, end + 2, 174, 13, TINT, lines=2)


def _codes(sheet: Sheet, order: Order, x: float, y: float, side: float) -> None:
    """The best door large; the others beside their names below it."""
    (best, address), *others = order.codes.items()
    sheet.fill(x - 4, y - 4, side + 8, side + 21, WHITE, 5)
    sheet.frame(x - 4, y - 4, side + 8, side + 21, LINE, 5)
    sheet.code(address, x, y, side)
    end = sheet.write(order.say(SCAN), x, y + side - 1, side, 12.5, INK, bold=True, align="C", lines=1)
    sheet.write(_way(order, best), x, end, side, 10.5, FAINT, align="C", lines=1)
    for place, (channel, other) in enumerate(others):
        left = 16.0 if place == 0 else x + side + 9
        sheet.code(other, left, y + side - 30, 32)
        sheet.write(order.say(CHANNELS[channel]), left - 2, y + side + 2.5, 36, 10, FAINT, align="C", lines=1)


def _way(order: Order, channel: str) -> str:
    return order.say(_("{channel} · code {code}", channel=CHANNELS[channel], code=order.link.code))


def _foot(sheet: Sheet, order: Order) -> None:
    sheet.fill(0, 251, 210, 46, TINT)
    together = _("{partner} together with {branch}", partner=order.partner, branch=order.branch)
    end = sheet.write(order.say(together), 18, 257, 174, 13, DEEP, bold=True, lines=2)
    end = sheet.write(order.say(NEVER), 18, end + 1.5, 174, 10.5, INK, lines=1)
    sheet.write(_hotline(order), 18, end + 1, 174, 10.5, INK, lines=1)
    sheet.write(_addresses(order), 18, 288.5, 174, 8, FAINT, lines=1)


def _hotline(order: Order) -> str:
    found = contact("kemlu_pwni")
    assert found.phone
    return order.say(Text(DANGER.msgid, (("name", found.owner), ("phone", found.phone))))


def _addresses(order: Order) -> str:
    short = {
        "telegram": f"t.me/{order.doors.telegram}",
        "whatsapp": f"+{order.doors.whatsapp}",
        "webchat": order.doors.public_url.split("//")[-1],
    }
    return "   ·   ".join(f"{order.say(CHANNELS[channel])}: {short[channel].rstrip('/')}" for channel in order.codes)


def _leaflet(sheet: Sheet, order: Order) -> None:
    """The front is the poster; the back says what one may ask."""
    _poster(sheet, order)
    sheet.page()
    sheet.fill(0, 0, 210, 30, GREEN)
    sheet.write(order.say(_("What you can ask Sapa")), 18, 9, 174, 20, WHITE, bold=True, lines=1)
    y = 40.0
    for title, words in BACK:
        y = sheet.write(order.say(title), 18, y, 174, 17, DEEP, bold=True, lines=1) + 1
        y = sheet.write(order.say(words), 18, y, 174, 14, INK, lines=3) + 8
    _foot(sheet, order)


BACK: tuple[tuple[Text, Text], ...] = (
    (
        _("Am I protected?"),
        _("Type your card number or NIK, or the dates of your contract. Sapa says until when you are protected, and why."),
    ),
    (_("What does it cost?"), _("Say for how many months. Sapa adds it up, part by part, and names the article each part rests on.")),
    (
        _("What do we receive?"),
        _("Accident at work, illness, death, an ended contract: what is paid, which papers are needed, and by when."),
    ),
    (_("How do I join or extend?"), _("Also when you are abroad already, and also when nobody asked you for it.")),
    (_("May I talk to a person?"), _("Yes. Write “officer”. Sapa says when an officer reads it, in your own time.")),
    (
        _("Who reads what I write?"),
        _("Only officers of the branch; no employer and no agency. You can have everything erased at any time."),
    ),
)


def _card(sheet: Sheet, order: Order) -> None:
    """To be folded in the middle and stood up: the same on both sides, the upper one turned."""
    sheet.page()
    middle_x, middle_y = sheet.pdf.w / 2, sheet.pdf.h / 4
    with sheet.pdf.rotation(180, middle_x, middle_y):
        _half(sheet, order, 0)
    _half(sheet, order, 148.5)
    sheet.pdf.set_draw_color(*LINE)
    sheet.pdf.set_dash_pattern(dash=2, gap=2)
    sheet.pdf.set_line_width(0.2)
    sheet.pdf.line(0, sheet.pdf.h / 2, sheet.pdf.w, sheet.pdf.h / 2)
    sheet.pdf.set_dash_pattern()


def _half(sheet: Sheet, order: Order, top: float) -> None:
    best, address = next(iter(order.codes.items()))
    sheet.fill(0, top, 210, 26, GREEN)
    sheet.bubble(14, top + 7.5, 10, WHITE)
    sheet.write("Sapa", 28, top + 6.4, 50, 20, WHITE, bold=True, lines=1)
    sheet.write(order.branch, 92, top + 9.5, 104, 10.5, WHITE, align="R", lines=1)
    sheet.code(address, 10, top + 33, 88)
    end = sheet.write(order.say(SCAN), 10, top + 120, 88, 11, INK, bold=True, align="C", lines=1)
    sheet.write(_way(order, best), 10, end, 88, 9.5, FAINT, align="C", lines=1)
    end = sheet.write(order.say(HEADLINE), 106, top + 38, 92, 21, DEEP, bold=True, lines=4, leading=1.18) + 5
    for text in CAN[:3]:
        sheet.tick(106, end + 0.9, 4)
        end = sheet.write(order.say(text), 114, end, 84, 12, lines=2) + 2.6
    sheet.write(order.say(NEVER), 106, end + 2, 92, 9.5, FAINT, lines=2)
    together = _("{partner} together with {branch}", partner=order.partner, branch=order.branch)
    sheet.write(order.say(together), 10, top + 136, 190, 10, DEEP, bold=True, align="C", lines=2)
