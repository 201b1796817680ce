"""arq: the ticker and the nudge. What is due is in Postgres; losing Redis makes it late, never lost."""
