"""What cannot be done, said so that one can go on: what happened, that nothing was changed, what to do next."""

from __future__ import annotations

from locales import Text


class Refused(Exception):
    """Raised by a page (or the work it runs, of which then nothing is kept); shown as a page with this status."""

    def __init__(self, status: int, title: Text, *paragraphs: Text) -> None:
        super().__init__(status)
        self.status, self.title, self.paragraphs = status, title, paragraphs
