"""Renders alarm specs as CloudWatch alarms, and planned work as its mute rules, one to one.

Which alarms there are, and their thresholds, is decided in `monitoring`; nothing is added, left out or
changed here but the topics of each level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from monitoring.alarms.limits import children
from monitoring.notify.maintenance import MuteRule
from monitoring.spec import Alarm, CompositeAlarm, Level, MetricAlarm, MetricQuery, MetricStat

Rendered = aws.cloudwatch.MetricAlarm | aws.cloudwatch.CompositeAlarm


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmsArgs:
    """`alarms` of one account, composites after what they refer to; `topic_arns` by level."""

    alarms: Sequence[Alarm]
    topic_arns: Mapping[Level, pulumi.Input[str]]


class Alarms(pulumi.ComponentResource):
    """The alarms, named by their keys. `arns` is keyed likewise."""

    arns: dict[str, pulumi.Output[str]]

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:alarms:Alarms", name, None, opts)
        self.arns = {}
        made: dict[str, Rendered] = {}
        for alarm in args.alarms:
            topics = [args.topic_arns[alarm.level]] if alarm.level else []
            if isinstance(alarm, MetricAlarm):
                child = pulumi.ResourceOptions(parent=self)
                rendered: Rendered = _metric_alarm(f"{name}-{alarm.key}", alarm, topics, child)
            else:
                # CloudWatch refuses a rule or a suppressor that names an alarm which does not exist yet.
                named = [*children(alarm.rule), *([alarm.suppressor] if alarm.suppressor else [])]
                child = pulumi.ResourceOptions(parent=self, depends_on=[made[other] for other in named])
                rendered = _composite_alarm(f"{name}-{alarm.key}", alarm, topics, child)
            made[alarm.name] = rendered
            self.arns[alarm.key] = rendered.arn
        self.register_outputs({"arns": self.arns})


@dataclass(frozen=True, kw_only=True, slots=True)
class MuteRulesArgs:
    """`rules` of one account."""

    rules: Sequence[MuteRule]


class MuteRules(pulumi.ComponentResource):
    """The rules. They have to be made after the alarms that they name."""

    def __init__(self, name: str, args: MuteRulesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("inference-watch:mute-rules:MuteRules", name, None, opts)
        for rule in args.rules:
            aws.cloudwatch.AlarmMuteRule(
                f"{name}-{rule.name}",
                name=rule.name,
                description=rule.work.reason,
                rule={
                    "schedule": {
                        "expression": rule.work.schedule,
                        "duration": rule.work.duration,
                        "timezone": rule.work.timezone,
                    }
                },
                mute_targets={"alarm_names": list(rule.targets)},
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})


def _metric_alarm(
    name: str, alarm: MetricAlarm, topics: Sequence[pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> aws.cloudwatch.MetricAlarm:
    warm_up = aws.cloudwatch.MetricAlarmWarmUpConfigurationArgs
    return aws.cloudwatch.MetricAlarm(
        name,
        name=alarm.name,
        alarm_description=alarm.description,
        metric_queries=[_query(query) for query in alarm.queries],
        comparison_operator=alarm.comparison,
        evaluation_periods=alarm.evaluation_periods,
        datapoints_to_alarm=alarm.datapoints_to_alarm,
        threshold=alarm.threshold,
        threshold_metric_id=alarm.band_id,
        treat_missing_data=alarm.missing_data,
        evaluate_low_sample_count_percentiles=None if alarm.evaluate_low_samples else "ignore",
        warm_up_configuration=(
            warm_up(warm_up_period_duration_in_minutes=alarm.warm_up_min) if alarm.warm_up_min else None
        ),
        alarm_actions=topics,
        ok_actions=topics,
        opts=opts,
    )


def _composite_alarm(
    name: str, alarm: CompositeAlarm, topics: Sequence[pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> aws.cloudwatch.CompositeAlarm:
    suppressor = None
    if alarm.suppressor:
        suppressor = aws.cloudwatch.CompositeAlarmActionsSuppressorArgs(
            alarm=alarm.suppressor, wait_period=alarm.wait_s, extension_period=alarm.extension_s
        )
    return aws.cloudwatch.CompositeAlarm(
        name,
        alarm_name=alarm.name,
        alarm_description=alarm.description,
        alarm_rule=alarm.rule,
        actions_suppressor=suppressor,
        alarm_actions=topics,
        ok_actions=topics,
        opts=opts,
    )


def _query(query: MetricQuery) -> aws.cloudwatch.MetricAlarmMetricQueryArgs:
    if not isinstance(query, MetricStat):
        return aws.cloudwatch.MetricAlarmMetricQueryArgs(
            id=query.id, expression=query.expression, label=query.label, return_data=query.return_data
        )
    return aws.cloudwatch.MetricAlarmMetricQueryArgs(
        id=query.id,
        account_id=query.account_id,
        label=query.label,
        return_data=query.return_data,
        metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
            namespace=query.namespace,
            metric_name=query.metric,
            dimensions=query.dimensions,
            period=query.period_s,
            stat=query.statistic,
            unit=query.unit,
        ),
    )
