"""The frontier as a self-contained HTML page: the answer, the maps, the notes. No script, nothing loaded."""

from rehearsal.frontier import chart, data
from rehearsal.frontier.answers import answers, sentences
from rehearsal.frontier.sweep import Frontier
from rehearsal.report.html import ENVIRONMENT


def heat_map(frontier: Frontier) -> str:
    """The page."""
    window_days = frontier.alarm_set.slo.window_days
    return ENVIRONMENT.get_template("frontier.html.j2").render(
        frontier=frontier,
        answers=[(answer, sentences(answer, window_days)) for answer in answers(frontier)],
        maps=list(chart.maps(frontier)),
        chart=chart,
        notes=data.notes(frontier),
    )
