-- Each key's use of its plan: what it sent, and the day on which it was nearest to its quota.
SELECT
  u.service,
  u.plan,
  u.customer,
  sum(u.used) AS used,
  max(u.quota) AS quota,
  max(u.quota_period) AS quota_period,
  max(CASE WHEN u.quota > 0 THEN CAST(u.period_used AS DOUBLE) / CAST(u.quota AS DOUBLE) END) AS highest,
  max_by(u.day, CASE WHEN u.quota > 0 THEN CAST(u.period_used AS DOUBLE) / CAST(u.quota AS DOUBLE) END) AS highest_on,
  sum(CASE WHEN u.quota > 0 AND u.period_used * 100 >= u.quota * 90 AND u.period_used < u.quota THEN 1 ELSE 0 END)
    AS near_days,
  sum(CASE WHEN u.quota > 0 AND u.period_used >= u.quota THEN 1 ELSE 0 END) AS full_days
FROM usage u
WHERE u.day BETWEEN DATE '$from' AND DATE '$to'
GROUP BY u.service, u.plan, u.customer
ORDER BY u.service, u.plan, u.customer
