"""The catalogue of what AWS publishes: its files are sound, and it says what AWS's pages say."""

import re
from pathlib import Path
from typing import Any

import pytest

from rehearsal.errors import RehearsalError
from rehearsal.lint import published
from rehearsal.lint.published import Keys, Metric, When, Worse, files

# As `PutMetricAlarm` spells them.
UNITS = frozenset(
    {"Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "None", "Bits", "Bytes"}
    | {f"{size}{kind}" for size in ("Kilo", "Mega", "Giga", "Tera") for kind in ("bytes", "bits")}
    | {"Count/Second", "Bytes/Second", "Bits/Second"}
    | {f"{size}{kind}/Second" for size in ("Kilo", "Mega", "Giga", "Tera") for kind in ("bytes", "bits")}
)
STATISTICS = frozenset({"Average", "Minimum", "Maximum", "Sum", "SampleCount", "p"})


def get(namespace: str, name: str) -> Metric:
    found = published.metric(namespace, name)
    assert found is not None, f"{namespace} {name}"
    return found


def sets(*texts: str) -> frozenset[Keys]:
    return frozenset(files.parse(text) for text in texts)


@pytest.mark.parametrize("name", sorted(files.namespaces()))
def test_every_curated_file_is_sound(name: str) -> None:
    found = published.namespace(name)
    assert found is not None
    assert found.source.startswith("https://docs.aws.amazon.com/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", found.checked)
    re.compile(found.also)
    keys = frozenset[str]().union(*(metric.dimension_keys for metric in found.metrics.values()))
    for key, form in found.forms.items():
        re.compile(form.pattern)
        assert key in keys or not keys, key
    for metric in found.metrics.values():
        assert metric.name == metric.name.strip()
        assert metric.units <= UNITS | {"Count/Minute"}, metric
        assert metric.statistics is None or metric.statistics <= STATISTICS, metric
        assert metric.minimum is None or metric.maximum is None or metric.minimum <= metric.maximum, metric
        assert not metric.period_s or not metric.finest_s or metric.finest_s <= metric.period_s, metric
        assert metric.sets_known == bool(metric.dimension_sets) or metric.name not in _curated(name), metric


def _curated(name: str) -> set[str]:
    found = files.curated(name)
    return set(found.metrics) if found is not None else set()


@pytest.mark.parametrize(
    ("namespace", "name", "expected"),
    [
        ("AWS/ApplicationELB", "HealthyHostCount", ["LoadBalancer+TargetGroup"]),
        ("AWS/CloudFront", "5xxErrorRate", ["DistributionId+Region"]),
        ("AWS/DynamoDB", "UserErrors", [""]),
        ("AWS/Lambda", "UnreservedConcurrentExecutions", [""]),
        ("AWS/S3", "BucketSizeBytes", ["BucketName+StorageType"]),
        ("AWS/S3", "5xxErrors", ["BucketName+FilterId"]),
        ("AWS/Usage", "CallCount", ["Class+Resource+Service+Type"]),
        ("AWS/Kinesis", "IteratorAgeMilliseconds", ["StreamName+ShardId"]),
        ("AWS/CertificateManager", "DaysToExpiry", ["CertificateArn"]),
        ("ECS/ContainerInsights", "RunningTaskCount", ["ClusterName+ServiceName"]),
        (
            "AWS/ES",
            "ReplicationRate",
            ["ClientId+DomainName", "ClientId+DomainName+ConnectionId", "ClientId+DomainName+LeaderAlias"],
        ),
    ],
)
def test_a_metric_has_the_sets_of_its_page_and_zones_at_most_besides(
    namespace: str, name: str, expected: list[str]
) -> None:
    found = get(namespace, name)
    assert found.sets_known
    assert {one for one in found.dimension_sets if "AvailabilityZone" not in one} == sets(*expected)


def test_rest_and_http_apis_have_other_names_and_dimensions() -> None:
    rest, http = get("AWS/ApiGateway", "5XXError"), get("AWS/ApiGateway", "5xx")
    assert rest.dimension_sets == sets("ApiName", "ApiName+Stage", "ApiName+Stage+Method+Resource")
    assert http.dimension_sets == sets("ApiId", "ApiId+Stage", "ApiId+Stage+Method+Resource")
    assert get("AWS/ApiGateway", "Latency").dimension_sets == rest.dimension_sets | http.dimension_sets


def test_throttles_of_a_table_come_by_table_and_index_and_latency_by_operation() -> None:
    throttled = get("AWS/DynamoDB", "WriteThrottleEvents")
    assert throttled.dimension_sets == sets("TableName", "TableName+GlobalSecondaryIndexName")
    assert files.parse("TableName") not in get("AWS/DynamoDB", "SuccessfulRequestLatency").dimension_sets


def test_an_acl_of_cloudfront_has_no_region_and_lives_in_one() -> None:
    blocked = get("AWS/WAFV2", "BlockedRequests")
    assert blocked.region(files.parse("WebACL+Rule")) == "us-east-1"
    assert blocked.region(files.parse("WebACL+Rule+Region")) is None
    assert sets("WebACL+Rule", "WebACL+Rule+Region") <= blocked.dimension_sets
    assert sets("WebACL", "WebACL+Region").isdisjoint(blocked.dimension_sets)


@pytest.mark.parametrize("namespace", ["AWS/CloudFront", "AWS/Route53", "AWS/Billing", "AWS/TrustedAdvisor"])
def test_global_services_publish_in_one_region(namespace: str) -> None:
    found = published.namespace(namespace)
    assert found is not None
    for metric in found.metrics.values():
        assert {metric.region(one) for one in metric.dimension_sets} <= {"us-east-1"}, metric


@pytest.mark.parametrize(
    ("namespace", "name", "unit", "reach"),
    [
        ("AWS/ApplicationELB", "TargetResponseTime", "Seconds", (0, 4000)),
        ("AWS/ELB", "Latency", "Seconds", (0, 4000)),
        ("AWS/ApiGateway", "Latency", "Milliseconds", (0, None)),
        ("AWS/Lambda", "Duration", "Milliseconds", (0, 900_000)),
        ("AWS/SageMaker", "ModelLatency", "Microseconds", (0, None)),
        ("AWS/RDS", "ReadLatency", "Seconds", (0, None)),
        ("AWS/RDS", "CommitLatency", "Milliseconds", (0, None)),
        ("AWS/EC2", "CPUUtilization", "Percent", (0, 100)),
        # Sums over cores; a reservation that may be exceeded; a share of 1.
        ("/aws/sagemaker/Endpoints", "CPUUtilization", "Percent", (0, None)),
        ("/aws/sagemaker/Endpoints", "MemoryUtilization", "Percent", (0, 100)),
        ("AWS/ECS", "CPUUtilization", "Percent", (0, None)),
        ("AWS/CloudFront", "TotalErrorRate", "Percent", (0, 100)),
        ("AWS/RDS", "ReplicaLag", "Seconds", (-1, None)),
        # One sample a request: 0 or 1, or always 1.
        ("AWS/Lambda", "Errors", "Count", (0, 1)),
        ("AWS/ApiGateway", "5XXError", "Count", (0, 1)),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "Count", (1, 1)),
        ("AWS/EC2", "StatusCheckFailed", "Count", (0, 1)),
    ],
)
def test_a_metric_has_the_unit_and_reach_of_its_page(
    namespace: str, name: str, unit: str, reach: tuple[float, float | None]
) -> None:
    found = get(namespace, name)
    assert found.units == {unit}
    assert (found.minimum, found.maximum) == reach


