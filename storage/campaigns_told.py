"""What became of a campaign, line by line, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from storage.campaigns import Campaign, editions
from storage.campaigns_file import load
from storage.campaigns_results import Results, difference, results
from storage.writer import Connection


async def told(db: Connection, dialect: str, campaign: Campaign) -> list[str]:
    """All of it, line by line, for a person."""
    found = await results(db, dialect, campaign)
    total = sum(found.states.values())
    why = f" ({campaign.paused_because})" if campaign.paused_because else ""
    lines = [f"Campaign {campaign.id}, {campaign.name}: {campaign.state}{why}", f"people: {total}"]
    for (channel, state, reason), many in sorted(found.states.items()):
        lines.append(f"{many:>9} {channel or '-'} {state}{f' ({reason})' if reason else ''}")
    knowable = "not knowable: no channel of it tells" if found.delivered is None else str(found.delivered)
    read = "not knowable: no channel of it tells" if found.read is None else str(found.read)
    lines += [
        f"delivered: {knowable}",
        f"read: {read}",
        f"blocked us: {found.blocked}",
        f"pressed a button: {found.pressed}, of these to stop messages: {found.opted_out}",
    ]
    lines += _did(campaign, found)
    for one in await editions(db, campaign.id):
        lines.append(f"{one.edition}: campaign {one.id}, {one.state}")
    return lines


def _did(campaign: Campaign, found: Results) -> Iterator[str]:
    if any(button.link for button in load(campaign.content).button):
        yield f"opened a link: {found.opened}"
    for name, (reached, held) in found.did.items():
        line = f"{name} within 7 days: {reached.many} of {reached.of} ({reached.value:.1%})"
        if held.of:
            gap, low, high = difference(reached, held)
            line += f"; hold-out {held.many} of {held.of} ({held.value:.1%}); difference {gap:+.1%}, with 95 % confidence {low:+.1%} to {high:+.1%}"
        yield line
    for arm in found.arms:
        yield f"text {arm.name}: pressed {arm.pressed.many} of {arm.pressed.of}, opened a link {arm.opened.many}"
    if found.answered:
        yield f"understood: {found.answered.right} right of {sum(found.answered.answers.values())} answers, {found.answered.asked} asked"
