"""Where an admin page may send the browser."""

import base64
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.oauth import UnsafeAddress, decode_host, embedded_url, safe_reload_path
from tests.unit.shopify.forging import CLIENT_ID


def encoded(address: str, *, is_padded: bool = False) -> str:
    text = base64.b64encode(address.encode()).decode()
    return text if is_padded else text.rstrip("=")


@pytest.mark.parametrize(
    "address", ["admin.shopify.com/store/gift-shop", "gift-shop.myshopify.com/admin", "admin.shopify.com/store/a"]
)
def test_the_admin_of_a_shop_is_found_with_and_without_padding(address: str) -> None:
    assert decode_host(encoded(address)) == address
    assert decode_host(encoded(address, is_padded=True)) == address
    assert embedded_url(encoded(address), CLIENT_ID) == f"https://{address}/apps/{CLIENT_ID}"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "%%%",
        "abc def",
        "A",
        encoded("evil.com"),
        encoded("evil.com/store/gift-shop"),
        encoded("admin.shopify.com"),
        encoded("admin.shopify.com/store/"),
        encoded("admin.shopify.com/store/a/../../b"),
        encoded("admin.shopify.com@evil.com/store/a"),
        encoded("x@admin.shopify.com/store/a"),
        encoded("admin.shopify.com:444/store/a"),
        encoded("admin.shopify.com/store/a?next=//evil.com"),
        encoded("admin.shopify.com/store/a#x"),
        encoded("gift-shop.myshopify.com"),
        encoded("gift-shop.myshopify.com.evil.com/admin"),
        encoded("[::1/admin"),
        encoded("gift-shöp.myshopify.com/admin"),
        base64.urlsafe_b64encode(b"\xff\xfe\xfb\xff").decode(),
    ],
)
def test_any_other_host_is_refused(host: str) -> None:
    with pytest.raises(UnsafeAddress):
        embedded_url(host, CLIENT_ID)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()))
def test_no_host_leads_away_from_shopify(host: str) -> None:
    try:
        url = embedded_url(host, CLIENT_ID)
    except UnsafeAddress:
        return
    name = urlsplit(url).hostname or ""
    assert name == "admin.shopify.com" or name.endswith(".myshopify.com")


@pytest.mark.parametrize("path", ["/", "/offers", "/offers/7?shop=a.myshopify.com&host=x%20y", "/orders#top"])
def test_a_path_of_this_app_may_be_reloaded(path: str) -> None:
    assert safe_reload_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "offers", "//evil.com", "///evil.com", "/\\evil.com", "\\/evil.com", "https://evil.com", "javascript:alert(1)",
     "/\t/evil.com", "/a\r\nSet-Cookie: x", " /offers", "/offers ", "/\x00"],
)  # fmt: skip
def test_anything_that_could_lead_away_is_refused(path: str) -> None:
    with pytest.raises(UnsafeAddress):
        safe_reload_path(path)


@given(st.text(alphabet="/\\:@.ax \t\n?#%", max_size=12))
def test_a_reload_path_never_names_another_host(path: str) -> None:
    try:
        safe_reload_path(path)
    except UnsafeAddress:
        return
    assert urlsplit(path).netloc == ""
    assert not path.replace("\\", "/").startswith("//")
