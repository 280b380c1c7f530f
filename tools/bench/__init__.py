"""Ratios of the engine to raw drivers doing the same writes, in one interleaved run."""
