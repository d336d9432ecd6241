"""Proofs that hidden tests are right: what is graded, measured and compared for `autograde validate`."""
