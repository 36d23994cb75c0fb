"""The tickets service: which team a support ticket belongs to; several tickets in one request."""