@pytest.mark.parametrize(
    ("namespace", "name", "usual", "finest"),
    [
        ("AWS/EC2", "CPUUtilization", 300, 60),
        ("AWS/EC2", "StatusCheckFailed", 60, 60),
        ("AWS/EC2", "CPUCreditBalance", 300, 300),
        ("AWS/S3", "BucketSizeBytes", 86_400, 86_400),
        ("AWS/S3", "AllRequests", 60, 60),
        ("AWS/Billing", "EstimatedCharges", 21_600, 14_400),
        ("AWS/CertificateManager", "DaysToExpiry", 43_200, 43_200),
        ("/aws/sagemaker/Endpoints", "GPUUtilization", 60, 10),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", 60, 60),
        ("AWS/EFS", "StorageBytes", 900, 900),
    ],
)
def test_a_metric_is_published_as_often_as_its_page_says(
    namespace: str, name: str, usual: int, finest: int
) -> None:
    found = get(namespace, name)
    assert (found.period_s, found.finest_s) == (usual, finest)


def test_a_row_says_also_that_nothing_is_known() -> None:
    assert get("AWS/RDS", "CPUUtilization").minimum == 0
    assert get("AWS/RDS", "ReplicationChannelLag").minimum is None


def test_where_only_keys_are_known_these_are_judged() -> None:
    tuned = get("AWS/ES", "AutoTuneFailed")
    assert not tuned.sets_known
    assert tuned.dimension_keys == {"ClientId", "DomainName", "AutotuningType", "TargetId"}


def test_silence_means_no_traffic_no_event_or_a_fault() -> None:
    assert get("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count").when is When.EVENTS
    assert get("AWS/DynamoDB", "UserErrors").when is When.EVENTS
    assert get("AWS/Lambda", "Invocations").when is When.TRAFFIC
    assert get("AWS/RDS", "CPUUtilization").when is When.ALWAYS


