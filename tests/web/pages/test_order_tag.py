"""The page of the order tag: off by default, asks for the scope first, and says what is wrong at the field."""

from server.runtime import Runtime
from server.storage.shops import Shops
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def field(staff: Staff) -> dict[str, object]:
    return dict(Markup.read(staff.open("/order-tag").text).one("s-text-field").attributes)


def allow(runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(shop_id).scopes = ["read_orders", "write_orders"]


def test_it_is_off_and_asks_for_the_scope_first(staff: Staff, shop_id: int) -> None:
    assert shop_id
    banners = Markup.read(staff.open("/order-tag").text).all("s-banner")
    (info,) = (each for each in banners if each.attributes["tone"] == "info")
    assert info.attributes["heading"] == "Afters may not change orders in this shop"
    assert info.one("s-button").attributes["data-ask-scope"] == "write_orders"
    assert "disabled" in field(staff)
    answer = staff.send("/order-tag", {"order_tag": "upsell"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert [each["path"] for each in answer.json["error"]["problems"]] == ["order_tag"]


def test_a_tag_is_kept_and_taken_back(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    allow(runtime, shop_id)
    assert staff.send("/order-tag", {"order_tag": "upsell"}).json == {"ok": True, "location": "/order-tag"}
    assert field(staff)["value"] == "upsell"
    assert "disabled" not in field(staff)
    assert staff.send("/order-tag", {"order_tag": "a, b"}).status_code == 422
    assert field(staff)["value"] == "upsell", "nothing half done"
    staff.send("/order-tag", {"order_tag": ""})
    assert field(staff)["value"] == ""
    assert 'href="/order-tag"' in staff.open("/settings").text
    assert "Order tag" in words(Markup.read(staff.open("/settings").text))
