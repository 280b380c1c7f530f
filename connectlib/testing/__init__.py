"""For others and for us: conformance kits, strategies and the pytest plugin."""
