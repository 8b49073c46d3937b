from server.domain.orders import PurchaseLine
from server.domain.purchases import purchase_of
from tests.factories import line, order


def test_goods_given_back_are_no_goods_of_the_order() -> None:
    lines = (line("1"), line("2", quantity=0, total=0), line(None))
    assert purchase_of(order(lines=lines)).lines == (PurchaseLine("1", "p1", 1, 1_000),)
