"""Ready answers of the branch: written once in both languages, used in any conversation."""

from __future__ import annotations

from aiohttp import web

from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import Text, _
from storage import audit, branches, canned
from storage.scope import EVERYWHERE
from storage.writer import Connection

PATH = "/desk/answers"
LONGEST_TITLE, LONGEST = 60, 2000
FIELDS = ("title", "words_id", "words_en", "branch")
WRONG = _(
    "Give a name of at most {name} characters, and the words in Indonesian, English or both, each of at most {words}.",
    name=LONGEST_TITLE,
    words=LONGEST,
)


async def every(visit: Visit) -> web.Response:
    return await _show(visit)


async def add(visit: Visit) -> web.Response:
    sent = await visit.form(*FIELDS)
    branch = sent["branch"] if visit.branch == EVERYWHERE else visit.branch
    if branch not in await visit.read(lambda db: branches.names(db, visit.branch)):
        raise web.HTTPBadRequest
    if not _fits(sent):
        return await _show(visit, sent, WRONG, 422)

    async def work(db: Connection) -> None:
        new = await canned.add(db, visit.desk.database.tools, branch, sent["title"], sent["words_id"], sent["words_en"])
        await visit.record(db, "answer.added", f"answer:{new}", {"title": sent["title"]})

    await visit.write(work)
    return visit.go(PATH, _("The answer is ready to use."))


async def change(visit: Visit) -> web.Response:
    number, sent = visit.number("id"), await visit.form(*FIELDS)
    before = next((one for one in await visit.read(lambda db: canned.every(db, visit.branch)) if one.id == number), None)
    if before is None:
        raise web.HTTPNotFound
    if not _fits(sent):
        return await _show(visit, {**sent, "id": str(number)}, WRONG, 422)
    after = {name: sent[name] for name in ("title", "words_id", "words_en")}

    async def work(db: Connection) -> None:
        await canned.change(db, visit.branch, number, **after)
        was = {name: getattr(before, name) for name in after}
        await visit.record(db, "answer.changed", f"answer:{number}", audit.changed(visit.desk.sealer, was, after))

    await visit.write(work)
    return visit.go(PATH, _("Changed. Messages that were sent stay as they were."))


async def drop(visit: Visit) -> web.Response:
    number = visit.number("id")

    async def work(db: Connection) -> None:
        if not await canned.drop(db, visit.branch, number):
            raise web.HTTPNotFound
        await visit.record(db, "answer.dropped", f"answer:{number}")

    await visit.write(work)
    return visit.go(PATH, _("The answer is gone. Messages that were sent stay as they were."))


def _fits(sent: dict[str, str]) -> bool:
    words = sent["words_id"], sent["words_en"]
    return 0 < len(sent["title"]) <= LONGEST_TITLE and any(words) and all(len(one) <= LONGEST for one in words)


async def _show(visit: Visit, sent: dict[str, str] | None = None, wrong: Text | None = None, status: int = 200) -> web.Response:
    """`sent` is what was typed and could not be kept; its `id` says of which answer."""
    return visit.show(
        "answers.html",
        status,
        answers=await visit.read(lambda db: canned.every(db, visit.branch)),
        names=await visit.read(lambda db: branches.names(db, visit.branch)),
        sent=dict.fromkeys((*FIELDS, "id"), "") | (sent or {}),
        wrong=wrong,
        longest=LONGEST,
        longest_title=LONGEST_TITLE,
    )


PAGES = [
    get(PATH, every, Policy.SERVE),
    post(PATH, add, Policy.SERVE),
    post(f"{PATH}/{{id}}", change, Policy.SERVE),
    post(f"{PATH}/{{id}}/drop", drop, Policy.SERVE),
]
