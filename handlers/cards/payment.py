"""Where and how one pays, and what to do when the payment code or the membership does not come."""

import facts
from facts import Country
from handlers.cards import Card, service
from handlers.cards.enrolment import PORTAL, address
from locales import Lines, _


def pay(country: Country | None) -> Card:
    """From home, or from a country where one works."""
    return (
        _(
            "You pay with a payment code (ID-Billing). It stands in the portal {portal} and comes by e-mail. "
            "Pay it at a bank; then your membership is issued.",
            portal=address(PORTAL),
        ),
        *_from_abroad(country),
        _(
            "Shops and e-wallets: not confirmed, ask {phone}. Never pay into the account of a person; I never ask for money. Checked on {day}.",
            phone=service(),
            day=facts.contact(PORTAL).checked_on,
        ),
    )


def code_missing() -> Card:
    return (
        _(
            "The code also stands in the portal, so look there first: {portal}. Then look in the spam folder of your e-mail.",
            portal=address(PORTAL),
        ),
        _(
            "No code there? Your data come from SISKOP2MI. Check with your agency or BP3MI that your NIK and e-mail are right there. "
            "For placement between governments (G2G), too."
        ),
        _(
            "How long a code can be used, I have not found. For a new one ask {phone} or an officer. Do not use a code somebody sends you.",
            phone=service(),
        ),
    )


def paid_but_inactive() -> Card:
    return (
        _(
            "Keep your proof of payment. Membership is issued after the payment, and then SISKOP2MI is told. How long it takes, I have not found."
        ),
        _("Look at the portal {portal} or the JMO app again.", portal=address(PORTAL)),
        _(
            "If it does not change, call {phone} with the payment code (ID-Billing) and the date, or let an officer look. "
            "Please do not send a photo of the proof here.",
            phone=service(),
        ),
    )


def _from_abroad(country: Country | None) -> Card:
    """The ways reported for a country; without a country, all that are known; nothing for somebody at home."""
    if country and country.iso == "ID":
        return ()
    rows = [row for row in facts.contacts("payment") if row.as_of and (country is None or row.iso == country.iso)]
    told = [
        _(
            "From {country}: {way} (reported in {year}, may have changed).",
            country=facts.country(row.iso).name,
            way=row.owner,
            year=str(row.as_of.year) if row.as_of else "",
        )
        for row in rows
    ]
    if country and not told:
        told = [
            _("From {country} I have not found a confirmed way; ask {phone} before you send money.", country=country.name, phone=service())
        ]
    account = _("No Indonesian account? With the JMO app you can open one at BRI (as of {day}).", day=facts.contact("jmo_android").as_of)
    return (Lines((*told, account)),)


__all__ = ["code_missing", "paid_but_inactive", "pay"]
