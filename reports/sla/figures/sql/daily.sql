-- The sums of each service and day, in and out of announced maintenance.
--
-- A minute is down when the canary asked and nothing was answered rightly. What was answered is known where an
-- access log was read; elsewhere (unlogged_*) the stage's own counts give bounds: every request that was
-- refused or failed may have been among the fast ones, or among the slow ones.
SELECT
  m.service,
  d.label,
  CASE WHEN x.service IS NULL THEN 0 ELSE 1 END AS excluded,
  count(*) AS minutes,
  sum(CASE WHEN m.attempts > 0 THEN 1 ELSE 0 END) AS probed_minutes,
  sum(CASE WHEN coalesce(m.attempts, 0) = 0 AND coalesce(m.requests, 0) = 0 THEN 1 ELSE 0 END) AS dark_minutes,
  sum(CASE WHEN m.attempts > 0 AND coalesce(m.successes, 0) = 0 THEN 1 ELSE 0 END) AS down_minutes,
  sum(coalesce(m.attempts, 0)) AS attempts,
  sum(coalesce(m.successes, 0)) AS successes,
  sum(coalesce(m.probes_in_time, 0)) AS probes_in_time,
  sum(coalesce(m.requests, 0)) AS requests,
  sum(coalesce(m.refused, 0)) AS refused,
  sum(coalesce(m.failed, 0)) AS failed,
  max(coalesce(m.requests, 0)) AS busiest,
  sum(coalesce(m.timed, 0)) AS timed,
  sum(coalesce(m.in_time, 0)) AS in_time,
  sum(coalesce(m.answered, 0)) AS answered,
  sum(coalesce(m.answered_in_time, 0)) AS answered_in_time,
  sum(CASE WHEN m.answered IS NULL AND m.requests > 0 THEN 1 ELSE 0 END) AS unlogged_minutes,
  sum(CASE WHEN m.answered IS NULL THEN coalesce(m.timed, 0) ELSE 0 END) AS unlogged_timed,
  sum(CASE WHEN m.answered IS NULL THEN coalesce(m.in_time, 0) ELSE 0 END) AS unlogged_in_time,
  sum(CASE WHEN m.answered IS NULL THEN coalesce(m.refused, 0) + coalesce(m.failed, 0) ELSE 0 END)
    AS unlogged_unanswered
FROM minutes m
JOIN days d ON m.minute >= d.begins AND m.minute < d.ends
LEFT JOIN excluded x ON x.service = m.service AND m.minute >= x.begins AND m.minute < x.ends
WHERE m.day BETWEEN DATE '$first' AND DATE '$last'
GROUP BY m.service, d.label, CASE WHEN x.service IS NULL THEN 0 ELSE 1 END
ORDER BY m.service, d.label, excluded
