"""The drill itself: each topic's alarm goes off and is over again; what arrived is judged.

Clock and sleep are passed in; everything else is asked of the topics.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reports.drill.topic import Actions, Counts, Subscriber, Topic

ACTS_WITHIN = timedelta(minutes=1)  # CloudWatch, after a state was set
POLL_S, COUNTS_POLL_S = 2.0, 15.0
CHANGES = 2  # of state: into ALARM, and back to OK


@dataclass(kw_only=True, slots=True)
class Result:
    """What was found of one topic. `faults` and `doubts` are sentences for people."""

    topic: Topic
    subscribers: Sequence[Subscriber]
    actions: Actions = field(default_factory=Actions)
    counts: Counts | None = None
    faults: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def functions(self) -> list[str]:
        """The functions that pass its messages on."""
        return [subscriber.function for subscriber in self.subscribers if subscriber.function]

    @property
    def expected(self) -> int:
        """Deliveries of what was published to everybody who confirmed."""
        return self.actions.published * sum(subscriber.confirmed for subscriber in self.subscribers)

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be counted: all arrived, or something failed."""
        if self.counts is None:
            return self.expected == 0
        ran = min(self.counts.runs.values(), default=self.actions.published)
        arrived = self.counts.delivered >= self.expected and ran >= self.actions.published
        return arrived or self.counts.failed > 0 or any(self.counts.errors.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """Tries `topics`, all at once. `say` is told what happens meanwhile."""

    topics: Sequence[Topic]
    now: Callable[[], datetime]
    sleep: Callable[[float], None]
    say: Callable[[str], object]

    def listed(self) -> list[Result]:
        """Who is subscribed, and what is wrong with that. Changes nothing."""
        results = [Result(topic=topic, subscribers=topic.subscribers()) for topic in self.topics]
        for result in results:
            result.faults += _unheard(result)
            if not result.subscribers and result.topic.level == "warn":
                result.doubts.append("nobody hears of warnings: add one in `notifications.warn`.")
            result.doubts += [
                f"planned work is under way: until {rule} ends, the pages that it names tell nobody. A drill"
                " arrives all the same."
                for rule in result.topic.muting()
            ]
        return results

    def run(self, wait: timedelta) -> list[Result]:
        """Every result, when SNS has counted what is expected, or after `wait`. Raises botocore's errors.

        However it ends, no alarm that it set off is left in ALARM.
        """
        results, began, reason = self.listed(), self.now(), f"Drill {uuid.uuid4()}"
        trying = [result for result in results if self._ready(result)]
        before = {
            result.topic.arn: result.topic.counts(result.functions, began, self.now()) for result in trying
        }
        with ExitStack() as over:
            for result in trying:
                over.callback(result.topic.set_state, "OK", f"{reason} is over.")
                result.topic.set_state("ALARM", f"{reason}: nothing is wrong.")
            self.say(f"{len(trying)} drill alarms are in ALARM")
            self._acted(trying, reason, 1)
        self.say("and back to OK")
        self._acted(trying, reason, CHANGES)
        self._count(trying, before, began, began + wait)
        for result in trying:
            result.faults += [*_unpublished(result), *_undelivered(result)]
            result.doubts += _uncounted(result)
        return results

    def _ready(self, result: Result) -> bool:
        """Whether there is a drill alarm that acts. One that is in ALARM, from a drill that was killed, is
        ended first: it would not change its state."""
        topic, alarm = result.topic, result.topic.drill_alarm()
        if alarm is None:
            result.faults.append(f"there is no alarm {topic.alarm} to try it with; run `pulumi up`.")
            return False
        if not alarm.get("ActionsEnabled", True) or not all(
            topic.arn in alarm.get(actions, ()) for actions in ("AlarmActions", "OKActions")
        ):
            result.faults.append(f"the alarm {topic.alarm} does not notify it; run `pulumi up --refresh`.")
            return False
        if alarm["StateValue"] == "ALARM":
            topic.set_state("OK", "An earlier drill is over.")
        return True

    def _acted(self, results: Sequence[Result], reason: str, changes: int) -> None:
        """Wait until CloudWatch has acted on so many changes of state, for a while."""
        until = self.now() + ACTS_WITHIN
        while True:
            for result in results:
                result.actions = result.topic.actions(reason)
            if all(result.actions.tried >= changes for result in results) or self.now() >= until:
                return
            self.sleep(POLL_S)

    def _count(
        self, results: Sequence[Result], before: Mapping[str, Counts], began: datetime, until: datetime
    ) -> None:
        """Wait for the counts of what CloudWatch published."""
        told = False
        while waiting := [result for result in results if not result.settled]:
            for result in waiting:
                counts = result.topic.counts(result.functions, began, self.now())
                result.counts = counts.since(before[result.topic.arn])
            if all(result.settled for result in waiting) or self.now() >= until:
                return
            if not told:
                self.say("waiting for the counts of SNS, which come every five minutes")
                told = True
            self.sleep(COUNTS_POLL_S)


def _unheard(result: Result) -> Iterator[str]:
    if not result.subscribers and result.topic.level == "critical":
        yield "NOBODY IS PAGED: it has no subscriber; add one in `notifications.critical`."
    for subscriber in result.subscribers:
        if not subscriber.confirmed:
            yield (
                f"{subscriber.protocol} {subscriber.shown} has not confirmed its subscription and hears"
                " nothing; open the link that SNS sent, or subscribe an endpoint that confirms by itself."
            )


def _unpublished(result: Result) -> Iterator[str]:
    for said in dict.fromkeys(result.actions.refused):
        cause = "key" if "key" in said.lower() or "kms" in said.lower() else "topic"
        yield (
            f"CloudWatch could not publish to it: {said} Check the {cause}'s policy: run"
            " `pulumi up --refresh`."
        )
    if result.actions.tried < CHANGES:
        yield (
            f"CloudWatch acted on {result.actions.tried} of {CHANGES} changes of {result.topic.alarm} within"
            f" {ACTS_WITHIN.total_seconds():g} s; see the alarm's history, and whether a mute rule names it."
        )


def _undelivered(result: Result) -> Iterator[str]:
    if result.counts is None:
        return
    if result.counts.failed:
        yield f"SNS could not deliver {result.counts.failed} messages; look at each subscriber below."
    for function, errors in result.counts.errors.items():
        if errors:
            yield (
                f"{function} failed {errors} times to pass a message on; its log group"
                f" /aws/lambda/{function} says why."
            )


def _uncounted(result: Result) -> Iterator[str]:
    if not result.settled and result.counts is not None:
        yield (
            f"counted so far are {result.counts.delivered} of {result.expected} deliveries, none failed; look"
            " whether the rest arrived, or drill again with a longer --wait."
        )
