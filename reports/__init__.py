"""What happened: reports over recorded facts, from AWS or from saved files. They change nothing."""
