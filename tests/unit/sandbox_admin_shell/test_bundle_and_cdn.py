import json
import re
from pathlib import Path

import pytest

from tests.sandbox.browser.bundle import join_modules
from tests.sandbox.browser.cdn import SCRIPTS, SOURCES
from tests.unit.sandbox_admin_shell.conftest import Browser, Shell

MANIFEST = SOURCES / "node_modules/@shopify/polaris-types/dist/custom-elements.json"


def write(folder: Path, **modules: str) -> Path:
    for name, source in modules.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder / "index.js"


def test_what_is_imported_stands_earlier_and_only_once(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        index='import { a } from "./a.js";\nimport { b } from "./b.js";\nb(a);\n',
        a='import { shared } from "./shared.js";\nexport const a = shared;\n',
        b='import {\n  shared,\n} from "./shared.js";\nexport function b() { return shared; }\n',
        shared="export const shared = GIVEN;\n",
    )
    joined = join_modules(entry, "GIVEN")
    assert re.findall(r"// (\w+)\.js", joined) == ["shared", "a", "b", "index"]
    assert joined.startswith("((GIVEN) => {\n'use strict';")
    assert "import" not in joined
    assert "export" not in joined


@pytest.mark.parametrize(
    "source",
    ['import "./other.js";\n', 'import x from "package";\n', "const a = 1;\nexport { a };\n", "export default 1;\n"],
)
def test_refuses_forms_it_cannot_join(tmp_path: Path, source: str) -> None:
    with pytest.raises(ValueError, match="cannot be joined"):
        join_modules(write(tmp_path, index=source, other=""), "GIVEN")


@pytest.mark.parametrize("second", ["function same() {}", "const same = 2;", "export async function same() {}"])
def test_refuses_two_owners_of_a_name(tmp_path: Path, second: str) -> None:
    entry = write(
        tmp_path, index=f'import {{ a }} from "./a.js";\n{second}\n', a="function same() {}\nexport const a = 1;\n"
    )
    with pytest.raises(ValueError, match="both have a same"):
        join_modules(entry, "GIVEN")


def test_refuses_a_circle(tmp_path: Path) -> None:
    entry = write(
        tmp_path, index='import { a } from "./a.js";\n', a='import { b } from "./index.js";\nexport const a = 1;\n'
    )
    with pytest.raises(ValueError, match="circle"):
        join_modules(entry, "GIVEN")


@pytest.mark.parametrize("name", SCRIPTS)
def test_serves_one_script_that_knows_the_shop(browser: Browser, name: str) -> None:
    answer = browser.get(f"/cdn/shopifycloud/{name}")
    assert answer.status_code == 200
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = answer.get_data(as_text=True)
    assert json.loads(body[body.rindex("})(") + 3 : body.rindex(");")]) == {"currency": "GBP", "standinsOnly": True}
    again = browser.client.get(
        f"/cdn/shopifycloud/{name}", base_url=browser.origin, headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["/cdn/shopifycloud/polaris.js", "/cdn/shopifycloud/shop.js", "/cdn/pictures/1.svg"])
def test_answers_404_where_there_is_nothing(browser: Browser, path: str) -> None:
    assert browser.get(path).status_code == 404


def test_serves_the_pictures_that_the_admin_api_names(browser: Browser, shell: Shell) -> None:
    product_id = shell.one("SELECT id FROM product")["id"]
    answer = browser.get(f"/cdn/pictures/{product_id}.svg")
    assert answer.mimetype == "image/svg+xml"
    assert answer.get_data(as_text=True).startswith("<svg")


def test_every_tag_of_the_real_components_has_a_stand_in() -> None:
    assert MANIFEST.exists(), f"run `npm ci` in {SOURCES} first"
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    tags = {declared["tagName"] for module in manifest["modules"] for declared in module["declarations"]}
    source = join_modules(SOURCES / "polaris" / "index.js", "AFTERS_SANDBOX")
    assert len(tags) == 62
    assert set(re.findall(r'define\("(s-[\w-]+)"', source)) == tags


def test_the_stand_ins_name_no_address_but_the_real_runtimes() -> None:
    for name in SCRIPTS.values():
        source = join_modules(SOURCES / name / "index.js", "AFTERS_SANDBOX")
        found = set(re.findall(r"https?://[^\s\"'`)]+", source))
        expected = {"https://cdn.shopify.com/shopifycloud/polaris-1.js", "http://www.w3.org/2000/svg"}
        assert found <= (expected if name == "polaris" else set()), found
