"""The schema, step by step; `db.schema` runs the steps."""
