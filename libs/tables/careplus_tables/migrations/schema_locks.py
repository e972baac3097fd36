"""Keys of PostgreSQL's advisory locks, which belong to a database: each schema of a hospital has its own."""


def key_of(schema: str, in_public: int = 0) -> str:
    """Return SQL for the 32-bit number of the schema that an expression names; `public` has the one of older versions."""
    return f"(CASE {schema} WHEN 'public' THEN {in_public} ELSE hashtext({schema}) END)"
