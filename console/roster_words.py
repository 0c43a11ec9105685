"""What is wrong with a row of a list, said so that one can mend it: what it is, and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from console.roster_columns import FIELDS
from locales import Text, _

FAULTS: Mapping[str, tuple[Text, Text]] = {
    "empty": (_("is empty"), _("Fill it in. If cells are merged, unmerge them first.")),
    "formula": (_("holds a formula"), _("Copy the column and paste it as values.")),
    "long": (_("is far too long"), _("Keep only what belongs into this column.")),
    "rounded": (
        _("was turned into a calculated number, so its last digits are lost"),
        _("Format the column as text, then type or paste the numbers again from where they came."),
    ),
    "letters": (_("holds a letter or a sign"), _("Keep digits only.")),
    "digits_kpj": (
        _("has the wrong count of digits ({other})"),
        _("Compare with the card. A zero at the beginning is lost where the column is not text."),
    ),
    "digits_nik": (_("has the wrong count of digits ({other})"), _("Compare with the identity card (KTP).")),
    "nik_place": (_("begins with digits of no province"), _("Compare with the identity card (KTP).")),
    "nik_birth": (_("holds a date of birth that is none"), _("Compare digits 7 to 12 with the identity card (KTP).")),
    "date": (_("is no date"), _("Write year, month, day (YYYY-MM-DD), or the day first (DD/MM/YYYY).")),
    "date_year": (_("has a year of two digits"), _("Write the year with four digits.")),
    "date_order": (_("has the month before the day"), _("Write year, month, day (YYYY-MM-DD), or the day first (DD/MM/YYYY).")),
    "date_far": (_("lies too far from today"), _("Check the year.")),
    "ends_first": (_("lies before the start"), _("Check both days; perhaps the columns are exchanged.")),
    "born_late": (_("lies after the start of the cover, or in the future"), _("Check both days; perhaps the columns are exchanged.")),
    "no_proof": (_("is missing, and so is the NIK"), _("Fill in one of them: without it nobody can prove who they are.")),
    "name": (_("is no name"), _("Write the name in letters.")),
    "scheme": (_("is no kind of placement that we know"), _("Write penempatan or perseorangan.")),
    "programmes": (_("names programmes that we do not know"), _("Write JKK JKM, or JKK JKM JHT.")),
    "same_row": (_("stands in row {other} already, with the same data"), _("Nothing needs to be done; it counts once.")),
    "same_kpj": (_("stands in row {other} already, with other data"), _("Keep the row that is right.")),
    "same_nik": (_("stands in row {other} already, with another card number"), _("A NIK belongs to one person. Check both rows.")),
}


def what(code: str, other: int) -> Text:
    """What is wrong, to be read after the name of the column."""
    text = FAULTS[code][0]
    return Text(text.msgid, (("other", other),)) if "{other}" in text.msgid else text


def mend(code: str) -> Text:
    return FAULTS[code][1]


def column(name: str) -> Text:
    return FIELDS[name]
