"""What alarms cost a month."""

import pytest

from monitoring.spec import Alarm, Expression
from rehearsal.price import alarm_dollars, dollars, prices
from tests.rehearsal.builders import alarm, composite, math_alarm, stat

RATE = math_alarm("100 * m1 / m2", [stat("errors", "m1"), stat("requests", "m2")], name="rate")
BAND = alarm(
    queries=(stat(return_data=True), Expression(id="b", expression="ANOMALY_DETECTION_BAND(m1, 2)")),
    threshold=None,
    band_id="b",
)
QUICK = alarm(queries=(stat(period_s=10, return_data=True),))


@pytest.mark.parametrize(
    ("found", "price"),
    [(alarm(), 0.1), (RATE, 0.2), (BAND, 0.3), (QUICK, 0.3), (composite("c", 'ALARM("a")'), 0.5)],
)
def test_an_alarm_is_paid_for_each_metric_three_for_a_band_and_thrice_under_a_minute(
    found: Alarm, price: float
) -> None:
    assert alarm_dollars(found) == price


def test_the_price_of_a_set_is_the_sum_of_its_alarms() -> None:
    assert dollars([alarm(), RATE, BAND, QUICK, composite("c", 'ALARM("a")')]) == 1.4
    assert dollars([]) == 0


def test_the_prices_are_dated_and_sourced() -> None:
    assert prices().date
    assert prices().source.startswith("https://aws.amazon.com/")
