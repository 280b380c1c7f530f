"""Who checks identities: the one for tests."""
