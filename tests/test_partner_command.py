"""`sapa partner`: partners, links, QR codes and posters from the shell."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from bot import house
from bot.commands import partner as command
from bot.commands.partner import NewLink
from bot.settings import Settings
from storage import audit
from storage.audit import Wanted
from tests.printed import codes_on, words_on
from tests.talk import BRANCH, KEY

ADDRESS = "https://sapa.example/?ref="


@pytest.fixture
async def settings(database_url: str) -> Settings:
    made = Settings(
        _env_file=None, database_url=database_url, secret_key=KEY, public_url="https://sapa.example", telegram_name="@sapa_test_bot"
    )
    async with house.working(made) as database:
        await house.load(database, BRANCH, house.now())
    return made


async def made_link(settings: Settings, capsys: pytest.CaptureFixture[str], new: NewLink = NewLink()) -> str:  # noqa: B008
    capsys.readouterr()
    await command.link(settings, "parco-laut", new)
    return capsys.readouterr().out.splitlines()[0]


async def test_a_partner_and_a_link_are_made_and_listed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    await command.add(settings, "PT Angin Timur", "p3mi", "")
    await command.link(settings, "angin-timur", NewLink("Loket"))
    code, *addresses = capsys.readouterr().out.splitlines()[1:]
    assert addresses == [f"telegram\thttps://t.me/sapa_test_bot?start={code}", f"webchat\t{ADDRESS}{code}"]
    await command.listing(settings)
    assert f"angin-timur\tp3mi\tsidoarjo\t0\t{code}\tPT Angin Timur" in capsys.readouterr().out.splitlines()
    async with house.working(settings) as database:
        rows = await database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    assert [row.action for row in reversed(rows)] == ["partner.added", "link.added"]


async def test_a_code_and_a_poster_are_written_and_lead_there(
    settings: Settings, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code = await made_link(settings, capsys)
    await command.write_qr(settings, code.lower(), tmp_path / "qr.png", "webchat")
    read = zxingcpp.read_barcodes(np.array(Image.open(tmp_path / "qr.png").convert("L")))
    assert [found.text for found in read] == [f"{ADDRESS}{code}"]
    await command.write_qr(settings, code, tmp_path / "qr.svg", "")
    assert (tmp_path / "qr.svg").read_text(encoding="utf-8").startswith("<?xml")
    for kind in ("poster", "leaflet", "card"):
        await command.write_print(settings, code, tmp_path / f"{kind}.pdf", kind, "a5", "en")
        body = (tmp_path / f"{kind}.pdf").read_bytes()
        assert f"https://t.me/sapa_test_bot?start={code}" in codes_on(body)[0]
        assert "PT Parco Laut" in words_on(body)[0]
    with pytest.raises(house.NotSetUp, match="is there already"):
        await command.write_print(settings, code, tmp_path / "poster.pdf", "poster", "a4", "id")


async def test_a_revoked_link_is_listed_no_more(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    code = await made_link(settings, capsys)
    await command.revoke(settings, code)
    await command.revoke(settings, code)
    assert "was revoked before" in capsys.readouterr().out
    await command.listing(settings)
    assert code not in capsys.readouterr().out


async def test_what_is_wrong_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(house.NotSetUp, match="no partner nobody"):
        await command.link(settings, "nobody", NewLink())
    with pytest.raises(house.NotSetUp, match="a day to come"):
        await command.link(settings, "parco-laut", NewLink(until=datetime(2020, 1, 1)))  # noqa: DTZ001 (as typer gives it)
    with pytest.raises(house.NotSetUp, match="has no campaign 17"):
        await command.link(settings, "parco-laut", NewLink(campaign=17))
    with pytest.raises(house.NotSetUp, match="no link 7GQ2X"):
        await command.revoke(settings, "7GQ2X")
    with pytest.raises(house.NotSetUp, match="There is no branch atlantis"):
        await command.add(settings, "PT X", "p3mi", "atlantis")
    with pytest.raises(house.NotSetUp, match="is there already"):
        await command.add(settings, "Parco Laut", "p3mi", "")
    silent = settings.model_copy(update={"public_url": "", "telegram_name": ""})
    with pytest.raises(house.NotSetUp, match="SAPA_PUBLIC_URL"):
        await command.write_qr(silent, "7GQ2K", tmp_path / "x.png", "")
