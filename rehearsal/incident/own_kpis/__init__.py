"""A stack's own KPIs in the rehearsal: their metrics, and the scenarios that are made for them."""
