import re
from typing import Any

import pytest

from tests.sandbox.browser.cdn import SOURCES
from tests.unit.sandbox_admin_shell.conftest import Browser, Shell

TYPINGS = SOURCES / "node_modules/@shopify/app-bridge-types/dist/index.d.ts"


def found(browser: Browser, **query: Any) -> dict[str, Any]:
    answer = browser.get("/admin/bridge/resources", **{name: str(value) for name, value in query.items()})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def typed_keys(interface: str) -> tuple[set[str], set[str]]:
    """Return the required and the optional keys that Shopify's typings give a resource."""
    source = TYPINGS.read_text(encoding="utf-8")
    body = source.split(f"export interface {interface} extends Resource {{", 1)[1].split("\n}", 1)[0]
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    keys = re.findall(r"^\t(\w+)(\??):", body, re.MULTILINE)
    return {name for name, mark in keys if not mark} | {"id"}, {name for name, mark in keys if mark}


@pytest.mark.parametrize(
    ("kind", "interface"), [("product", "Product"), ("variant", "ProductVariant"), ("collection", "Collection")]
)
def test_resources_have_the_keys_of_app_bridges_typings(browser: Browser, kind: str, interface: str) -> None:
    required, optional = typed_keys(interface)
    assert len(required) > 10
    for item in found(browser, type=kind)["items"]:
        assert required <= set(item) <= required | optional


def test_a_product_brings_its_variants_and_stock(browser: Browser, shell: Shell) -> None:
    row = shell.one("SELECT product_id FROM variant GROUP BY product_id HAVING count(*) > 1")
    gid = f"gid://shopify/Product/{row['product_id']}"
    (product,) = found(browser, type="product", id=gid)["items"]
    stock = shell.one(
        """SELECT sum(l.available) AS units FROM variant v JOIN inventory_level l
           ON l.inventory_item_id = v.inventory_item_id WHERE v.product_id = ?""",
        row["product_id"],
    )["units"]
    assert product["id"] == gid
    assert product["totalInventory"] == stock == sum(each["inventoryQuantity"] for each in product["variants"])
    assert product["totalVariants"] == len(product["variants"]) > 1
    assert {each["product"]["id"] for each in product["variants"]} == {gid}
    assert re.fullmatch(r"\d+\.\d\d", product["variants"][0]["price"])


def test_finds_by_title_sku_and_type_and_each_word_counts(browser: Browser, shell: Shell) -> None:
    row = shell.one("SELECT p.title, p.product_type, v.sku FROM product p JOIN variant v ON v.product_id = p.id")
    for words in (row["title"], row["sku"], f"{row['product_type'].split()[0]} {row['title'].split()[0]}"):
        assert row["title"] in [
            item["title"] for item in found(browser, type="product", query=words, limit=100)["items"]
        ]
    assert found(browser, type="product", query=f"{row['title']} nothingsuch")["items"] == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "' OR 1=1 --", "\N{SNOWMAN}"])
def test_signs_in_a_search_mean_themselves(browser: Browser, words: str) -> None:
    assert found(browser, type="product", query=words)["items"] == []


def test_pages_without_gaps_or_repetition(browser: Browser) -> None:
    whole = [item["id"] for item in found(browser, type="product", limit=60)["items"]]
    parts = [found(browser, type="product", limit=20, offset=offset) for offset in (0, 20, 40)]
    assert [item["id"] for part in parts for item in part["items"]] == whole
    assert all(part["more"] for part in parts)
    last = found(browser, type="product", limit=100, offset=100_000)
    assert (last["items"], last["more"]) == ([], False)


def test_leaves_out_drafts_and_the_archive_where_asked(browser: Browser, shell: Shell) -> None:
    row = shell.one("SELECT id, title FROM product")
    for status, name in (("DRAFT", "draft"), ("ARCHIVED", "archived")):
        shell.change("UPDATE product SET status = ? WHERE id = ?", status, row["id"])
        hidden = found(browser, type="product", query=row["title"], **{name: "false"})["items"]
        shown = found(browser, type="product", query=row["title"])["items"]
        assert f"gid://shopify/Product/{row['id']}" not in [item["id"] for item in hidden]
        assert f"gid://shopify/Product/{row['id']}" in [item["id"] for item in shown]


def test_what_was_deleted_is_passed_over(browser: Browser) -> None:
    assert found(browser, type="product", id="gid://shopify/Product/1")["items"] == []
    assert found(browser, type="collection", id="gid://shopify/Collection/1")["items"] == []


def test_collections_are_found_by_their_titles(browser: Browser, shell: Shell) -> None:
    everything = found(browser, type="collection")
    assert [each["title"] for each in everything["items"]] == sorted(each["title"] for each in everything["items"])
    (best,) = found(browser, type="collection", query="sell best")["items"]
    row = shell.one(
        "SELECT count(*) AS products FROM collection_member m JOIN collection c ON c.id = m.collection_id "
        "WHERE c.title = 'Best sellers'"
    )
    assert (best["title"], best["productsCount"], best["ruleSet"]) == ("Best sellers", row["products"], None)
    assert found(browser, type="collection", id=best["id"])["items"] == [best]
    (party,) = found(browser, type="collection", query="Party")["items"]
    assert party["ruleSet"]["rules"] == [{"column": "TYPE", "relation": "EQUALS", "condition": "Party"}]
    assert found(browser, type="collection", query="100%")["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"type": "file"},
        {"type": "product", "id": "gid://shopify/ProductVariant/1"},
        {"type": "product", "id": "1 OR 1"},
    ],
)
def test_refuses_other_kinds_and_ids(browser: Browser, query: dict[str, str]) -> None:
    answer = browser.get("/admin/bridge/resources", **query)
    assert answer.status_code == 422
    assert answer.get_json()["error"]
