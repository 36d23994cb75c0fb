"""What goes wrong with evidence, in words for people."""


class EvidenceError(ValueError):
    """Evidence that cannot be kept or used; the message names place, consequence and fix."""
