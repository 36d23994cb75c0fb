-- Every announcement of work that touches the period, whenever it was made.
SELECT a.service, a.announced_at, a.begins_at, a.ends_at, a.notice
FROM maintenance a
WHERE a.begins_at < TIMESTAMP '$ends' AND a.ends_at > TIMESTAMP '$begins'
ORDER BY a.service, a.begins_at, a.announced_at
