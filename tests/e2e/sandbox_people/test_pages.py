"""Landing page, clock, phone and inbox in a real browser."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_people.conftest import Tour
from tests.sandbox.shopify.world_build import SHOP_TIME_ZONE

pytestmark = pytest.mark.e2e
PHONE, ADDRESS = "+447700900912", "anna@example.com"
MAIL = f"/inbox?who={ADDRESS}"


def test_the_landing_page_follows_the_tour(page: Page, tour: Tour, check_page: Callable[[], None]) -> None:
    page.goto("/")
    expect(page.locator(".step")).to_have_count(5)
    expect(page.locator('[data-state="messages"]')).to_have_text("0 SMS, 0 e-mails.")
    tour.mail(ADDRESS, "A gift")
    expect(page.locator('[data-state="messages"]')).to_have_text("0 SMS, 1 e-mail.")
    expect(page.locator('[data-step="messages"]')).to_have_attribute("data-done", "true")
    check_page()


def test_the_clock_moves_by_its_buttons(page: Page, tour: Tour, check_page: Callable[[], None]) -> None:
    clock = tour.sandbox.sandbox.clock
    page.goto("/clock")
    expect(page.locator("#offset")).to_have_text("Running on real time")
    before = clock.now()
    page.get_by_role("button", name="+ 2 days").click()
    expect(page.get_by_role("status")).to_have_text("Moved forward by 2 days.")
    expect(page.locator("#offset")).to_have_text("2 days ahead of real time")
    assert clock.now() - before >= timedelta(days=2)
    page.get_by_role("button", name="To 10:00").click()
    expect(page.locator("#time")).to_have_text(re.compile("^10:00:"))
    assert clock.now().astimezone(SHOP_TIME_ZONE).hour == 10
    expect(page.locator("sandbox-clock time")).to_contain_text("10:00")
    check_page()
    page.get_by_role("button", name="Reset the clock").click()
    expect(page.locator("#offset")).to_have_text("Running on real time")
    assert clock.offset() == 0


def test_an_empty_inbox_says_what_to_do(page: Page, check_page: Callable[[], None]) -> None:
    page.goto("/inbox")
    expect(page.get_by_text("Nothing has arrived yet")).to_be_visible()
    check_page()


def test_a_phone_answers_stop(page: Page, tour: Tour, check_page: Callable[[], None]) -> None:
    app = tour.sandbox.settings.app_origin
    page.goto("/inbox")
    tour.text(PHONE, f"One more thing: {app}/c/abc. Reply STOP to opt out.")
    link = page.get_by_role("log").get_by_role("link")
    expect(link).to_have_attribute("href", f"{app}/c/abc")
    page.get_by_label("Reply").fill("What is it?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".bubble.mine")).to_have_count(1)
    page.get_by_role("button", name="STOP").click()
    expect(page.get_by_text("Opted out: Twilio takes nothing")).to_be_visible()
    expect(page.locator(".bubble.mine").last).to_contain_text("Afters was told")
    words = [fields["Body"] for path, fields in tour.posted if path == "receipts/twilio" and "Body" in fields]
    assert words == ["What is it?", "STOP"]
    check_page()


def test_a_message_that_is_lost_says_so(page: Page, tour: Tour) -> None:
    tour.text(PHONE, "Hello", failure=30003)
    page.goto(f"/inbox?who=%2B{PHONE[1:]}")
    expect(page.locator(".bubble.lost")).to_contain_text("undelivered (30003)")


def test_an_e_mail_is_read_three_ways(page: Page, tour: Tour, check_page: Callable[[], None]) -> None:
    tour.mail(ADDRESS, "First")
    tour.mail(ADDRESS, "Second")
    page.goto(MAIL)
    expect(page.get_by_role("heading", name="Second")).to_be_visible()
    letter = page.frame_locator("#panel-html iframe")
    expect(letter.get_by_role("heading", name="Rich words")).to_be_visible()
    expect(page).to_have_url(tour.sandbox.origin + MAIL)  # the letter's script did not run
    with page.context.expect_page() as opened:
        letter.get_by_role("link", name="Offer").click()
    assert opened.value.url == f"{tour.sandbox.settings.app_origin}/c/rich"
    opened.value.close()
    page.get_by_role("tab", name="HTML").press("ArrowRight")
    expect(page.get_by_role("tabpanel").get_by_role("link")).to_have_attribute(
        "href", f"{tour.sandbox.settings.app_origin}/c/plain"
    )
    page.get_by_role("tab", name="Headers").click()
    expect(page.locator("#letter-headers")).to_contain_text("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    page.get_by_role("button", name="First").click()
    expect(page.get_by_role("heading", name="First")).to_be_visible()
    check_page()


def test_the_mailboxs_unsubscribe_button(page: Page, tour: Tour) -> None:
    tour.mail(ADDRESS, "A gift")
    page.goto(MAIL)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("Pressed: the app answered 200")).to_be_visible()
    assert tour.posted == [("unsubscribe/t0ken", {"List-Unsubscribe": "One-Click"})]


def test_what_was_not_taken_is_shown(page: Page, tour: Tour, check_page: Callable[[], None]) -> None:
    tour.sandbox.sandbox.inbox.add_refusal(
        vendor="smtp", recipient="a@bounce.example", code=550, words="5.1.1 No such mailbox here"
    )
    page.goto("/inbox#trouble")
    expect(page.locator("#refusals")).to_contain_text("mailbox 550: 5.1.1 No such mailbox here (a@bounce.example)")
    expect(page.get_by_text("No number is known for this person.")).to_be_visible()
    expect(page.get_by_text("+15005550009")).to_be_visible()
    check_page()
