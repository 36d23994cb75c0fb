"""Do the messages of alarms arrive? Each topic's drill alarm goes off and is over again."""
