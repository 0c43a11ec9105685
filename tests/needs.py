"""What the tests need beside Python packages: where it is, and what its absence means (a failure on CI, a loud skip elsewhere)."""

import os
import shutil
import sys
from pathlib import Path

import pytest


def chromium() -> Path | None:
    """The browser, under any of the names it has on Debian, Fedora and macOS."""
    names = ("chromium", "chromium-browser", "google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


def postgresql() -> Path | None:
    """The folder of PostgreSQL's server programs: Debian keeps them out of the PATH, one folder for each release."""
    if initdb := shutil.which("initdb"):
        return Path(initdb).resolve().parent
    releases = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(releases, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest else None


PACKAGES = {"chromium": chromium, "postgresql": postgresql}  # as Debian names them


def need(package: str) -> Path:
    """Where a package is; without it the test fails on CI and is skipped elsewhere."""
    found = PACKAGES[package]()
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            f"{package} is not on this machine; as root on Debian, `make test` installs it"
        )
    return found


if __name__ == "__main__":
    sys.stdout.write(" ".join(package for package, find in PACKAGES.items() if find() is None))
