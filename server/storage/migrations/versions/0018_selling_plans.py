"""Keep the selling plans by which goods are sold as subscriptions

Revision: 0018, after 0013.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('selling_plan_groups',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_selling_plan_groups_shop_id_shops'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'group_id', name=op.f('pk_selling_plan_groups'))
    )
    op.create_table('selling_plans',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('plan_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('billing_unit', sa.String(), nullable=False),
    sa.Column('billing_count', sa.Integer(), nullable=False),
    sa.Column('delivery_unit', sa.String(), nullable=False),
    sa.Column('delivery_count', sa.Integer(), nullable=False),
    sa.Column('prices', _DOCUMENT, nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'group_id'], ['selling_plan_groups.shop_id', 'selling_plan_groups.group_id'], name=op.f('fk_selling_plans_shop_id_selling_plan_groups'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'group_id', 'plan_id', name=op.f('pk_selling_plans'))
    )
    op.create_table('selling_plan_goods',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('goods_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'group_id'], ['selling_plan_groups.shop_id', 'selling_plan_groups.group_id'], name=op.f('fk_selling_plan_goods_shop_id_selling_plan_groups'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'group_id', 'kind', 'goods_id', name=op.f('pk_selling_plan_goods'))
    )
    op.create_index(op.f('ix_selling_plan_goods_shop_id_kind_goods_id'), 'selling_plan_goods', ['shop_id', 'kind', 'goods_id'])
    with op.batch_alter_table('variants') as table:
        table.add_column(sa.Column('is_by_plan_only', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('variants') as table:
        table.drop_column('is_by_plan_only')
    op.drop_table('selling_plan_goods')
    op.drop_table('selling_plans')
    op.drop_table('selling_plan_groups')
