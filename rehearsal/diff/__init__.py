"""Two alarm sets side by side: what a change of alarms changes for people."""
