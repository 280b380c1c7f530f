"""File stores: in memory, in a directory."""
