"""What members are told: written to an outbox with what it is about, sent by a task."""
