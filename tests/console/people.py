"""Officers who can sign in: a password they know, an authenticator app, one recovery code."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import ClientResponse

from console import proofs
from storage import credentials
from storage.officers import Officer
from tests.console.conftest import Browser, Desk

PASSWORD = "sawah hijau di kaki gunung"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
RECOVERY = "ABCD-EFGH-JKMN"
_hashes: dict[str, str] = {}


@dataclass
class Able:
    """An officer who has all they need, and the desk they sign in to."""

    officer: Officer
    desk: Desk

    @property
    def code(self) -> str:
        return proofs.code_at(SECRET, int(self.desk.clock().timestamp()) // proofs.STEP)

    async def type_password(self, browser: Browser, password: str = PASSWORD, **form: str) -> ClientResponse:
        if not browser.cookie():
            await browser.get("/desk/sign-in")  # for the cookie that goes with the form
        return await browser.post("/desk/sign-in", {"login": self.officer.login, "password": password, **form})

    async def sign_in(self, browser: Browser | None = None, **form: str) -> Browser:
        browser = browser or self.desk.stranger()
        assert (await self.type_password(browser, **form)).status == 303
        self.desk.clock.move(seconds=proofs.STEP)  # each code works once
        answer = await browser.post("/desk/sign-in/code", {"code": self.code, **form})
        assert answer.status == 303, await answer.text()
        return browser


async def able(desk: Desk, role: str = "officer", **more: str) -> Able:
    officer = await desk.officer(role, **more)
    if PASSWORD not in _hashes:
        _hashes[PASSWORD] = await proofs.hash_password(PASSWORD)
    tools, writer = desk.database.tools, desk.database.writer
    await writer.run(lambda db: credentials.set_password(db, officer.id, _hashes[PASSWORD]))
    await writer.run(lambda db: credentials.set_totp(db, tools, officer.id, SECRET, 0))
    await writer.run(lambda db: credentials.set_recovery_codes(db, tools, officer.id, [RECOVERY]))
    return Able(officer, desk)
