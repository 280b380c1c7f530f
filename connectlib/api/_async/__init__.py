"""The awaiting client; `_sync` is written from it."""
