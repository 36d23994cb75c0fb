-- What each customer got.
SELECT
  c.service,
  c.customer,
  sum(c.requests) AS requests,
  sum(c.refused) AS refused,
  sum(c.throttled) AS throttled,
  sum(c.failed) AS failed,
  sum(c.answered) AS answered,
  sum(coalesce(c.answered_in_time, 0)) AS answered_in_time
FROM customers c
WHERE c.day BETWEEN DATE '$first' AND DATE '$last'
  AND c.hour >= TIMESTAMP '$begins' AND c.hour < TIMESTAMP '$ends'
GROUP BY c.service, c.customer
ORDER BY c.service, c.customer
