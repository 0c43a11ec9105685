"""What the gate before a campaign says, fault by fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from locales import Text, _
from storage.campaigns_speech import Fault


def what(fault: Fault) -> Text:
    """In one sentence, and how to mend it."""
    return _WORDS[fault.code](fault.values)


Values = Any  # of a fault: {name: text or number}
_WORDS: dict[str, Callable[[Values], Text]] = {
    "markup": lambda _v: _("Use plain words: no braces, line breaks, links or signs that a chat reads as formatting."),
    "braces": lambda _v: _("A brace stands alone. Write fields like {example}.", example="{first_name}"),
    "too_many_buttons": lambda _v: _(
        "WhatsApp would hide the button that stops messages in a list. Leave fewer buttons, or leave WhatsApp out."
    ),
    "bad_link": lambda _v: _("Give a whole address that begins with https."),
    "no_channel": lambda _v: _("Name at least a channel."),
    "past": lambda _v: _("That moment has passed."),
    "hours": lambda _v: _("The window must open before it closes."),
    "nobody": lambda _v: _("Nobody fits this filter."),
    "missing_language": lambda v: _("The words for the language {language} are missing.", language=v["language"]),
    "unknown_language": lambda v: _("There is no {value}, or it leads nowhere any more.", value=v["value"]),
    "unknown": lambda v: _("There is no {value}, or it leads nowhere any more.", value=v["value"]),
    "unknown_field": lambda v: _("Nothing is known that could fill {name}. The fields are: {known}.", name=v["name"], known=v["known"]),
    "no_fall_back": lambda v: _(
        "Say what stands for {name} where it is not known, in the language {language}.", name=v["name"], language=v["language"]
    ),
    "unused_field": lambda v: _("The field {name} stands in no text.", name=v["name"]),
    "unfillable": lambda v: _("The field {name} is not known of anybody.", name=v["name"]),
    "too_long": lambda v: _(
        "With its fields filled, the text can be longer than the {limit} characters of a page on {channel}.",
        limit=v["limit"],
        channel=v["channel"],
    ),
    "long_label": lambda v: _(
        "The label {label} is longer than the {limit} characters of a button on {channel}.",
        label=v["label"],
        limit=v["limit"],
        channel=v["channel"],
    ),
    "same_label": lambda v: _("More than one button says {label}.", label=v["label"]),
    "same_target": lambda v: _("More than one button opens {target}.", target=v["target"]),
    "opens_nothing": lambda v: _("There is no dialogue, step or topic {target} that a button can open.", target=v["target"]),
    "channel_not_set_up": lambda v: _("The channel {channel} is not set up.", channel=v["channel"]),
    "no_waking_hour": lambda v: _("It expires before people in {country} are awake.", country=v["country"]),
    "spread": lambda v: _("It is spread over more waking hours than {country} has before it expires.", country=v["country"]),
    "too_slow": lambda v: _("At the pace of {channel}, {many} messages do not go before it expires.", channel=v["channel"], many=v["many"]),
    "tier": lambda v: _("WhatsApp lets us write first to {limit} people a day; {many} would need it.", limit=v["limit"], many=v["many"]),
    "template_unknown": lambda v: _("WhatsApp knows no template {name} of ours.", name=v["name"]),
    "template_language": lambda v: _("The template is missing in the language {language}.", language=v["language"]),
    "template_state": lambda v: _(
        "The template is not approved in the language {language}; its state is {state}.", language=v["language"], state=v["state"]
    ),
    "template_blanks": lambda v: _(
        "The template ({language}) has the blanks {blanks} and {quick} quick replies. Fill all; the replies needed are {needed}.",
        language=v["language"],
        blanks=v["blanks"] or "-",
        quick=v["quick"],
        needed=v["needed"],
    ),
    "dead_link": lambda v: _("The link {link} led nowhere when it was tried just now.", link=v["link"]),
    "no_file": lambda _v: _("The picture or document is not there any more."),
    "no_address": lambda _v: _("Platforms fetch the picture or document from us, so our public address must be set and begin with https."),
    "ends_twice": lambda _v: _("The end of cover is said by when it repeats; leave it out of the audience."),
    "overlaps": lambda _v: _("It would still be going out when it begins again. Let it expire within its week."),
    "same_text": lambda _v: _("Both texts are the same, so that nothing can be compared."),
    "again": lambda v: _("The same words went out a few days ago, in the campaign “{name}”.", name=v["name"]),
    "nobody_left": lambda v: _("Of {number} people who fit, nobody can get it.", number=v["number"]),
    "unexpected": lambda v: _("{number} people fit, and about {expected} were expected.", number=v["number"], expected=v["expected"]),
    "everybody": lambda v: _("Nearly everybody fits: {number} people. If that is meant, say how many are expected.", number=v["number"]),
}
