"""The daily run as it is deployed: a bucket of the monitor account, and a role in each service's account."""

from monitoring.watched import Watched, evidence_reader
from reports.sla.collect.accounts import monitor_account, service_account
from reports.sla.collect.bucket import SEVERAL, Bucket
from reports.sla.collect.daily import Daily
from reports.sla.collect.day import Place
from reports.sla.collect.monthly import Monthly
from reports.sla.collect.settings import Settings


def daily(settings: Settings, services: tuple[Watched, ...]) -> Daily:
    """The run's parts: a role is assumed in each service's account for as long as a run takes."""
    monitor = monitor_account(services[0].region, None)
    places = tuple(
        Place(
            watched=watched,
            monitor=monitor,
            service=service_account(
                monitor,
                watched.region,
                profile=None,
                role_arn=f"arn:aws:iam::{watched.account_id}:role/{evidence_reader(watched.name)}",
            ),
        )
        for watched in services
    )
    return Daily(
        places=places,
        bucket=Bucket(client=monitor.session.client("s3", config=SEVERAL), name=settings.bucket),
        name=settings.collector,
        topic_arn=settings.topic_arn,
        tell_heads=settings.tell_heads,
        monthly=Monthly(timezone=settings.timezone, athena=settings.athena) if settings.report else None,
    )
