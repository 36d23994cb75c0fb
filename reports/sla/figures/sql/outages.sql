-- Stretches between one probe's minute and the next, of which one is down or both: what outages lasted at most.
WITH probed AS (
  SELECT
    m.service, m.minute,
    CASE WHEN coalesce(m.successes, 0) = 0 THEN 1 ELSE 0 END AS down
  FROM minutes m
  LEFT JOIN excluded x ON x.service = m.service AND m.minute >= x.begins AND m.minute < x.ends
  WHERE m.day BETWEEN DATE '$first' AND DATE '$last'
    AND m.minute >= TIMESTAMP '$begins' AND m.minute < TIMESTAMP '$ends'
    AND x.service IS NULL
    AND m.attempts > 0
),
paired AS (
  SELECT
    service, minute, down,
    lag(minute) OVER (PARTITION BY service ORDER BY minute) AS minute_before,
    lag(down) OVER (PARTITION BY service ORDER BY minute) AS down_before
  FROM probed
)
SELECT service, minute, down, minute_before, down_before
FROM paired
WHERE down = 1 OR down_before = 1
ORDER BY service, minute
