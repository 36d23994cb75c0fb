"""Files and X-Ray -> segment documents -> spans."""
