"""Lists as CSV files: streamed, counted, recorded in the audit, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from aiohttp import hdrs, web

from console.lists import Asked
from console.refused import Refused
from console.visit import Visit
from locales import Text, _, render
from storage import limits
from storage.limits import Limit
from storage.writer import Connection

A_DAY = Limit(5, timedelta(hours=24))
FORMULA = "=+-@\t\r\n\0"  # https://owasp.org/www-community/attacks/CSV_Injection
MARK = "\ufeff"  # by which spreadsheets know that it is UTF-8

TOO_MANY = Refused(
    429,
    _("Enough exports for today"),
    _("An officer may export a few lists a day, so that a stolen session cannot carry everything away. This one was not made."),
    _("Tomorrow you can export again. If you need it now, ask a colleague."),
)


def harmless(value: object) -> str:
    """A cell that a spreadsheet shows as it is: one that would begin a formula, also in full-width letters, gets a quote before it."""
    text = "" if value is None else str(value)
    begins = unicodedata.normalize("NFKC", text[:1])
    return f"'{text}" if begins and begins in FORMULA else text


async def send(
    visit: Visit, name: str, asked: Asked, header: Sequence[Text], pages: AsyncIterator[list[list[object]]]
) -> web.StreamResponse:
    """The rows of `pages` as a file; they are read while they are sent, so that a million need no memory."""
    officer, dialect = visit.officer, visit.desk.database.dialect

    async def work(db: Connection) -> None:
        if not await limits.spend(db, dialect, visit.desk.sealer.index("limit", f"export:{officer.id}"), A_DAY, visit.now):
            raise TOO_MANY
        chosen = {name: list(values) for name, values in asked.chosen.items() if values}
        await visit.record(db, "list.exported", f"list:{name}", {**chosen, "searched": bool(asked.words)})

    await visit.write(work)
    response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/csv; charset=utf-8"})
    response.headers[hdrs.CONTENT_DISPOSITION] = f'attachment; filename="{name}-{visit.now:%Y-%m-%d}.csv"'
    await response.prepare(visit.request)
    await response.write((MARK + _lines([[render(text, visit.language) for text in header]])).encode())
    async for rows in pages:
        await response.write(_lines(rows).encode())
    await response.write_eof()
    return response


def _lines(rows: Sequence[Sequence[object]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue()
