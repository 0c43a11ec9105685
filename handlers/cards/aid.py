"""What we say when work abroad went wrong: dismissed, not departed, not placed, robbed on the way, sent home."""

import facts
from handlers.cards import Card, asked_in_practice, closing, months, papers_not_found, service
from locales import Joined, Text, _


def dismissed_by_employer() -> Card:
    row = facts.benefit("jkk_phk_unilateral")
    return (
        _(
            "There is aid of {amount} for a contract that the employer ended alone, not because of a work accident. "
            "Sources differ: some write per month, others do not say. Ask {phone} or an officer before you count on it.",
            amount=row.amount,
            phone=service(),
        ),
        _(
            "It holds from the start of work until {months} before the contract ends.",
            months=months(row.limits["months_before_contract_end"]),
        ),
        asked_in_practice(facts.papers(row.papers)),
        closing(row),
    )


def dismissed_after_accident() -> Card:
    row = facts.benefit("jkk_phk_accident")
    return (
        _("There is aid for a dismissal because of a work accident. It depends on the months worked; the amount of today was not found."),
        _("The older rule did not give it for: {exceptions}.", exceptions=Joined(row.not_for)),
        _("Ask {phone} or an officer how much it is now. Treatment and harm from the accident are claimed besides.", phone=service()),
        closing(row),
    )


def resigned() -> Card:
    return (
        _("This aid is for workers whose employer ended the contract. We found none for somebody who resigns."),
        _("If you were made to sign a resignation, or had to leave to be safe, please tell an officer."),
        closing(facts.benefit("jkk_phk_unilateral"), facts.benefit("jkk_phk_accident"), sums=False),
    )


def failed_departure() -> Card:
    row = facts.benefit("jkk_gagal_berangkat")
    return (
        _("If you have paid and cannot leave through no fault of your own, there is aid of {amount}.", amount=row.amount),
        _("Not for: {exceptions}.", exceptions=Joined(row.not_for)),
        _(
            "A refused visa, an unfit medical check or an employer who changed his mind is not named in what we read. "
            "Ask an officer about your own case."
        ),
        papers_not_found(),
        closing(row),
    )


def other_work() -> Card:
    return (_other_work(), _keep_proof(), papers_not_found(), closing(facts.benefit("jkk_contract_mismatch")))


def not_placed() -> Card:
    return (
        _not_placed(),
        _("Ask {phone} or an officer before you count on it. The Indonesian mission can help you first.", phone=service()),
        papers_not_found(),
        closing(facts.benefit("jkk_gagal_ditempatkan")),
    )


def failed_placement() -> Card:
    rows = (facts.benefit("jkk_contract_mismatch"), facts.benefit("jkk_gagal_ditempatkan"))
    return (_other_work(), _not_placed(), _keep_proof(), papers_not_found(), closing(*rows))


def _other_work() -> Text:
    row = facts.benefit("jkk_contract_mismatch")
    return _(
        "Placed in work other than your contract, against your will: aid of {amount}, and transport up to {transport}.",
        amount=row.amount,
        transport=row.transport_max,
    )


def _not_placed() -> Text:
    return _(
        "Arrived, but got no work, through no fault of your own: there is money and transport home. The amount of today was not found."
    )


def _keep_proof() -> Text:
    return _("Keep your contract, and photos or messages that show the work you do. The Indonesian mission can help you first.")


def loss_on_the_way() -> Card:
    row = facts.benefit("jkk_loss_on_way_home")
    return (
        _(
            "Robbed, cheated or stolen from on the way from the host country to your home area: the real loss is paid, up to {amount}.",
            amount=row.max_amount,
        ),
        _(
            "It is for a loss that other people caused. Luggage lost or damaged by an airline is not named: ask the airline and {phone}.",
            phone=service(),
        ),
        _(
            "Report it where it happened and keep the report and your tickets. Which papers are needed was not found: ask {phone}.",
            phone=service(),
        ),
        closing(row),
    )


def sent_home_in_trouble() -> Card:
    return (
        *_in_trouble(),
        _("Deportation or overstaying is not named in what we read. Ask the Indonesian mission or {phone}.", phone=service()),
        papers_not_found(),
        closing(facts.benefit("jkk_repatriation_bermasalah")),
    )


def sent_home_injured() -> Card:
    return (
        _injured(),
        _("Ask {phone} or an officer before the ticket is bought. Keep all receipts.", phone=service()),
        _("Illness that work did not cause is not named here. Ask the Indonesian mission for help with the journey."),
        closing(facts.benefit("jkk_repatriation_injured")),
    )


def sent_home() -> Card:
    return (
        *_in_trouble(),
        _injured(),
        _(
            "Other illness, deportation or overstaying is not named in what we read. Ask the Indonesian mission or {phone}.",
            phone=service(),
        ),
        papers_not_found(),
        closing(facts.benefit("jkk_repatriation_bermasalah"), facts.benefit("jkk_repatriation_injured")),
    )


def _in_trouble() -> Card:
    row = facts.benefit("jkk_repatriation_bermasalah")
    return (
        _("Sent home because you are in trouble abroad: the ticket (economy) or transport by land, up to {amount}.", amount=row.max_amount),
        _("Not for: {exceptions}.", exceptions=Joined(row.not_for)),
    )


def _injured() -> Text:
    return _("Sent home because of a work accident: the transport is paid back. The highest amount of today was not found.")


__all__ = [
    "dismissed_after_accident",
    "dismissed_by_employer",
    "failed_departure",
    "failed_placement",
    "loss_on_the_way",
    "not_placed",
    "other_work",
    "resigned",
    "sent_home",
    "sent_home_in_trouble",
    "sent_home_injured",
]
