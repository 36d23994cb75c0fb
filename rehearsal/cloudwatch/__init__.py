"""CloudWatch's alarm evaluation: datapoints in, states and what the changes lead to out."""
