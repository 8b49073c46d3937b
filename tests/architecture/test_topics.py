from server.shopify.topics import COMPLIANCE_TOPICS, TOPICS
from server.usecases.ingest import HANDLERS


def test_what_we_subscribe_to_is_what_we_handle() -> None:
    assert set(HANDLERS) == set(TOPICS) | COMPLIANCE_TOPICS
