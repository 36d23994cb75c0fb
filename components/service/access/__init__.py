"""Who may call the API, how its keys reach customers, and under which name it is called."""
