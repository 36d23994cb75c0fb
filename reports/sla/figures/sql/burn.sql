-- Hours in which the budget was spent.
SELECT
  m.service,
  date_trunc('hour', m.minute) AS begins,
  sum(coalesce(m.failed, 0)) AS failed,
  sum(coalesce(m.attempts, 0) - coalesce(m.successes, 0)) AS failed_probes
FROM minutes m
LEFT JOIN excluded x ON x.service = m.service AND m.minute >= x.begins AND m.minute < x.ends
WHERE m.day BETWEEN DATE '$first' AND DATE '$last'
  AND m.minute >= TIMESTAMP '$begins' AND m.minute < TIMESTAMP '$ends'
  AND x.service IS NULL
  AND (m.failed > 0 OR m.attempts > coalesce(m.successes, 0))
GROUP BY m.service, date_trunc('hour', m.minute)
ORDER BY m.service, begins
