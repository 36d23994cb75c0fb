"""Where in its file an alarm is."""

import json
from time import process_time

import pytest

from rehearsal.lint import judge, reading
from rehearsal.sources import files
from tests.rehearsal.lint.real import read

TEMPLATE = """Resources:
  Other: {{Type: AWS::SNS::Topic}}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Erors
{name}
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
"""


def lines(text: str) -> set[int]:
    return {
        one.line
        for one in judge.judge(reading.of_found(files.entries(text, "a", {}), "a", text))
        if one.alarm
    }


@pytest.mark.parametrize(
    "name",
    [
        "      AlarmName: shop-errors",
        '      AlarmName: "shop: errors, all"',
        "      AlarmName: 'shop errors'  # of all",
        "      AlarmName: shop errors, all of them # the name has a comma",
        '      "AlarmName" : "shop"',
    ],
)
def test_a_finding_is_at_the_line_of_the_alarms_name(name: str) -> None:
    assert lines(TEMPLATE.format(name=name)) == {8}


def test_an_alarm_without_a_name_is_at_its_resource() -> None:
    assert lines(TEMPLATE.format(name="      TreatMissingData: missing")) == {3}


def test_blank_lines_above_a_resource_are_not_its_line() -> None:
    text = TEMPLATE.format(name="      TreatMissingData: missing").replace("  Alarm:", "\n\n  Alarm:")
    assert lines(text) == {5}


def test_an_alarm_that_the_text_does_not_name_is_at_the_first_line() -> None:
    entry = json.dumps(read("real_alarms.txt")[0].entry("shop"))
    assert lines('{"MetricAlarms": [\n' + entry.replace('"shop"', '"sh\\u006fp"') + "]}") == {1}


def test_the_first_line_with_the_name_counts() -> None:
    text = TEMPLATE.format(name="      AlarmName: shop") + "  Shop:\n    Metadata:\n      Name: shop\n"
    assert lines(text + "    Type: AWS::SNS::Topic\n") == {8}


def test_alarms_of_one_line_are_told_apart_from_those_below() -> None:
    entries = [alarm.entry(f"a{number}") for number, alarm in enumerate(read("real_alarms.txt")[:4])]
    text = '{"MetricAlarms": [' + ",\n".join(map(json.dumps, entries)) + "]}"
    found = judge.judge(reading.of_found(files.entries(text, "a", {}), "a", text))
    assert {one.alarm: one.line for one in found if one.alarm} == {f"a{n}": n + 1 for n in range(4)}


def test_a_thousand_alarms_are_judged_in_seconds() -> None:
    right = read("real_alarms.txt")
    entries = [right[number % len(right)].entry(f"shop-{number}") for number in range(1000)]
    text = json.dumps({"MetricAlarms": entries}, indent=1)
    started = process_time()
    judged = judge.judge(reading.of_found(files.entries(text, "a", {}), "a", text))
    assert process_time() - started < 2  # seconds of a processor
    assert len(judged) > len(entries)
