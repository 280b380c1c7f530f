"""Request models, one file for each resource: keyword arguments to commands."""
