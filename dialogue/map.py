"""Draws the map of every dialogue from the code itself, so that it can never be out of date."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from dialogue.steps import Dialogue, Script, Step

END = "done"
CHOSEN = "chosen"  # go(answer): the options are names of dialogues


def ways(script: Script) -> set[tuple[str, str]]:
    """Every way from a step (`dialogue.step`) to where it can lead: another step, the first of another dialogue, or the end.

    Raises LookupError if a step goes to a dialogue that does not exist.
    """
    return {
        (f"{dialogue.name}.{step.name}", end)
        for dialogue in script.dialogues.values()
        for step in dialogue.steps.values()
        for end in _ends(script, dialogue, step)
    }


def draw(script: Script) -> str:
    """The map as a Mermaid flowchart."""
    lines = ["flowchart TD"]
    for dialogue in script.dialogues.values():
        lines.append(f"  subgraph {dialogue.name}")
        for step in dialogue.steps.values():
            shape = f'{dialogue.name}.{step.name}["{step.name}"]' if step.question else f'{dialogue.name}.{step.name}{{"{step.name}"}}'
            lines.append(f"    {shape}")
        lines.append("  end")
    lines += [f"  {start} --> {end}" for start, end in sorted(ways(script))]
    return "\n".join(lines) + "\n"


def _ends(script: Script, dialogue: Dialogue[Any], step: Step[Any]) -> Iterator[str]:
    for name in _names(step.decide, set()):
        kind, _colon, value = name.partition(":")
        if name == CHOSEN and step.question:
            yield from (f"{key}.{script.dialogues[key].first.name}" for key, _label in step.question.options)
        if kind == "step" and value in dialogue.steps:
            yield f"{dialogue.name}.{value}"
        elif kind == "go":
            if value not in script.dialogues:
                raise LookupError(f"{dialogue.name}.{step.name} goes to {value}, which does not exist")
            yield f"{value}.{script.dialogues[value].first.name}"
        elif kind == END:
            yield END


def _names(function: Any, seen: set[Any]) -> Iterator[str]:
    """What a step's function can return, also through the helpers of its own module that it calls."""
    if function in seen:
        return
    seen.add(function)
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        match node:
            case ast.Call(func=ast.Name(id="go"), args=[ast.Constant(value=str(name))]):
                yield f"go:{name}"
            case ast.Call(func=ast.Name(id="go"), args=[ast.Name()]):
                yield CHOSEN
            case ast.Call(func=ast.Name(id="done" | "Done")):
                yield END
            case ast.Name(id=name):
                yield f"step:{name}"
                helper = function.__globals__.get(name)
                if inspect.isfunction(helper) and helper.__module__ == function.__module__:
                    yield from _names(helper, seen)
