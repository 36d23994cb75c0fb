"""The evaluation beside CloudWatch's own published and recorded behaviour, row by row."""
