-- The intervals that a claim against AWS would name.
SELECT i.service, i.provider, i.begins_at, i.requests, i.errors
FROM intervals i
WHERE i.day BETWEEN DATE '$first' AND DATE '$last'
  AND i.begins_at >= TIMESTAMP '$begins' AND i.begins_at < TIMESTAMP '$ends'
  AND i.errors > 0
ORDER BY i.service, i.provider, i.begins_at
