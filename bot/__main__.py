"""The `sapa` command."""

from __future__ import annotations

import typer

from bot.cli import campaigns, evaluation, keeping, officers, partners, rosters, talking, words

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__.splitlines()[0])
for together in (talking, evaluation, keeping, words):
    app.add_typer(together.app)
for name, group in (("officers", officers), ("roster", rosters), ("campaign", campaigns), ("partner", partners)):
    app.add_typer(group.app, name=name)


def main() -> None:
    """Run a command; settings that cannot be used are said in sentences."""
    try:
        app()
    except ValueError as error:
        if getattr(error, "title", None) != "Settings":
            raise
        from bot.settings import faults  # imported only now, so that each command starts fast

        typer.echo(faults(error), err=True)  # type: ignore[arg-type]
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
