"""Keep how goods lay at the locations of late, and which locations send orders of the online shop

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('locations') as batch_op:
        batch_op.add_column(sa.Column('is_online', sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_table('item_stands',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('inventory_item_id', sa.String(), nullable=False),
    sa.Column('stands', _DOCUMENT, nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_item_stands_shop_id_shops'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'inventory_item_id', name=op.f('pk_item_stands'))
    )


def downgrade() -> None:
    op.drop_table('item_stands')
    with op.batch_alter_table('locations') as batch_op:
        batch_op.drop_column('is_online')
