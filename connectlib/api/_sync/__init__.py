# Made from connectlib/api/_async/__init__.py: edit that.
"""The blocking client; `_sync` is written from it."""
