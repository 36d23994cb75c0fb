"""The daily run as it is deployed: what the collector reads from its environment, and what it works with.

That is a bucket of the monitor account, and a role in each service's account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from handlers.environment import SettingsError, text
from monitoring.names import evidence_reader
from monitoring.watched import Watched
from reports.sla.collect.accounts import monitor_account, service_account
from reports.sla.collect.bucket import SEVERAL, Bucket
from reports.sla.collect.daily import Daily
from reports.sla.collect.day import Place
from reports.sla.collect.monthly import Monthly

SERVICES = "generated/services.json"  # beside this file: an environment takes 4 KB, which a few services fill
ENVIRONMENT: tuple[str, ...] = ("BUCKET", "COLLECTOR", "TOPIC_ARN", "TELL_HEADS", "REPORT", "TIMEZONE")
ATHENA_ENVIRONMENT: tuple[str, ...] = ("ATHENA_WORKGROUP", "ATHENA_DATABASE")  # both, or neither


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`collector` is the function's own name; `topic_arn` is told; the report's months are `timezone`'s."""

    bucket: str
    collector: str
    topic_arn: str
    tell_heads: bool
    report: bool
    timezone: str
    athena: tuple[str, str] | None = None

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read `ENVIRONMENT`. Raises `SettingsError`."""
        return cls(
            bucket=text(environ, "BUCKET"),
            collector=text(environ, "COLLECTOR"),
            topic_arn=text(environ, "TOPIC_ARN"),
            tell_heads=_switch(environ, "TELL_HEADS"),
            report=_switch(environ, "REPORT"),
            timezone=text(environ, "TIMEZONE"),
            athena=_athena(environ),
        )


def _athena(environ: Mapping[str, str]) -> tuple[str, str] | None:
    workgroup, database = ATHENA_ENVIRONMENT
    return (text(environ, workgroup), text(environ, database)) if workgroup in environ else None


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = text(environ, name)
    if value not in ("true", "false"):
        raise SettingsError(f"{name}={value!r} is neither true nor false; correct it in its component.")
    return value == "true"


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
