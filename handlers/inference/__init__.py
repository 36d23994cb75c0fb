"""Answers `POST /v1/predictions`: joins the request with its reference data and asks the model."""
