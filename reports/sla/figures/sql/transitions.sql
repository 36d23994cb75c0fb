-- Alarms that went off and pages that were sent, a while beyond the period too: metrics arrive late.
SELECT t.service, t.noted_at, t.alarm, t.kind, coalesce(t.target, '') AS target
FROM transitions t
WHERE t.day BETWEEN DATE '$first' AND DATE '$after'
  AND t.noted_at >= TIMESTAMP '$begins' AND t.noted_at < TIMESTAMP '$late'
  AND (t.kind = 'page' OR t.new_state = 'ALARM')
ORDER BY t.service, t.noted_at, t.alarm, t.kind
