"""A claim against AWS as a text to be checked and sent: what its pages ask for, from the evidence."""

from reports.sla.result import AwsService, ServiceReport
from reports.sla.words import moment, number, share


def claim_markdown(report: ServiceReport, aws: AwsService) -> str:
    """The packet for one service of AWS that perhaps missed its promise."""
    rows = "\n".join(f"| {moment(one.begins)} | {one.requests:,} | {one.errors:,} |" for one in aws.claim)
    return f"""# SLA Credit Request: {aws.name}, {report.span.title}

**To be checked before it is sent.** The figures are an upper bound of AWS's errors: {aws.bound}.
Leave out what was your own fault; AWS counts {aws.errors_are}.
Compare with the page, {aws.page} (as read: {aws.read}).

- Send it as a case in the AWS Support Center, with "SLA Credit Request" in the subject, by {aws.claim_until}.
- Billing cycle: {report.span.first} to {report.span.last}, UTC
- Affected: {report.service}; add the region and the resource's id
- Uptime by the page's formula: at least {share(aws.uptime_at_least_pct)} of {aws.promised_pct:g} % promised
- Credit, if all of it was AWS's: {aws.credit_pct} % of the month's charge for this service
- Requests {number(aws.requests)}, errors at most {number(aws.errors_at_most)}
- Five-minute intervals {number(aws.intervals)}, with errors {number(aws.intervals_with_errors)}
- Evidence: chain head `{report.proof.head}`

AWS also asks for request logs that show the errors, without confidential data. The access log has the
request ids; while it is kept, Logs Insights lists them for the intervals below:

```
fields @timestamp, requestId, extendedRequestId, status, errorType, integrationStatus
| filter status like /^5/
| sort @timestamp asc
```

| five minutes from | requests | errors |
| --- | --- | --- |
{rows}
"""
