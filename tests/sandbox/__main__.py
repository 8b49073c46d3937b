"""`python -m tests.sandbox`: the shop, the vendors and Afters on this machine."""

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from tests.sandbox.deploy import DeployFailed
from tests.sandbox.launcher import CannotStart, Launcher, only_one, open_credentials
from tests.sandbox.listening import PortTaken
from tests.sandbox.processes import ChildFailed
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.admin.throttle import PLANS

APP_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Parse the options, run the demo, return the exit code."""
    options = _options()
    settings = SandboxSettings(
        var_dir=options.var_dir.absolute(),
        app_root=APP_ROOT,
        port=options.port,
        app_port=options.app_port,
        smtp_port=options.smtp_port,
    )
    try:
        with only_one(settings.var_dir):
            credentials = open_credentials(settings.var_dir, is_fresh=options.fresh)
            launcher = Launcher(
                replace(settings, client_secret=credentials.client_secret),
                templates=APP_ROOT / "var" / "worlds",
                orders=options.orders,
                plan=options.plan,
                with_app=not options.stand_ins_only,
            )
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: launcher.stopping.set())
            return launcher.run(credentials)
    except (CannotStart, PortTaken, ChildFailed, DeployFailed) as error:
        print(f"*** {error}", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=4600, help="of the shop's pages (default 4600)")
    parser.add_argument("--app-port", type=int, default=4601, help="of Afters (default 4601)")
    parser.add_argument("--smtp-port", type=int, default=4625, help="where e-mail arrives (default 4625)")
    parser.add_argument(
        "--var-dir", type=Path, default=APP_ROOT / "var" / "sandbox", help="where the shop and the app keep their data"
    )
    parser.add_argument("--fresh", action="store_true", help="forget everything and begin with a new shop")
    parser.add_argument(
        "--orders", type=int, default=None, help="begin with only so many orders of the history (default: all)"
    )
    parser.add_argument(
        "--plan",
        choices=sorted(PLANS),
        default="plus",
        help="of the shop at Shopify: how fast the Admin API may be asked (default plus)",
    )
    parser.add_argument("--stand-ins-only", action="store_true", help="start the shop and the vendors, but not Afters")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
