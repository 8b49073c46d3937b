"""Sets the stage: a running sandbox, a browser, a merchant who has installed the app and published its offers."""

import fcntl
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright

from tests.sandbox.running import RunningSandbox
from tests.story.actors import Merchant, Shopper

_PATIENCE_MS = 60_000
_SIZE: ViewportSize = {"width": 1280, "height": 900}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


class NoBrowser(Exception):
    """There is no Chromium; the message says what to do."""


@dataclass(frozen=True)
class Stage:
    """One sandbox with the app installed, its offers live and its senders connected."""

    sandbox: RunningSandbox
    browser: Browser
    merchant: Merchant

    @contextmanager
    def shopper(self) -> Iterator[Shopper]:
        """Let a new person into the store, with a browser that nobody used before."""
        with _tab(self.browser) as context:
            yield Shopper(self.sandbox, context.new_page())

    def explain(self, order_name: str) -> dict[str, Any]:
        """Return what the app's own command says of an order."""
        processes, shop = self.sandbox.processes, self.sandbox.settings.shop_domain
        processes.run(explain=["explain", order_name, "--shop", shop])
        told = json.loads((processes.logs / "explain.log").read_text(encoding="utf-8"))
        assert isinstance(told, dict)
        return told

    def wait_for_touches(self, order_name: str, *states: str) -> dict[str, Any]:
        """Wait until an order's touches stand so; return the whole explanation."""

        def ask() -> dict[str, Any]:
            return self.explain(order_name)

        def fits(told: dict[str, Any]) -> bool:
            return [touch["state"] for touch in told["touches"]] == list(states)

        return dict(self.sandbox.wait_until(ask, fits, timeout=30.0, what=f"touches {states}"))

    def popular_variant(self, rank: int = 0) -> int:
        """Return something that is often bought, and in stock."""
        with self.sandbox.sandbox.world.read() as world:
            rows = world.execute(
                "SELECT l.variant_id FROM order_line l JOIN variant v ON v.id = l.variant_id"
                " JOIN product p ON p.id = v.product_id JOIN inventory_level i USING (inventory_item_id)"
                " WHERE i.available > 20 AND p.status = 'ACTIVE'"
                " GROUP BY l.variant_id ORDER BY count(*) DESC, l.variant_id LIMIT ?",
                (rank + 1,),
            ).fetchall()
        return int(rows[rank]["variant_id"])


@contextmanager
def set_stage(var_dir: Path, *, orders: int | None = 300, kept: Path | None = None) -> Iterator[Stage]:
    """Start everything and do what a merchant does on the first day.

    `kept` is a folder that keeps the end of that day: who comes first makes it, all others begin from a copy.

    Raises:
        NoBrowser.
    """
    if kept is not None:
        _begin_from(kept, var_dir, orders=orders)
    running = RunningSandbox(var_dir, orders=orders)
    if kept is not None:
        _move_pictures(var_dir, (kept / "over").read_text(encoding="ascii"), running.origin)
    with running as sandbox, _browser() as browser, _tab(browser) as context:
        merchant = Merchant(sandbox, context.new_page())
        if kept is None:
            _live_the_first_day(merchant)
        else:
            sandbox.connect_vendors()  # where mail is taken has moved with the ports
        yield Stage(sandbox, browser, merchant)


def _live_the_first_day(merchant: Merchant) -> None:
    merchant.install()
    merchant.sandbox.connect_vendors()
    merchant.wait_for_imports()
    merchant.publish()
    change_rules(merchant.sandbox, _show_to_everybody)


def _begin_from(kept: Path, var_dir: Path, *, orders: int | None) -> None:
    """Copy the end of the first day to `var_dir`, living that day first where nobody has."""
    kept.mkdir(parents=True, exist_ok=True)
    day, is_over = kept / "day", kept / "over"
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_over.exists():
            shutil.rmtree(day, ignore_errors=True)  # whoever was at it before did not come to its end
            with set_stage(day, orders=orders) as stage:
                pass
            is_over.write_text(stage.sandbox.origin, encoding="ascii")
    shutil.copytree(day, var_dir, dirs_exist_ok=True)


def _move_pictures(var_dir: Path, old: str, new: str) -> None:
    """Let the catalogue find its pictures where the copy serves them: the real ones never move."""
    with closing(sqlite3.connect(var_dir / "afters.sqlite3")) as connection, connection:
        connection.execute("UPDATE variants SET image_url = replace(image_url, ?, ?)", (old, new))


@contextmanager
def _browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if executable is None:
        raise NoBrowser("There is no Chromium: install Debian's package 'chromium'.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def _show_to_everybody(document: dict[str, Any]) -> None:
    """Turn the holdout off: one new shopper in twenty would be drawn into it, and the story end there."""
    document["holdout"]["percent"] = 0


def change_rules(sandbox: RunningSandbox, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the live rules as an engineer does: written out, changed, read back and published."""
    processes, shop = sandbox.processes, sandbox.settings.shop_domain
    rules = processes.logs / "rules.json"
    processes.run(export=["rules", "export", "--json", "--shop", shop, "--output", str(rules)])
    document = json.loads(rules.read_text(encoding="utf-8"))
    change(document)
    rules.write_text(json.dumps(document), encoding="utf-8")
    processes.run(publish=["rules", "import", "--publish", "--shop", shop, str(rules)])


@contextmanager
def _tab(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=_SIZE)
    context.set_default_timeout(_PATIENCE_MS)
    yield context
    context.close()
