"""Key providers, and the vault that seals and opens with their keys."""
