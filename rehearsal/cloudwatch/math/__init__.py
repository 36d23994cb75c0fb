"""CloudWatch metric math: its syntax, its functions, and the evaluation of a set of queries."""
