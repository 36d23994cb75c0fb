"""Results for people and machines: terminal, JSON, JUnit XML, HTML."""
