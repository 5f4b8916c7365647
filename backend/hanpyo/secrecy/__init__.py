"""Groups, proofs, trustees' keys. No I/O."""
