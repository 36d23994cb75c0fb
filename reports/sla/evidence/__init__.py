"""What is kept: tables of minutes, transitions and usage as Parquet, one link of a hash chain a day."""
