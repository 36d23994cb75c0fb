"""The policy pack: what a team may not add around the components, judged resource by resource.

Settings are judged by `settings`, alarms by `rehearsal lint`. The rules are plain functions, so that
`make check` runs them without the Pulumi CLI and `pulumi preview --policy-pack policy` runs the same.
"""
