"""Card networks: the deterministic simulator and its scripted sibling."""
