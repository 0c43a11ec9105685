"""Which column of a list is what: guessed by its heading in Indonesian or English, and said otherwise by an officer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.roster_files import SNIFFED
from console.roster_sheet import Row
from locales import Text, _

FIELDS: Mapping[str, Text] = {
    "kpj": _("Card number (KPJ)"),
    "nik": _("NIK"),
    "name": _("Name"),
    "born": _("Date of birth"),
    "starts_on": _("Covered from"),
    "ends_on": _("Covered until"),
    "scheme": _("Kind of placement"),
    "programmes": _("Programmes"),
}
NEEDED = ("kpj", "name", "starts_on", "ends_on")
SAME_FOR_ALL = ("scheme", "programmes")  # may be said once for the whole list
NUMBERS = ("kpj", "nik")

# What stands over such columns. Letters and digits only, in small letters; the longer one wins.
HEADINGS: Mapping[str, Sequence[str]] = {
    "kpj": (
        *("kpj", "nokpj", "nomorkpj", "nokartu", "nomorkartu", "nopeserta", "nomorpeserta", "nokartupeserta", "nomorkartupeserta"),
        *("kartupeserta", "nokpjpeserta", "cardnumber", "cardno", "membershipnumber", "membernumber", "memberid", "participantnumber"),
    ),
    "nik": (
        "nik",
        "nonik",
        "nomornik",
        "nomorindukkependudukan",
        "noktp",
        "nomorktp",
        "ktp",
        "nikktp",
        "idnumber",
        "nationalid",
        "identitynumber",
    ),
    "name": (
        *("nama", "namapeserta", "namalengkap", "namatk", "namatenagakerja", "namapmi", "namacpmi", "namapekerja"),
        *("name", "fullname", "membername", "workername"),
    ),
    "born": ("tanggallahir", "tgllahir", "tgllhr", "lahir", "ttl", "dateofbirth", "birthdate", "birthday", "dob", "born"),
    "starts_on": (
        *("tanggalmulai", "tglmulai", "mulai", "tanggalawal", "tglawal", "awal", "tmt", "tanggalaktif", "tglaktif", "awalperlindungan"),
        *("mulaiperlindungan", "tglmulaiperlindungan", "tanggalmulaiperlindungan", "tanggalkepesertaan", "tglkepesertaan", "tglefektif"),
        *("start", "startdate", "startson", "from", "validfrom", "coveredfrom", "effectivedate"),
    ),
    "ends_on": (
        *(
            "tanggalberakhir",
            "tglberakhir",
            "berakhir",
            "tanggalakhir",
            "tglakhir",
            "akhir",
            "akhirperlindungan",
            "sampai",
            "sd",
            "tglexpired",
        ),
        *("tglberakhirperlindungan", "tanggalberakhirperlindungan", "masaberlaku", "berlakusampai", "tanggalselesai", "tglselesai"),
        *("end", "enddate", "endson", "until", "to", "expiry", "expirydate", "validuntil", "validto", "coveredto", "covereduntil"),
    ),
    "scheme": ("skema", "jenispmi", "jenispenempatan", "skemapenempatan", "kategori", "jalur", "scheme", "placement", "category"),
    "programmes": ("program", "programdiikuti", "programjaminan", "jenisprogram", "programs", "programmes", "programme"),
}
_FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True)
class Columns:
    """`heading` is the number of the row with the headings; `columns` say where each field stands; `all` holds what is the same for all rows."""

    heading: int
    columns: Mapping[str, int]
    all: Mapping[str, str] = field(default_factory=dict)

    @property
    def missing(self) -> list[str]:
        """What a list of members must have and this one does not."""
        missing = [name for name in NEEDED if name not in self.columns]
        missing += [name for name in SAME_FOR_ALL if name not in self.columns and not self.all.get(name)]
        return missing if {"born", "nik"} & set(self.columns) else [*missing, "born"]

    def kept(self) -> dict[str, Any]:
        return {"heading": self.heading, "columns": dict(self.columns), "all": dict(self.all)}


@dataclass(frozen=True)
class Head:
    """The first rows of a list: the headings, and rows under them to look at."""

    number: int
    headings: list[str]
    rows: list[Row]


def mapping_of(kept: Mapping[str, Any]) -> Columns:
    return Columns(kept["heading"], kept["columns"], kept["all"])


def head(rows: Sequence[Row]) -> Head:
    """The row with most headings that we know is the one with the headings; a list may begin with a title."""
    known = [len({_FIELD_OF[plain(cell)] for cell in cells if plain(cell) in _FIELD_OF}) for _number, cells in rows[:SNIFFED]]
    at = known.index(max(known))
    number, headings = rows[at]
    return Head(number, [str(heading) for heading in headings], list(rows[at + 1 :]))


def guess(headings: Sequence[str]) -> dict[str, int]:
    """{field: column}; of two columns with one meaning the first."""
    found: dict[str, int] = {}
    for column, heading in enumerate(headings):
        name = _FIELD_OF.get(plain(heading))
        if name and name not in found:
            found[name] = column
    return found


def column_named(headings: Sequence[str], wanted: str) -> int | None:
    """The column with this heading, however it is spaced and written."""
    return next((column for column, heading in enumerate(headings) if plain(heading) == plain(wanted)), None)


def plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", heading.lower())
