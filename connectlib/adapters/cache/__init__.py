"""The in-process cache: a hint for reads, never an authority on money."""
