"""How a count is said outside the branch: never so exactly that one person could be made out."""

from locales import Text, _
from storage.small_cells import STEP, guarded


def at_least(count: int) -> Text:
    """ "more than 10", or that there are too few to say."""
    shown = guarded(count)
    return _("at most {count}", count=STEP) if shown is None else _("more than {count}", count=shown)
