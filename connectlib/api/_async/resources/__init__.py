"""The resources, one room each."""
