-- Each key's use of its plan: what it sent, and the first day on which it was nearest to its quota.
WITH used AS (
  SELECT
    u.*,
    row_number() OVER (
      PARTITION BY u.service, u.plan, u.customer
      ORDER BY CASE WHEN u.quota > 0 THEN CAST(u.period_used AS DOUBLE) / CAST(u.quota AS DOUBLE) ELSE -1 END DESC, u.day
    ) AS place
  FROM usage u
  WHERE u.day BETWEEN DATE '$from' AND DATE '$to'
)
SELECT
  service,
  plan,
  customer,
  sum(used) AS used,
  max(quota) AS quota,
  max(quota_period) AS quota_period,
  max(CASE WHEN place = 1 AND quota > 0 THEN period_used END) AS highest_used,
  max(CASE WHEN place = 1 AND quota > 0 THEN quota END) AS highest_quota,
  max(CASE WHEN place = 1 AND quota > 0 THEN day END) AS highest_on,
  sum(CASE WHEN quota > 0 AND period_used * 100 >= quota * 90 AND period_used < quota THEN 1 ELSE 0 END) AS near_days,
  sum(CASE WHEN quota > 0 AND period_used >= quota THEN 1 ELSE 0 END) AS full_days
FROM used
GROUP BY service, plan, customer
ORDER BY service, plan, customer
