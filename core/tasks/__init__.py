"""Work that takes long, and results that are computed once: one bounded runner, handles, caches bounded in bytes."""
