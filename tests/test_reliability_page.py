"""The page on reliability names no test that is not there, and leaves out no case of loads and faults."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "reliability.md").read_text(encoding="utf-8")


def test_every_test_it_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    there = {
        node.name
        for path in TESTS.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert named - there == set()


def test_it_says_of_every_case_how_it_stands() -> None:
    listed = [case for row in re.findall(r"^\| ([LFBW]\d+(?:, [LFBW]\d+)*) \|", PAGE, re.MULTILINE) for case in row.split(", ")]
    assert len(listed) == len(set(listed)), "each once"
    wanted = (
        {f"L{number}" for number in range(1, 13)} | {f"F{number}" for number in range(1, 43)} | {f"B{number}" for number in range(1, 22)}
    )
    assert wanted - set(listed) == set()
