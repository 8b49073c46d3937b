from dataclasses import replace

from flask.testing import FlaskClient

from server.app import create_app
from server.domain.inventory import INVENTORY, About
from server.runtime import Runtime
from tests.web.pages.reading import Markup, words


def test_all_that_tells_of_a_shopper_is_on_the_page_with_its_term(client: FlaskClient) -> None:
    page = words(Markup.read(client.get("/privacy").text))
    for holding in INVENTORY:
        if holding.about is About.SHOPPER:
            assert holding.purpose[1:] in page, holding.table
            for column, meaning in holding.personal.items():
                assert meaning[1:] in page, f"{holding.table}.{column}"
            for term in (holding.kept, *holding.terms.values()):
                assert term.words[1:] in page, holding.table


def test_who_runs_it_is_named_where_that_is_known(client: FlaskClient, runtime: Runtime) -> None:
    assert "has not given a name here yet" in client.get("/privacy").text
    settings = replace(runtime.settings, operator_name="Tea & Co <b>", operator_email="privacy@tea.example")
    page = create_app(replace(runtime, settings=settings)).test_client().get("/privacy").text
    assert "Tea &amp; Co &lt;b&gt;" in page
    assert 'href="mailto:privacy@tea.example"' in page
    assert "has not given a name" not in page
