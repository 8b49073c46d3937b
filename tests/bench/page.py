"""What a shopper waits for: the one-click page painted after its question, and ShouldRender's answer under load.

Real bundle, real browser, on the sandbox. The page asks by itself where the shopper pays by Shop Pay, which hands over
nothing that ShouldRender stored: that is the longest way there is. Under load another process puts the same question
at a fixed rate all the while, as other shoppers would.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from pathlib import Path

from playwright.sync_api import Page, Request

from tests.bench.measures import Measure, percentile, say
from tests.bench.offers import baskets_of, token_of
from tests.bench.open_loop import Request as Asked
from tests.bench.open_loop import post_at_rate
from tests.story.actors import Shopper
from tests.story.stage import Stage, set_stage
from tests.web.purchases import bearer

PAGES = 40
CHECKOUTS = 100
RATE = 100
_QUESTION = "/post-purchase/offers"
_LATE_MS = 1_500
# Two frames after the pay button stands with its amount: then it is on the screen.
_WATCH = """
new MutationObserver((_, self) => {
  const button = [...document.querySelectorAll('button')].find((each) => /Pay now/.test(each.textContent));
  if (!button || window.paintedAt) return;
  self.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    window.paintedAt = performance.timeOrigin + performance.now();
  }));
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


def measures(folder: Path, *, pages: int = PAGES, checkouts: int = CHECKOUTS) -> Iterator[Measure]:
    with set_stage(folder) as stage:
        painted = [_paint(stage) for _ in range(pages)]
        for p in (50, 95):
            yield Measure(f"one-click page painted after its question, p{p}", percentile(painted, p), "ms")
        for rate in (0, RATE):
            with _others(stage, rate):
                waits = [_should_render(stage) for _ in range(checkouts)]
            name = f"ShouldRender answered in the browser, {rate} other questions/s"
            for p in (50, 99):
                yield Measure(f"{name}, p{p}", percentile(waits, p), "ms")
            say(f"  {sum(wait > _LATE_MS for wait in waits)} of {len(waits)} came too late for a page")


def _paint(stage: Stage) -> float:
    """Return the milliseconds from the page's question being sent to the page being on the screen."""
    asked: list[Request] = []
    with stage.shopper() as shopper:
        shopper.page.add_init_script(_WATCH)
        _go_to_checkout(stage, shopper)
        shopper.page.on("request", lambda request: asked.append(request) if _is_question(request) else None)
        shopper.pay(by="Shop Pay")
        shopper.page.wait_for_function("window.paintedAt")
        painted_at = float(shopper.page.evaluate("window.paintedAt"))
        return painted_at - float(asked[-1].timing["startTime"])


def _should_render(stage: Stage) -> float:
    """Return the milliseconds that the platform waits for ShouldRender, its worker's start included."""
    with stage.shopper() as shopper:
        _go_to_checkout(stage, shopper)
        return _answered(shopper.page)


def _go_to_checkout(stage: Stage, shopper: Shopper) -> None:
    shopper.fill_basket(stage.popular_variant())
    shopper.fill_in("new")


def _answered(page: Page) -> float:
    page.wait_for_function("document.documentElement.dataset.shouldRenderMs")
    return float(page.evaluate("document.documentElement.dataset.shouldRenderMs"))


def _is_question(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith(_QUESTION)


@contextmanager
def _others(stage: Stage, rate: int) -> Iterator[None]:
    """Let other shoppers ask all the while, from a process of their own."""
    if not rate:
        yield
        return
    context = get_context("spawn")
    stopping = context.Event()
    settings = stage.sandbox.settings
    baskets = baskets_of(settings.world_path)
    told = partial(token_of, settings, stage.sandbox.sandbox.clock.now())
    tokens = [told(number, baskets[number % len(baskets)]) for number in range(rate)]
    process = context.Process(target=_ask_on, args=(settings.app_port, tokens, rate, stopping), daemon=True)
    process.start()
    try:
        yield
    finally:
        stopping.set()
        process.join()


def _ask_on(port: int, tokens: list[str], rate: int, stopping: Event) -> None:
    """Ask for one second's questions after the other; a purchase that was asked about before is answered from store."""

    def ask(number: int) -> Asked:
        return _QUESTION, b"{}", {**bearer(tokens[number]), "Content-Type": "application/json"}

    while not stopping.is_set():
        post_at_rate(len(tokens), rate, port, ask)
