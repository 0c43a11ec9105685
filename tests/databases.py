"""Fixtures: a database of each kind for each test, copied from a migrated one and gone afterwards."""

import asyncio
import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import storage
from tests import postgres
from tests.postgres import Cluster

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
FOLDER = pytest.StashKey[Path]()

_numbers = itertools.count(1)


def migrate(url: str) -> None:
    """The newest schema in an empty database."""
    asyncio.run(storage.migrate(url))


def pytest_configure(config: pytest.Config) -> None:
    """One folder for the session's PostgreSQL, the same for all its workers."""
    given = getattr(config, "workerinput", {}).get("cluster")
    config.stash[FOLDER] = Path(given) if given else postgres.new_folder()
    os.environ["SAPA_NOTES_FOLDER"] = str(config.stash[FOLDER])  # what is noted of a test's database goes with it


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["cluster"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Also after Ctrl-C: whoever made the folder throws it away with what runs in it."""
    if not hasattr(config, "workerinput"):
        postgres.throw_away(config.stash[FOLDER])


@pytest.fixture(scope="session")
def cluster(request: pytest.FixtureRequest) -> Cluster:
    """The session's PostgreSQL: the first worker that needs it makes it, with a migrated database to copy."""
    folder = request.config.stash[FOLDER]
    ready = folder / "ready"
    with _alone(folder):
        shared = postgres.running_cluster(folder) or postgres.make_cluster(folder)
        if not ready.exists():
            shared.execute("DROP DATABASE IF EXISTS migrated")  # another worker's attempt may have failed half-way
            migrate(shared.create("migrated"))
            shared.execute("ALTER DATABASE migrated ALLOW_CONNECTIONS false")  # a template with a visitor cannot be copied
            ready.touch()
    return shared


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database to copy."""
    path = tmp_path_factory.mktemp("databases") / "migrated.db"
    path.touch()
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copyfile(migrated_file, tmp_path / 'sapa.db')}"


@pytest.fixture
def postgresql_url(cluster: Cluster) -> Iterator[str]:
    yield from _created(cluster, "migrated")


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def empty_postgresql_url(cluster: Cluster) -> Iterator[str]:
    yield from _created(cluster, "template1")


def _created(cluster: Cluster, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    yield cluster.create(name, template)
    cluster.drop(name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `sqlite_first` takes long, and runs on PostgreSQL in `make soak` alone."""
    for item in items:
        if item.get_closest_marker("sqlite_first") and "postgresql" in item.name:
            item.add_marker(pytest.mark.soak)


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database of each kind, this test's alone."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=KINDS)
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind without a table, for tests of migrations."""
    return str(request.getfixturevalue(f"empty_{request.param}_url"))


@pytest.fixture
def private_cluster() -> Iterator[Cluster]:
    """A PostgreSQL that this test may crash and restart."""
    with postgres.private_cluster() as cluster:
        yield cluster
