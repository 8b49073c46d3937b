"""Keep what tells eligibility from decline, charges that failed, and tags that an order is to have

Revision: 0022, after 0021.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
_ORDERS = {'needs_shipping': sa.Boolean(), 'has_duties': sa.Boolean(), 'payment_kind': sa.String(),
           'fulfilment': sa.String()}


def upgrade() -> None:
    with op.batch_alter_table('orders') as table:
        for name, kind in _ORDERS.items():
            table.add_column(sa.Column(name, kind, nullable=True))
    with op.batch_alter_table('decisions') as table:
        table.add_column(sa.Column('answer_ms', sa.Integer(), nullable=True))
    with op.batch_alter_table('shops') as table:
        table.add_column(sa.Column('order_tag', sa.String(), nullable=True))
    op.create_table(
        'gates',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('surface', sa.String(), nullable=False),
        sa.Column('is_open', sa.Boolean(), nullable=False),
        sa.Column('seen_from', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_to', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_gates_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_gates')),
    )
    op.create_index('ix_gates_shop_id_surface_seen_from', 'gates', ['shop_id', 'surface', 'seen_from'])
    op.create_table(
        'charges',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('order_id', sa.String(), nullable=False),
        sa.Column('line_id', sa.String(), nullable=False),
        sa.Column('decision_id', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('amount', sa.BigInteger(), nullable=False),
        sa.Column('currency', sa.String(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_charges_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('shop_id', 'order_id', 'line_id', name=op.f('pk_charges')),
    )
    op.create_index('ix_charges_shop_id_state_since', 'charges', ['shop_id', 'state', 'since'])
    op.create_table(
        'alerts',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('figures', _JSON, nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_alerts_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('shop_id', 'kind', name=op.f('pk_alerts')),
    )
    op.create_table(
        'order_tags',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('order_id', sa.String(), nullable=False),
        sa.Column('tag', sa.String(), nullable=False),
        sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('failures', sa.Integer(), nullable=False),
        sa.Column('error', sa.String(), nullable=True),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_order_tags_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('shop_id', 'order_id', name=op.f('pk_order_tags')),
    )
    op.create_index('ix_order_tags_done_at_due_at', 'order_tags', ['done_at', 'due_at'])
    # What the last look at each shop found, so that the history does not begin with a gap.
    op.execute(
        "INSERT INTO gates (shop_id, surface, is_open, seen_from, seen_to) "
        "SELECT id, 'one_click', is_post_purchase_app, checked_at, checked_at FROM shops "
        "WHERE is_post_purchase_app IS NOT NULL AND checked_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_index('ix_order_tags_done_at_due_at', 'order_tags')
    op.drop_table('order_tags')
    op.drop_table('alerts')
    op.drop_index('ix_charges_shop_id_state_since', 'charges')
    op.drop_table('charges')
    op.drop_index('ix_gates_shop_id_surface_seen_from', 'gates')
    op.drop_table('gates')
    with op.batch_alter_table('shops') as table:
        table.drop_column('order_tag')
    with op.batch_alter_table('decisions') as table:
        table.drop_column('answer_ms')
    with op.batch_alter_table('orders') as table:
        for name in reversed(_ORDERS):
            table.drop_column(name)
