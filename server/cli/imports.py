"""How far the imports of a shop are, for the operator."""

import time

import click

from server.bootstrap import make_runtime
from server.config import read_settings
from server.runtime import Runtime
from server.storage.shops import DONE, FAILED, ImportRow
from server.usecases.install import IMPORT_KINDS
from server.usecases.settings import find_shop, list_imports, retry_import

_LOOK_SECONDS = 1.0


@click.command()
@click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
@click.option("--watch", is_flag=True, help="Follow them to their end.")
@click.option("--retry", type=click.Choice(IMPORT_KINDS), help="Start one that failed, or never was, again.")
def imports(*, shop: str, watch: bool, retry: str | None) -> None:
    """Tell how far the imports of a shop are."""
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    if retry is not None:
        is_started = retry_import(database=runtime.database, shop_id=row.id, kind=retry, now=runtime.clock.now())
        click.echo(f"{retry}: {'started again' if is_started else 'under way or done, left as it is'}")
    for kind in IMPORT_KINDS if watch else ():
        _follow(runtime, row.id, kind)
    for each in list_imports(database=runtime.database, shop_id=row.id):
        click.echo(_line(each))
    runtime.close()


def _follow(runtime: Runtime, shop_id: int, kind: str) -> None:
    with click.progressbar(length=1, label=f"{kind:<11}", show_pos=True) as bar:
        while (row := _find(runtime, shop_id, kind)) is not None:
            bar.length = max(row.total, row.done, 1)
            bar.update(row.done - bar.pos)
            if row.state in (DONE, FAILED):
                return
            time.sleep(_LOOK_SECONDS)


def _find(runtime: Runtime, shop_id: int, kind: str) -> ImportRow | None:
    found = list_imports(database=runtime.database, shop_id=shop_id)
    return next((each for each in found if each.kind == kind), None)


def _line(row: ImportRow) -> str:
    told = f"{row.kind:<11} {row.state:<8} {row.done:>9,} of {row.total:,}"
    return f"{told}  {row.error}" if row.error else told
