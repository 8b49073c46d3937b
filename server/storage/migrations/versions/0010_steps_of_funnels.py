"""Keep the steps of what was offered, what pages show, levels of stock, and tags by which goods are found

Revision: 0010, after 0009.
"""

from datetime import UTC

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
_DECISIONS = sa.table('decisions', sa.column('id', sa.String()), sa.column('offered', _DOCUMENT))
_VARIANTS = sa.table(
    'variants', sa.column('shop_id', sa.Integer()), sa.column('variant_id', sa.String()), sa.column('tags', _DOCUMENT)
)
_TAGS = sa.table('variant_tags', sa.column('shop_id'), sa.column('tag'), sa.column('variant_id'))
_SIGNED = sa.table(
    'decisions', sa.column('id'), sa.column('signed_at', sa.DateTime(timezone=True)), sa.column('signed', _DOCUMENT)
)
_AT_ONCE = 1_000

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rewrite(_as_steps)
    with op.batch_alter_table('decisions') as table:
        table.alter_column('offered', existing_type=_DOCUMENT, nullable=False, server_default='[]')
        table.add_column(sa.Column('signed', _DOCUMENT, nullable=False, server_default='{}'))
        table.add_column(sa.Column('open_variant_id', sa.String(), nullable=True))
        table.add_column(sa.Column('open_quantity', sa.Integer(), nullable=False, server_default='0'))
    _sign_first_steps()
    op.create_index(
        'ix_decisions_shop_id_open_variant_id_expires_at', 'decisions', ['shop_id', 'open_variant_id', 'expires_at']
    )
    with op.batch_alter_table('events') as table:
        table.add_column(sa.Column('path', sa.String(), nullable=False, server_default='0'))
        table.drop_constraint('uq_events_decision_id_kind', type_='unique')
        table.create_unique_constraint('uq_events_decision_id_path_kind', ['decision_id', 'path', 'kind'])
    with op.batch_alter_table('variants') as table:
        table.add_column(sa.Column('stock_levels', _DOCUMENT, nullable=False, server_default='[]'))
    op.create_index('ix_variants_shop_id_product_type_price', 'variants', ['shop_id', 'product_type', 'price'])
    op.create_table(
        'variant_tags',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('tag', sa.String(), nullable=False),
        sa.Column('variant_id', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ['shop_id', 'variant_id'],
            ['variants.shop_id', 'variants.variant_id'],
            name=op.f('fk_variant_tags_shop_id_variants'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('shop_id', 'tag', 'variant_id', name=op.f('pk_variant_tags')),
    )
    op.create_index('ix_variant_tags_shop_id_variant_id', 'variant_tags', ['shop_id', 'variant_id'])
    _fill_tags()


def downgrade() -> None:
    op.drop_table('variant_tags')
    op.drop_index('ix_variants_shop_id_product_type_price', 'variants')
    with op.batch_alter_table('variants') as table:
        table.drop_column('stock_levels')
    with op.batch_alter_table('events') as table:
        table.drop_constraint('uq_events_decision_id_path_kind', type_='unique')
        table.drop_column('path')
        table.create_unique_constraint('uq_events_decision_id_kind', ['decision_id', 'kind'])
    op.drop_index('ix_decisions_shop_id_open_variant_id_expires_at', 'decisions')
    with op.batch_alter_table('decisions') as table:
        table.drop_column('open_quantity')
        table.drop_column('open_variant_id')
        table.drop_column('signed')
        table.alter_column('offered', existing_type=_DOCUMENT, nullable=True, server_default=None)
    _rewrite(_as_one)


def _rewrite(change) -> None:
    """Rewrite what each decision offered, some rows at a time: there may be millions."""
    bind, last = op.get_bind(), ''
    while True:
        query = sa.select(_DECISIONS).where(_DECISIONS.c.id > last).order_by(_DECISIONS.c.id).limit(_AT_ONCE)
        rows = bind.execute(query).all()
        if not rows:
            return
        last = rows[-1].id
        statement = sa.update(_DECISIONS).where(_DECISIONS.c.id == sa.bindparam('its_id'))
        bind.execute(
            statement.values(offered=sa.bindparam('its_offer')),
            [{'its_id': row.id, 'its_offer': change(row.offered)} for row in rows],
        )


def _sign_first_steps() -> None:
    bind = op.get_bind()
    rows = bind.execute(sa.select(_SIGNED.c.id, _SIGNED.c.signed_at).where(_SIGNED.c.signed_at.is_not(None))).all()
    for start in range(0, len(rows), _AT_ONCE):
        bind.execute(
            sa.update(_SIGNED).where(_SIGNED.c.id == sa.bindparam('its_id')).values(signed=sa.bindparam('its_signed')),
            [
                {'its_id': row.id, 'its_signed': {'0': row.signed_at.replace(tzinfo=UTC).isoformat()}}
                for row in rows[start : start + _AT_ONCE]
            ],
        )


def _fill_tags() -> None:
    bind, last = op.get_bind(), (0, '')
    place = sa.tuple_(_VARIANTS.c.shop_id, _VARIANTS.c.variant_id)
    while True:
        query = sa.select(_VARIANTS).where(place > sa.tuple_(*map(sa.literal, last)))
        rows = bind.execute(query.order_by(_VARIANTS.c.shop_id, _VARIANTS.c.variant_id).limit(_AT_ONCE)).all()
        if not rows:
            return
        last = (rows[-1].shop_id, rows[-1].variant_id)
        tags = [
            {'shop_id': row.shop_id, 'tag': tag, 'variant_id': row.variant_id}
            for row in rows
            for tag in sorted({each.casefold() for each in row.tags})
        ]
        if tags:
            bind.execute(sa.insert(_TAGS), tags)


def _as_steps(offered):
    if not offered:
        return []
    held = offered['discount']
    discount = None
    if held:
        amount = held.get('amount')
        discount = [held['title'], held['percent'], [amount['minor'], amount['currency']] if amount else None]
    item = [
        *(offered[name] for name in ('variant_id', 'product_id', 'quantity', 'unit_price', 'discounted_unit_price')),
        discount,
    ]
    same = ('funnel_id', 'offer_id', 'currency', 'minimum_stock', 'reason_line')
    texts = {name: text for name, text in offered['texts'].items() if text is not None}
    plain = {name: offered[name] for name in same}
    return [{'path': '0', 'step_id': 'first', 'arm': None, **plain, 'items': [item], 'choices': [], 'texts': texts}]


def _as_one(steps):
    if not steps:
        return None
    step = steps[0]
    variant_id, product_id, quantity, price, discounted, held = step['items'][0]
    discount = None
    if held:
        title, percent, amount = held
        discount = {
            'title': title,
            'percent': percent,
            'amount': {'minor': amount[0], 'currency': amount[1]} if amount else None,
        }
    same = ('funnel_id', 'offer_id', 'currency', 'minimum_stock', 'reason_line')
    texts = {name: step['texts'].get(name) for name in ('heading', 'accept', 'decline', 'reason')}
    return {
        **{name: step[name] for name in same},
        'variant_id': variant_id,
        'product_id': product_id,
        'quantity': quantity,
        'unit_price': price,
        'discounted_unit_price': discounted,
        'discount': discount,
        'texts': texts,
    }
