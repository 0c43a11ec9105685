"""What the house is built from: every file pinned by its hash, a bill of materials, and a look for known holes that never passes for one (W29)."""

import asyncio
import json
import os
import re
import subprocess
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCK: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))["package"]
OURS, THEIRS = [[one for one in LOCK if ("editable" in one["source"]) is ours] for ours in (True, False)]
HOLE = {
    "id": "GHSA-0000-0000-0000",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "a hole made for this test",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "aiohttp"}, "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}],
}


def test_every_file_of_every_package_has_one_source_and_a_hash() -> None:
    """W29"""
    assert [one["name"] for one in OURS] == [PROJECT["project"]["name"]]
    for package in THEIRS:
        files = [*package.get("wheels", ()), *filter(None, [package.get("sdist")])]
        assert package["source"] == {"registry": "https://pypi.org/simple"}, package["name"]
        assert files, package["name"]
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]) for file in files), package["name"]
        assert all(file["url"].startswith("https://files.pythonhosted.org/") for file in files), package["name"]


def test_what_installs_the_rest_is_pinned_by_its_hash_too() -> None:
    """W29: and what builds us is of the version it came with."""
    lines = [line for line in (ROOT / "requirements" / "uv.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    version = re.fullmatch(r"uv==(\d+\.\d+\.\d+) \\", lines[0])
    assert version
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines[1:])
    (builder,) = PROJECT["build-system"]["requires"]
    assert Requirement(builder).specifier.contains(version[1])


def test_no_locked_version_is_below_what_we_ask_for() -> None:
    """W29: of aiohttp, versions before 3.14.4 can be made to work for ever by a small body."""
    asked = [Requirement(one) for one in [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]]
    assert "aiohttp>=3.14.4" in {str(one) for one in asked}
    for one in asked:
        versions = [package["version"] for package in LOCK if package["name"] == one.name.lower()]
        assert versions, one.name
        assert all(one.specifier.contains(version) for version in versions), one.name


def test_the_bill_of_materials_names_all_that_is_shipped_and_nothing_else() -> None:
    """W29: as `make sbom` writes it."""
    command = [str(UV), "export", "--frozen", "--offline", "--no-dev", "--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    bill = json.loads(done.stdout)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    listed = {(one["name"], one["version"]) for one in bill["components"]}
    assert listed == _shipped()
    assert all(one["purl"].startswith("pkg:pypi/") for one in bill["components"])
    assert any(file["hashes"] for one in bill["components"] for file in one["externalReferences"])


def _shipped() -> set[tuple[str, str]]:
    """What the bot runs on, and what that runs on, on whichever machine."""
    found, waiting = set[str](), [(PROJECT["project"]["name"], frozenset[str]())]
    extras: dict[str, set[str]] = {}
    while waiting:
        name, more = waiting.pop()
        if name in found and more <= extras[name]:
            continue
        found.add(name)
        extras.setdefault(name, set()).update(more)
        for package in (one for one in LOCK if one["name"] == name):
            chosen = [one for extra in more for one in package.get("optional-dependencies", {}).get(extra, ())]
            waiting += [(one["name"], frozenset(one.get("extra", ()))) for one in [*package.get("dependencies", ()), *chosen]]
    return {(one["name"], one["version"]) for one in THEIRS if one["name"] in found}


async def test_a_known_hole_is_named_and_the_check_fails() -> None:
    """W29: every locked package is asked about, those of the tests too."""
    asked: list[str] = []
    async with advisories(lambda name: asked.append(name) or name == "aiohttp") as address:  # type: ignore[func-returns-value]
        code, said = await audit(address)
    assert code == 1
    assert "GHSA-0000-0000-0000: a hole made for this test" in said
    assert "KNOWN VULNERABILITIES" in said
    assert set(asked) == {one["name"] for one in THEIRS}


async def test_no_known_hole_is_said_to_be_none() -> None:
    """W29"""
    async with advisories(lambda name: False) as address:
        assert await audit(address) == (0, SILENT)


async def test_a_list_that_cannot_be_reached_is_never_taken_for_an_empty_one(free_port: int) -> None:
    """W29"""
    code, said = await audit(f"http://127.0.0.1:{free_port}")
    assert code == 2
    assert "NOT LOOKED UP" in said
    assert "No known vulnerability" not in said


SILENT = (
    f"Found no known vulnerabilities and no adverse project statuses in {len(THEIRS)} packages\nNo known vulnerability in what is locked.\n"
)


@asynccontextmanager
async def advisories(has_hole: Callable[[str], bool]) -> AsyncIterator[str]:
    """A service that speaks as https://google.github.io/osv.dev/api/ does, on this machine."""

    async def batch(request: web.Request) -> web.Response:
        names = [one["package"]["name"] for one in (await request.json())["queries"]]
        return web.json_response({"results": [{"vulns": [HOLE]} if has_hole(name) else {} for name in names]})

    async def one(_request: web.Request) -> web.Response:
        return web.json_response(HOLE)

    app = web.Application()
    app.add_routes([web.post("/v1/querybatch", batch), web.get("/v1/vulns/{id}", one)])
    async with TestServer(app) as server:
        yield f"http://{server.host}:{server.port}"


async def audit(address: str) -> tuple[int, str]:
    """What `make audit` says and how it ends."""
    environment = {**os.environ, "SAPA_ADVISORIES": address, "UV": str(UV), "UV_HTTP_RETRIES": "0"}
    # In a thread: a process of the loop that ends together with its last word leaves a transport unclosed where the loop ends with it.
    command = [str(ROOT / "tools" / "audit.sh")]
    done = await asyncio.to_thread(
        subprocess.run, command, check=False, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.returncode, done.stdout.decode()
