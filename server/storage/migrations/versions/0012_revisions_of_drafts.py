"""Keep the last revisions of drafts, to tell who edited an older one what changed

Revision: 0012, after 0011.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rule_draft_revisions',
        sa.Column('shop_id', sa.Integer(), nullable=False),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('document', _DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ['shop_id'], ['shops.id'], name=op.f('fk_rule_draft_revisions_shop_id_shops'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('shop_id', 'revision', name=op.f('pk_rule_draft_revisions')),
    )


def downgrade() -> None:
    op.drop_table('rule_draft_revisions')
