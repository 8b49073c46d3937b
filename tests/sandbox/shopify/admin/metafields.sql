-- Metafields that apps wrote. Kept beside the world's own tables, and made with the first write, since no page of the
-- shop shows them.
CREATE TABLE IF NOT EXISTS metafield (
    id INTEGER PRIMARY KEY,
    owner_kind TEXT NOT NULL,               -- Product | ProductVariant | Order | Customer | Shop | AppInstallation
    owner_id INTEGER NOT NULL,
    namespace TEXT NOT NULL,                -- app-owned ones stand here as app--<app id>
    key TEXT NOT NULL,
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (owner_kind, owner_id, namespace, key)
);
