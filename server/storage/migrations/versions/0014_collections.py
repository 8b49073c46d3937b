"""Keep which products are in which collections

Revision: 0014, after 0013.
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('collections',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('collection_id', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['shop_id'], ['shops.id'], name=op.f('fk_collections_shop_id_shops'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'collection_id', name=op.f('pk_collections'))
    )
    op.create_table('collection_products',
    sa.Column('shop_id', sa.Integer(), nullable=False),
    sa.Column('collection_id', sa.String(), nullable=False),
    sa.Column('product_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['shop_id', 'collection_id'], ['collections.shop_id', 'collections.collection_id'], name=op.f('fk_collection_products_shop_id_collection_id_collections'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shop_id', 'collection_id', 'product_id', name=op.f('pk_collection_products'))
    )
    op.create_index('ix_collection_products_shop_id_product_id', 'collection_products', ['shop_id', 'product_id'])
    with op.batch_alter_table('shops') as table:
        table.add_column(sa.Column('collections_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('shops') as table:
        table.drop_column('collections_at')
    op.drop_index('ix_collection_products_shop_id_product_id', 'collection_products')
    op.drop_table('collection_products')
    op.drop_table('collections')
