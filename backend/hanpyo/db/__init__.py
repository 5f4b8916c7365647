"""What the service remembers: SQLAlchemy models, transactions, personal data encrypted at rest."""
