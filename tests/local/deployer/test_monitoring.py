"""Alarms, dashboards, log groups and X-Ray settings: AWS's calls show what the program asked for."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from local.deployer import DeployError
from local.emulator import Emulator
from tests.local.deployer.support import REGION, SERVICE, account, deployed


def test_alarms_keep_every_part_of_their_specification(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        aws.cloudwatch.MetricAlarm(
            "plain",
            name="watch-plain",
            metric_queries=[
                {
                    "id": "m",
                    "return_data": True,
                    "metric": {
                        "namespace": "N",
                        "metric_name": "M",
                        "dimensions": {"B": "2", "A": "1"},
                        "period": 60,
                        "stat": "p90",
                    },
                }
            ],
            evaluate_low_sample_count_percentiles="ignore",
            evaluation_periods=5,
            datapoints_to_alarm=3,
            threshold=0.5,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="ignore",
            ok_actions=[f"arn:aws:sns:{REGION}:{SERVICE}:ok"],
            opts=opts,
        )
        math = aws.cloudwatch.MetricAlarm(
            "math",
            name="watch-math",
            evaluation_periods=1,
            threshold=5,
            comparison_operator="GreaterThanThreshold",
            metric_queries=[
                {
                    "id": "m1",
                    "account_id": SERVICE,
                    "metric": {
                        "namespace": "N",
                        "metric_name": "M",
                        "dimensions": {"A": "1"},
                        "period": 60,
                        "stat": "Sum",
                    },
                },
                {"id": "e1", "expression": "m1 * 2", "label": "twice", "return_data": True},
            ],
            opts=opts,
        )
        aws.cloudwatch.CompositeAlarm(
            "composite",
            alarm_name="watch-composite",
            alarm_rule=math.name.apply(lambda name: f"ALARM({name})"),
            actions_suppressor={"alarm": math.name, "wait_period": 60, "extension_period": 120},
            opts=opts,
        )
        aws.cloudwatch.Dashboard(
            "dashboard", dashboard_name="watch", dashboard_body=json.dumps({"widgets": []}), opts=opts
        )
        aws.cloudwatch.LogGroup("logs", name="/watch/logs", retention_in_days=14, opts=opts)
        pulumi.export("arn", math.arn)

    assert deployed(emulator, program).outputs == {
        "arn": f"arn:aws:cloudwatch:{REGION}:{SERVICE}:alarm:watch-math"
    }
    client = emulator.client("cloudwatch", SERVICE)
    found = client.describe_alarms(AlarmNamePrefix="watch-", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    alarms = {alarm["AlarmName"]: alarm for alarm in found["MetricAlarms"]}
    plain = alarms["watch-plain"]
    (alone,) = plain["Metrics"]
    dimensions = alone["MetricStat"]["Metric"]["Dimensions"]
    assert {d["Name"]: d["Value"] for d in dimensions} == {"A": "1", "B": "2"}
    assert (plain["DatapointsToAlarm"], plain["Threshold"]) == (3, 0.5)
    assert plain["OKActions"] == [f"arn:aws:sns:{REGION}:{SERVICE}:ok"]
    metric, expression = sorted(alarms["watch-math"]["Metrics"], key=lambda m: str(m["Id"]), reverse=True)
    assert metric["AccountId"] == SERVICE
    assert metric["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "A", "Value": "1"}]
    assert (metric["MetricStat"]["Period"], metric["MetricStat"]["Stat"]) == (60, "Sum")
    assert (expression["Expression"], expression["Label"]) == ("m1 * 2", "twice")
    assert plain["EvaluateLowSampleCountPercentile"] == "ignore"
    (composite,) = found["CompositeAlarms"]
    assert composite["AlarmRule"] == "ALARM(watch-math)"
    assert composite["ActionsSuppressor"] == "watch-math"
    assert composite["ActionsSuppressorWaitPeriod"] == 60
    assert composite["ActionsSuppressorExtensionPeriod"] == 120
    (group,) = emulator.client("logs", SERVICE).describe_log_groups(logGroupNamePrefix="/watch/")["logGroups"]
    assert group["retentionInDays"] == 14
    body = client.get_dashboard(DashboardName="watch")["DashboardBody"]
    assert json.loads(body) == {"widgets": []}


def test_sampling_rules_and_trace_groups_are_stored_as_given(emulator: Emulator) -> None:
    def program() -> None:
        opts = account()
        rule = aws.xray.SamplingRule(
            "rule",
            rule_name="deployer-rule",
            priority=17,
            fixed_rate=0.25,
            reservoir_size=2,
            url_path="/v1/*",
            http_method="POST",
            host="*",
            service_name="api/live",
            service_type="AWS::ApiGateway::Stage",
            resource_arn="*",
            version=1,
            opts=opts,
        )
        group = aws.xray.Group(
            "group", group_name="deployer-group", filter_expression="responsetime > 0.2", opts=opts
        )
        pulumi.export("arns", [rule.arn, group.arn])

    arns = deployed(emulator, program).outputs["arns"]
    client = emulator.client("xray", SERVICE)
    stored = [record["SamplingRule"] for record in client.get_sampling_rules()["SamplingRuleRecords"]]
    (rule,) = [rule for rule in stored if rule["RuleName"] == "deployer-rule"]
    assert rule == {
        "RuleName": "deployer-rule",
        "RuleARN": arns[0],
        "Priority": 17,
        "FixedRate": 0.25,
        "ReservoirSize": 2,
        "URLPath": "/v1/*",
        "HTTPMethod": "POST",
        "Host": "*",
        "ServiceName": "api/live",
        "ServiceType": "AWS::ApiGateway::Stage",
        "ResourceARN": "*",
        "Version": 1,
        "Attributes": {},
    }
    group = client.get_group(GroupName="deployer-group")["Group"]
    assert (group["GroupARN"], group["FilterExpression"]) == (arns[1], "responsetime > 0.2")


def test_a_dashboard_that_is_not_valid_is_an_error(emulator: Emulator) -> None:
    def program() -> None:
        aws.cloudwatch.Dashboard("bad", dashboard_name="bad", dashboard_body="{not json", opts=account())

    with pytest.raises(DeployError, match=r"Dashboard 'bad' in account 111111111111 was not created"):
        deployed(emulator, program)


def test_a_budget_is_stored_with_its_filter_thresholds_and_who_hears(emulator: Emulator) -> None:
    topic = f"arn:aws:sns:{REGION}:{SERVICE}:watch-warn"
    notification = aws.budgets.BudgetNotificationArgs(
        notification_type="ACTUAL",
        comparison_operator="GREATER_THAN",
        threshold=80,
        threshold_type="PERCENTAGE",
        subscriber_sns_topic_arns=[topic],
    )

    def program() -> None:
        budget = aws.budgets.Budget(
            "budget",
            name="deployer-budget",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount="60.00",
            limit_unit="USD",
            cost_types={"include_credit": False, "include_refund": False},
            cost_filters=[
                aws.budgets.BudgetCostFilterArgs(name="TagKeyValue", values=["user:service$watch"])
            ],
            notifications=[notification],
            opts=account(),
        )
        pulumi.export("arn", budget.arn)

    assert deployed(emulator, program).outputs["arn"] == f"arn:aws:budgets::{SERVICE}:budget/deployer-budget"
    client = emulator.client("budgets", SERVICE)
    stored = client.describe_budget(AccountId=SERVICE, BudgetName="deployer-budget")["Budget"]
    assert stored["BudgetLimit"] == {"Amount": "60.00", "Unit": "USD"}
    assert stored["CostFilters"] == {"TagKeyValue": ["user:service$watch"]}
    assert stored["CostTypes"] == {"IncludeCredit": False, "IncludeRefund": False}
    (told,) = client.describe_notifications_for_budget(AccountId=SERVICE, BudgetName="deployer-budget")[
        "Notifications"
    ]
    assert (told["NotificationType"], told["Threshold"]) == ("ACTUAL", 80.0)
    heard = client.describe_subscribers_for_notification(
        AccountId=SERVICE,
        BudgetName="deployer-budget",
        Notification={key: value for key, value in told.items() if key != "NotificationState"},
    )["Subscribers"]
    assert heard == [{"SubscriptionType": "SNS", "Address": topic}]
