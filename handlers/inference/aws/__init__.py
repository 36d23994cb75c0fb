"""Two AWS services as this function speaks to them: signed requests with a deadline, without boto3."""
