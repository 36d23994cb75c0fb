"""What every alarm gets on its way: the account that it is seen from, and a description that fits."""

from monitoring import catalogue
from monitoring.alarms.limits import DESCRIPTION_CHARS
from monitoring.alarms.rule import Rule, Scope, seen_from
from monitoring.alarms.runbook import first_steps
from tests.monitoring.builders import SERVICE, watched


def test_a_share_seen_from_another_account_has_both_its_metrics_there() -> None:
    for kpi in catalogue.kpis(watched()):
        assert {metric.account_id for metric in kpi.metrics} == {None}
        assert {metric.account_id for metric in seen_from(kpi, SERVICE).metrics} == {SERVICE}


def test_first_steps_that_just_fit_are_said_whole_and_those_that_do_not_are_cut() -> None:
    scope, whole = Scope(prefix="p", runbook_url=None), first_steps("page-errors", DESCRIPTION_CHARS)
    room = DESCRIPTION_CHARS - len(f"M {'d'}") - len(whole) - 1
    rule = Rule(key="k", component="api", severity="warn", meaning="M", anchor="page-errors")
    fits = scope.describe(rule, "d" * (room + 1))
    assert (len(fits), fits.endswith(whole)) == (DESCRIPTION_CHARS, True)
    cut = scope.describe(rule, "d" * (room + 2))
    assert len(cut) <= DESCRIPTION_CHARS
    assert cut.endswith(" …")
