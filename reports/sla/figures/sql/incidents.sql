-- Runs of bad minutes, by reason. Bad is a minute in which no probe was answered rightly, or in which requests
-- failed by the number and share that the promise names (fail_count, fail_share). A good minute ends a run; one
-- that nobody looked at neither ends nor lengthens it.
WITH looked AS (
  SELECT
    m.service, m.minute, m.attempts, m.successes, m.requests, m.failed, m.refused, m.reason,
    CASE WHEN m.attempts > 0 AND coalesce(m.successes, 0) = 0 THEN 1 ELSE 0 END AS down,
    CASE
      WHEN coalesce(m.failed, 0) >= p.fail_count
        AND CAST(m.failed AS DOUBLE) > p.fail_share * CAST(m.requests AS DOUBLE) THEN 1
      ELSE 0
    END AS failing
  FROM minutes m
  JOIN promises p ON p.service = m.service
  LEFT JOIN excluded x ON x.service = m.service AND m.minute >= x.begins AND m.minute < x.ends
  WHERE m.day BETWEEN DATE '$first' AND DATE '$last'
    AND m.minute >= TIMESTAMP '$begins' AND m.minute < TIMESTAMP '$ends'
    AND x.service IS NULL
    AND (m.attempts > 0 OR m.requests > 0)
),
numbered AS (
  SELECT
    looked.*,
    sum(CASE WHEN down + failing = 0 THEN 1 ELSE 0 END)
      OVER (PARTITION BY service ORDER BY minute ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
  FROM looked
)
SELECT
  service,
  run,
  coalesce(reason, '') AS reason,
  min(minute) AS first_minute,
  max(minute) AS last_minute,
  count(*) AS bad_minutes,
  sum(down) AS down_minutes,
  sum(failing) AS failing_minutes,
  sum(coalesce(attempts, 0) - coalesce(successes, 0)) AS failed_probes,
  sum(coalesce(requests, 0)) AS requests,
  sum(coalesce(failed, 0)) AS failed,
  sum(coalesce(refused, 0)) AS refused
FROM numbered
WHERE down + failing > 0
GROUP BY service, run, coalesce(reason, '')
ORDER BY service, first_minute, reason
