-- AWS's own ledger: five-minute intervals with requests; one without any counts 100 %.
SELECT
  i.service,
  i.provider,
  count(*) AS intervals,
  sum(i.requests) AS requests,
  sum(i.errors) AS errors,
  sum(CASE WHEN i.errors > 0 THEN 1 ELSE 0 END) AS bad_intervals
FROM intervals i
WHERE i.day BETWEEN DATE '$first' AND DATE '$last'
  AND i.begins_at >= TIMESTAMP '$begins' AND i.begins_at < TIMESTAMP '$ends'
GROUP BY i.service, i.provider
ORDER BY i.service, i.provider
