"""`afters`: the commands of an operator."""

from importlib import import_module

import click

from server.core.errors import AppError

# Loaded when called: a web server's parent process, say, needs nothing of what a worker is made of.
_COMMANDS = {
    "backtest": "server.cli.backtest:backtest",
    "connect": "server.cli.shops:connect",
    "db": "server.cli.database:db",
    "doctor": "server.cli.doctor:doctor",
    "explain": "server.cli.shops:explain",
    "facts": "server.cli.facts:facts",
    "imports": "server.cli.imports:imports",
    "lift": "server.cli.lift:lift",
    "privacy": "server.cli.privacy:privacy",
    "replay": "server.cli.replay:replay",
    "rules": "server.cli.rules:rules",
    "secrets": "server.cli.secrets:secrets",
    "serve": "server.cli.serving:serve",
    "simulate": "server.cli.simulate:simulate",
    "worker": "server.cli.working:worker",
}


class _Commands(click.Group):
    """Turns errors that we expect into one line and an exit code, without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the interface of click
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AppError as fault:
            raise click.ClickException(fault.message) from fault


@click.group(cls=_Commands)
def main() -> None:
    """Afters: post-purchase offers for Shopify."""
