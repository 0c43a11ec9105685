"""Every place of the source where a test may kill the process, read from the source itself; and who commits without one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = "bot/failpoints.py"


def places(*without: str) -> set[str]:
    """The names of all failpoints, but those of modules that begin so."""
    return {name for path, tree in modules() if not path.startswith(without) for name in _named(tree)}


def bare_commits() -> list[str]:
    """Transactions that are run without a place to die on each side of their commit."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and _runs_writer(node)
    ]


def modules() -> Iterator[tuple[str, ast.Module]]:
    """All that moves messages. A command is one transaction, and whoever typed it sees whether it was done."""
    for path in sorted((ROOT / "bot").rglob("*.py")):
        if (name := path.relative_to(ROOT).as_posix()) != HERE and not name.startswith("bot/commands/"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _named(tree: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called == "commit" and len(node.args) == 3:
            name = _text(node.args[1], constants)
            yield from (f"{name} uncommitted", f"{name} committed")
        elif called == "failpoint":
            yield _text(node.args[0], constants)
        elif any(isinstance(argument, ast.Name) and argument.id == "failpoint" for argument in node.args):
            yield _text(node.args[-1], constants)


def _text(node: ast.expr, constants: dict[str, ast.expr]) -> str:
    value = constants.get(node.id) if isinstance(node, ast.Name) else node
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def _runs_writer(node: ast.Attribute) -> bool:
    return node.attr == "run" and ast.unparse(node.value).endswith("writer")
