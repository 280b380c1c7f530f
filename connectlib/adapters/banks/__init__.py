"""What knows banks and their numbers."""
