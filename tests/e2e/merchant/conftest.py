import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.merchant.admin import MerchantAdmin, merchant_admin
from tests.e2e.merchant.browsing import WAIT_MILLISECONDS, Merchant


@pytest.fixture(scope="package")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MerchantAdmin]:
    with merchant_admin(tmp_path_factory.mktemp("merchant"), orders=60) as started:
        started.first_opening()
        started.run_imports()
        started.keep()
        yield started


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    found = shutil.which("chromium")
    assert found, "Chromium is missing: `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def browsing(chromium: Browser, admin: MerchantAdmin) -> Iterator[Merchant]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(WAIT_MILLISECONDS)
    expect.set_options(timeout=WAIT_MILLISECONDS)
    made = Merchant(context.new_page(), admin)
    made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.page.on("console", lambda line: made.complaints.append(line.text) if line.type == "error" else None)
    made.page.on("request", lambda request: made.visited.append(request.url))
    yield made
    context.close()


@pytest.fixture
def merchant(browsing: Merchant) -> Merchant:
    """A merchant who has just opened the app for the first time: nothing is imported yet."""
    browsing.admin.empty()
    browsing.open("/")
    return browsing


@pytest.fixture
def imported(browsing: Merchant) -> Merchant:
    """A merchant whose catalogue and orders are imported, and nothing else is done."""
    browsing.admin.restore()
    return browsing
