# Made from connectlib/api/_async/resources/__init__.py: edit that.
"""The resources, one room each."""
