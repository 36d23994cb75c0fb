"""Incidents made for an alarm that changed: levels around its borders, in every order that matters."""
