-- What the agent's own model used. The cost is in USD and NULL where it is not
-- known, as in rows from before, until reindex reads them from the folders.
ALTER TABLE outcomes ADD COLUMN agent_cached_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN agent_reasoning_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcomes ADD COLUMN agent_cost_usd REAL;
