"""Rules of the source that no linter knows: who may touch the clock and chance, who may commit, and what no file may say."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["root_packages"]
COMMITTERS = {"storage/sqlite.py", "storage/postgresql.py", "storage/database.py"}  # the last for migrations alone

WORLD = {"os.environ", "os.getenv", "time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
ELSEWHERE = re.compile(r"(?<![\w.-])/(?:work|root|home)/|\.\./shared\b")

Finding = tuple[ast.AST, str]
Rule = Callable[[ast.Module], Iterator[Finding]]


def files() -> list[Path]:
    """What git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def modules(*, of: list[str] | None = None) -> Iterator[tuple[str, ast.Module]]:
    for path in files():
        name = path.relative_to(ROOT)
        if path.suffix == ".py" and (of is None or name.parts[0] in of):
            yield name.as_posix(), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def dotted(node: ast.AST) -> str:
    """The last two names of `a.b.c`, since `datetime.now` may be written `datetime.datetime.now`."""
    return ".".join(ast.unparse(node).split(".")[-2:]) if isinstance(node, ast.Attribute) else ""


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def world(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        yield from ((node, name) for name in [dotted(node), *imported(node)] if name in WORLD | {"random"})


def computed_sentences(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "_n"):
            words = node.args[: 1 if node.func.id == "_" else 2]
            yield from ((word, ast.unparse(node)) for word in words if not (isinstance(word, ast.Constant) and isinstance(word.value, str)))


def transactions(tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("commit", "begin"):
            yield node, ast.unparse(node)


def programs(tree: ast.Module) -> Iterator[Finding]:
    """What starts another program, or takes text for code."""
    for node in ast.walk(tree):
        yield from ((node, name) for name in imported(node) if name.partition(".")[0] in STARTERS)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in EVALUATORS:
            yield node, ast.unparse(node.func)


STARTERS = {"subprocess", "pickle", "marshal", "shelve", "pty"}
EVALUATORS = {"eval", "exec", "compile", "os.system", "os.popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"}


def comparisons(tree: ast.Module) -> Iterator[Finding]:
    """`==` on what is named like a secret."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
            sides = [ast.unparse(side) for side in (node.left, *node.comparators)]
            if any(SECRET.search(side) for side in sides) and not any(
                isinstance(side, ast.Constant) for side in (node.left, *node.comparators)
            ):
                yield node, ast.unparse(node)


SECRET = re.compile(r"(?<![a-z])(?:secret|mac|signature|digest|password)(?![a-z])")


def told(name: str, found: Iterator[Finding]) -> list[str]:
    return [f"{name}:{getattr(node, 'lineno', 0)} {what}" for node, what in found]


def test_every_module_begins_by_saying_what_it_does() -> None:
    silent = [name for name, tree in modules() if tree.body and not ast.get_docstring(tree)]
    assert silent == []


def test_only_bot_touches_the_clock_chance_and_the_environment() -> None:
    inner = [package for package in PACKAGES if package != "bot"]
    assert [place for name, tree in modules(of=inner) for place in told(name, world(tree))] == []


def test_every_sentence_is_a_literal_that_the_catalogs_can_find() -> None:
    assert [place for name, tree in modules(of=PACKAGES) for place in told(name, computed_sentences(tree))] == []


def test_only_the_writer_commits() -> None:
    outside = [(name, tree) for name, tree in modules(of=PACKAGES) if name not in COMMITTERS]
    assert [place for name, tree in outside for place in told(name, transactions(tree))] == []


@pytest.mark.parametrize("unwanted", [UNFINISHED, ELSEWHERE], ids=["unfinished", "a path of one machine"])
def test_no_file_says_what_is_unfinished_or_where_it_was_made(unwanted: re.Pattern[str]) -> None:
    lines = ((path, line) for path in files() if path.name != "uv.lock" for line in text(path).splitlines())
    assert [f"{path.relative_to(ROOT)}: {line}" for path, line in lines if unwanted.search(line)] == []


def text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""  # a picture


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (world, "import random"),
        (world, "from os import environ"),
        (world, "import datetime\ndatetime.datetime.now()"),
        (world, "date.today()"),
        (computed_sentences, "_(f'{name}, welcome')"),
        (computed_sentences, "_n('a day', word, count)"),
        (transactions, "db.commit()"),
        (transactions, "engine.begin()"),
        (programs, "import subprocess"),
        (programs, "eval(text)"),
        (comparisons, "given == self._secret"),
    ],
)
def test_the_rules_see_what_they_forbid(rule: Rule, source: str) -> None:
    assert list(rule(ast.parse(source)))


def test_the_house_starts_no_program_and_evaluates_no_text() -> None:
    found = [(name, tree) for name, tree in modules(of=PACKAGES)]
    assert [place for name, tree in found for place in told(name, programs(tree))] == []


def test_secrets_are_never_compared_letter_by_letter() -> None:
    """A comparison that ends at the first letter that differs tells, by its time, how many were right. What is public (a chain, a file) may be."""
    found = [place for name, tree in modules(of=["bot", "console"]) for place in told(name, comparisons(tree))]
    assert found == []
