"""What the authors of connectlib run: Python only, no shell."""
