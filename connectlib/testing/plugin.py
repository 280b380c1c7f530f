"""The pytest plugin; nothing heavy is imported until a fixture is used."""
