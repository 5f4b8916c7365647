"""The record, pure: typed data, envelopes, batch bytes, Merkle trees, receipts. No I/O."""
