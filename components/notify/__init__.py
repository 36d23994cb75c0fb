"""Who is told: an account's topics, their subscribers, and the channels that SNS cannot talk to."""