def test_it_knows_which_way_is_worse_where_only_one_way_is() -> None:
    assert get("AWS/ApplicationELB", "HealthyHostCount").worse is Worse.LOW
    assert get("AWS/RDS", "FreeStorageSpace").worse is Worse.LOW
    assert get("AWS/Lambda", "Errors").worse is Worse.HIGH
    assert get("AWS/EC2", "CPUUtilization").worse is None
    assert get("AWS/RDS", "ReplicaLag").worse is None


def test_it_knows_what_must_be_enabled_and_what_is_gone() -> None:
    assert "request metrics" in get("AWS/S3", "5xxErrors").needs
    assert "metrics collection" in get("AWS/AutoScaling", "GroupInServiceInstances").needs
    assert get("AWS/WAF", "BlockedRequests").replaced_by.startswith("AWS/WAFV2")
    assert get("AWS/Kinesis", "GetRecords.IteratorAge").replaced_by == "GetRecords.IteratorAgeMilliseconds"


@pytest.mark.parametrize(
    ("namespace", "key", "right", "wrong"),
    [
        ("AWS/SQS", "QueueName", "orders.fifo", "https://sqs.eu-west-1.amazonaws.com/1/orders"),
        ("AWS/States", "StateMachineArn", "arn:aws:states:eu-west-1:1:stateMachine:settle", "settle"),
        ("AWS/ApplicationELB", "LoadBalancer", "app/web/50dc6c495c0c9188", "web"),
        ("AWS/NetworkELB", "LoadBalancer", "net/edge/50dc6c495c0c9188", "app/edge/50dc6c495c0c9188"),
        ("AWS/CloudFront", "Region", "Global", "us-east-1"),
        ("AWS/WAFV2", "Region", "us-gov-west-1", "CloudFront"),
        ("AWS/Lambda", "Resource", "intake:live", "arn:aws:lambda:eu-west-1:1:function:intake:live"),
        ("AWS/ElastiCache", "CacheNodeId", "0001", "1"),
        ("AWS/RDS", "DBInstanceIdentifier", "shop-1", "shop-1.abc.eu-west-1.rds.amazonaws.com"),
    ],
)
def test_a_dimension_has_the_form_that_aws_gives_it(namespace: str, key: str, right: str, wrong: str) -> None:
    found = published.namespace(namespace)
    assert found is not None
    assert re.fullmatch(found.forms[key].pattern, right)
    assert not re.fullmatch(found.forms[key].pattern, wrong)


def test_only_a_whole_namespace_proves_that_a_name_does_not_exist() -> None:
    assert published.known("AWS/SQS")
    assert not published.known("CWAgent")
    assert not published.known("AWS/Connect")
    assert not published.known("Shop/Orders")


def test_a_family_of_names_exists_without_being_listed() -> None:
    assert published.known("AWS/Firehose")
    assert get("AWS/Firehose", "DeliveryToNovel.Success").units == frozenset()
    assert published.metric("AWS/Firehose", "DeliveryToS3.Failures") is None
    assert published.metric("AWS/ElastiCache", "NovelCmds") is not None
    assert published.metric("AWS/ElastiCache", "NovelCmdsTotal") is None
    assert published.metric("AWS/SQS", "") is None


def test_what_is_curated_wins_over_what_is_generated() -> None:
    listed = files.listed()["AWS/ApiGateway"]["5XXError"]
    assert files.parse("ApiId+Stage") in listed.dimension_sets
    assert files.parse("ApiId+Stage") not in get("AWS/ApiGateway", "5XXError").dimension_sets


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"namespace": "AWS/Other"}, "the file's name says AWS/Novel"),
        ({"metrics": [{"names": ["A"]}, {"names": ["A"]}]}, "A stands there twice"),
        ({"metrics": [{"names": ["A"], "sets": "nowhere"}]}, "A: no group of sets is named nowhere"),
        ({"metrics": [{"names": ["A"], "unti": "Count"}]}, "metrics.0.unti: Extra inputs"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name_and_place(
    change: dict[str, Any], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"namespace": "AWS/Novel", "source": "https://x", "checked": "2026-01-01", "whole": True}
    path = tmp_path / "AWS_Novel.yaml"
    path.write_text(str({**content, "metrics": [], **change}))
    monkeypatch.setattr(files, "namespaces", lambda: {"AWS/Novel": path})
    with pytest.raises(RehearsalError, match=r"^AWS_Novel\.yaml: .*Mend the catalogue") as caught:
        files.curated.__wrapped__("AWS/Novel")
    assert problem in str(caught.value)
