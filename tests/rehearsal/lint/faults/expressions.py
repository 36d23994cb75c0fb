"""Metric math and anomaly bands."""

from tests.rehearsal.lint.builders import ABOVE, OUTSIDE, Entry, expression, math, stat
from tests.rehearsal.lint.faults import of
from tests.rehearsal.lint.presets import FUNCTION, band, errors, rate

WARN = "warning"


def queried(*queries: Entry, **fields: object) -> Entry:
    return {**rate(), "Metrics": list(queries), **fields}


ERRORS, CALLS, RATE = rate()["Metrics"]
BAND = band()["Metrics"][1]
DAILY = {**CALLS, "MetricStat": {**CALLS["MetricStat"], "Period": 60}}
MANY = [stat(f"m{n}", "AWS/Lambda Errors", {"FunctionName": f"f{n}"}) for n in range(11)]
TEN = math([*MANY[:10], expression("total", "SUM(METRICS())")])
NATIVE = ("describe-alarms", "template")

FAULTS = [
    of("an unknown id", rate(), rate("IF(calls >= 50, 100 * errors / requests, 0)"), "unknown-id"),
    of("an id in other letters", rate(), rate("IF(Calls >= 50, 100 * errors / calls, 0)"), "unknown-id"),
    of(
        "an id that begins with a capital",
        rate(),
        queried(
            {**ERRORS, "Id": "Errors"},
            CALLS,
            {**RATE, "Expression": "IF(calls >= 50, 100 * Errors / calls, 0)"},
        ),
        "query-id",
    ),
    of("an id with a hyphen", rate(), queried(ERRORS, CALLS, {**RATE, "Id": "error-rate"}), "query-id"),
    of("an id twice", rate(), queried(ERRORS, CALLS, CALLS, RATE), "query-id"),
    of("an open parenthesis", rate(), rate("IF(calls >= 50, 100 * errors / calls, 0"), "broken-expression"),
    of(
        "a function that is none",
        rate(),
        rate("IF(calls >= 50, PERCENT(errors, calls), 0)"),
        "broken-expression",
    ),
    of(
        "a function in small letters",
        rate(),
        rate("if(calls >= 50, 100 * errors / calls, 0)"),
        "broken-expression",
    ),
    of("a comparison sign of another language", rate(), rate("calls => 50"), "broken-expression"),
    of(
        "several series",
        TEN,
        {**TEN, "Metrics": [*MANY[:10], expression("total", "METRICS()")]},
        "broken-expression",
    ),
    of("a scalar", rate(), rate("5 * 2"), "broken-expression"),
    of("an expression of itself", rate(), rate("rate + errors + calls"), "broken-expression"),
    of(
        "a search",
        rate(),
        rate("SUM(SEARCH('{AWS/Lambda,FunctionName} Errors', 'Sum', 300)) + errors + calls"),
        "search-in-alarm",
    ),
    of("nothing returned", rate(), queried(ERRORS, CALLS, {**RATE, "ReturnData": False}), "return-data"),
    of("two returned", rate(), queried({**ERRORS, "ReturnData": True}, CALLS, RATE), "return-data"),
    of(
        "ReturnData left out",
        rate(),
        queried(*({k: v for k, v in q.items() if k != "ReturnData"} for q in (ERRORS, CALLS, RATE))),
        "return-data",
    ),
    of(
        "a band that is not returned",
        band(),
        {**band(), "Metrics": [band()["Metrics"][0], {**BAND, "ReturnData": False}]},
        "return-data",
    ),
    of("a query without a use", rate(), rate("IF(errors >= 50, errors, 0)"), "unused-query", WARN),
    of("two periods", rate(), queried(ERRORS, DAILY, RATE), "mixed-periods"),
    of("eleven metrics", TEN, math([*MANY, expression("total", "SUM(METRICS())")]), "too-long"),
    of("a threshold beside a band", band(), band(Threshold=100.0), "band-and-threshold"),
    of("an ordinary comparison with a band", band(), band(ComparisonOperator=ABOVE), "band-and-threshold"),
    of(
        "a band's comparison without a band",
        errors(),
        errors(ComparisonOperator=OUTSIDE),
        "band-and-threshold",
    ),
    of("a band that is not there", band(), band(ThresholdMetricId="ad1"), "band-and-threshold"),
    of("a band that is a metric", band(), band(ThresholdMetricId="calls"), "band-and-threshold"),
    of("a band of no width", band(), band("ANOMALY_DETECTION_BAND(calls, 0)"), "band-width"),
    of("a band of negative width", band(), band("ANOMALY_DETECTION_BAND(calls, -2)"), "band-width"),
    of("a band of huge width", band(), band("ANOMALY_DETECTION_BAND(calls, 50)"), "band-width", WARN),
    of("a band of an unknown metric", band(), band("ANOMALY_DETECTION_BAND(m1, 2)"), "unknown-id"),
    of(
        "an account of eleven digits",
        rate(),
        queried({**ERRORS, "AccountId": "11112222333"}, CALLS, RATE),
        "account-id",
    ),
    of(
        "the rate of a number for each period",
        rate(),
        rate("IF(calls >= 50, 100 * RATE(errors), 0)"),
        "rate-of-counts",
        WARN,
    ),
    of(
        "one metric and queries",
        errors(),
        {**errors(), "Metrics": rate()["Metrics"]},
        "two-ways",
        sources=NATIVE,
    ),
    of(
        "thirty-one dimensions",
        errors(),
        {**errors(), "Dimensions": [{"Name": f"d{n}", "Value": "x"} for n in range(31)]},
        "too-long",
    ),
    of(
        "a dimension twice",
        errors(),
        {**errors(), "Dimensions": [{"Name": "FunctionName", "Value": v} for v in ("a", "b")]},
        "too-long",
        sources=NATIVE,
    ),
    of(
        "a metric of another function",
        rate(),
        queried(ERRORS, stat("calls", "AWS/Lambda Invocation", FUNCTION), RATE),
        "unknown-metric",
    ),
    of(
        "an average by a sum",
        rate(),
        queried({**ERRORS, "MetricStat": {**ERRORS["MetricStat"], "Stat": "Average"}}, CALLS, RATE),
        "uneven-quotient",
        WARN,
    ),
    of(
        "one function by another",
        rate(),
        queried(ERRORS, stat("calls", "AWS/Lambda Invocations", {"FunctionName": "order-export"}), RATE),
        "uneven-quotient",
        WARN,
    ),
    of("all by some", rate(), rate("100 * calls / errors"), "always-breached"),
]
