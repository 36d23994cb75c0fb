"""Actions that go nowhere."""
