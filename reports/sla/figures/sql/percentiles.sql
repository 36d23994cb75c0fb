-- p50, p90 and p99 by day and over the period, from counts per millisecond, which add up; percentiles do not.
-- A percentile is the smallest value that so many of a hundred requests did not exceed (nearest rank).
WITH counted AS (
  SELECT l.service, l.source, d.label, l.ms, sum(l.requests) AS requests
  FROM latencies l
  JOIN days d ON l.hour >= d.begins AND l.hour < d.ends
  WHERE l.day BETWEEN DATE '$first' AND DATE '$last'
  GROUP BY l.service, l.source, d.label, l.ms
),
spread AS (
  SELECT service, source, label, ms, requests FROM counted
  UNION ALL
  SELECT service, source, '' AS label, ms, sum(requests) AS requests FROM counted GROUP BY service, source, ms
),
ranked AS (
  SELECT
    service, source, label, ms,
    sum(requests) OVER (PARTITION BY service, source, label ORDER BY ms
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS up_to,
    sum(requests) OVER (PARTITION BY service, source, label) AS total
  FROM spread
)
SELECT
  service,
  source,
  label,
  max(total) AS requests,
  min(CASE WHEN up_to * 100 >= total * 50 THEN ms END) AS p50,
  min(CASE WHEN up_to * 100 >= total * 90 THEN ms END) AS p90,
  min(CASE WHEN up_to * 100 >= total * 99 THEN ms END) AS p99
FROM ranked
GROUP BY service, source, label
ORDER BY service, source, label
