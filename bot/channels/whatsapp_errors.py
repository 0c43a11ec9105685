"""What Meta's error codes mean for a message, whether they come in the answer to a send or later in a receipt."""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels import Failure, SendError
from bot.channels.whatsapp_request import NotSent, Refused, Unclear


@dataclass(frozen=True, slots=True)
class Meaning:
    """`wait` in seconds, where the platform asks for patience."""

    failure: Failure
    reason: str
    wait: float | None = None


# https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
MEANINGS = {
    # Too much at once, or Meta is busy: later. One person gets about one message in six seconds.
    4: Meaning(Failure.WAIT, "too_many_calls", 60),
    80007: Meaning(Failure.WAIT, "too_many_calls", 60),
    130429: Meaning(Failure.WAIT, "too_many", 2),
    131056: Meaning(Failure.WAIT, "too_many_to_one", 6),
    131057: Meaning(Failure.WAIT, "maintenance", 300),
    2: Meaning(Failure.NOT_SENT, "platform_down"),
    131000: Meaning(Failure.NOT_SENT, "platform_failed"),
    131016: Meaning(Failure.NOT_SENT, "platform_down"),
    131053: Meaning(Failure.NOT_SENT, "media"),
    133016: Meaning(Failure.WAIT, "too_many_calls", 300),
    # Not today.
    131049: Meaning(Failure.DAY, "enough_for_today"),
    131048: Meaning(Failure.REST, "flagged_as_spam"),
    131064: Meaning(Failure.REST, "daily_limit"),
    # Never, for this person or in this form.
    130472: Meaning(Failure.CONTENT, "experiment"),
    131026: Meaning(Failure.UNREACHABLE, "undeliverable"),
    131030: Meaning(Failure.UNREACHABLE, "not_on_test_list"),
    131021: Meaning(Failure.UNREACHABLE, "ourselves"),
    130497: Meaning(Failure.UNREACHABLE, "country"),
    131050: Meaning(Failure.UNWANTED, "unwanted"),
    131062: Meaning(Failure.CONTENT, "needs_number"),
    131047: Meaning(Failure.WINDOW, "window"),
    132000: Meaning(Failure.CONTENT, "template_blanks"),
    132001: Meaning(Failure.CONTENT, "template_unknown"),
    132005: Meaning(Failure.CONTENT, "template_too_long"),
    132007: Meaning(Failure.CONTENT, "template_wording"),
    132012: Meaning(Failure.CONTENT, "template_blanks"),
    132015: Meaning(Failure.CONTENT, "template_paused"),
    132016: Meaning(Failure.CONTENT, "template_disabled"),
    # Something is wrong with our account: nothing more goes out until staff mend it.
    0: Meaning(Failure.FORBIDDEN, "token"),
    3: Meaning(Failure.FORBIDDEN, "permission"),
    10: Meaning(Failure.FORBIDDEN, "permission"),
    190: Meaning(Failure.FORBIDDEN, "token"),
    **{code: Meaning(Failure.FORBIDDEN, "permission") for code in range(200, 300)},
    368: Meaning(Failure.FORBIDDEN, "locked"),
    131005: Meaning(Failure.FORBIDDEN, "permission"),
    131031: Meaning(Failure.FORBIDDEN, "locked"),
    131037: Meaning(Failure.FORBIDDEN, "display_name"),
    131042: Meaning(Failure.FORBIDDEN, "payment"),
    131045: Meaning(Failure.FORBIDDEN, "certificate"),
    131063: Meaning(Failure.FORBIDDEN, "marketing_disabled"),
    133010: Meaning(Failure.FORBIDDEN, "not_registered"),
}
NO_SUCH_OBJECT = (100, 33)  # the phone id is not ours, or the token may not use it


def meaning(code: int) -> Meaning:
    """A code nobody told us of stands for a page that is refused."""
    return MEANINGS.get(code) or Meaning(Failure.CONTENT, f"refused_{code}")


def to_failure(error: Exception) -> SendError:
    """What a failed send means. Only what Meta itself refused, or what never left, is known not to have been sent."""
    match error:
        case NotSent():
            return SendError(Failure.NOT_SENT, "no_connection")
        case Refused():
            return _refused(error)
        case Unclear():
            return SendError(Failure.DOUBT, str(error))
        case _:
            return SendError(Failure.DOUBT, "answer_lost")


def _refused(refusal: Refused) -> SendError:
    if refusal.code == 0 and refusal.status == 429:
        return SendError(Failure.WAIT, "too_many", retry_after=60)
    if (refusal.code, refusal.subcode) == NO_SUCH_OBJECT:
        return SendError(Failure.FORBIDDEN, "phone_id")
    if refusal.status >= 500 and refusal.code not in MEANINGS:
        return SendError(Failure.DOUBT, f"answer_{refusal.status}")
    what = meaning(refusal.code)
    return SendError(what.failure, what.reason, retry_after=what.wait)
