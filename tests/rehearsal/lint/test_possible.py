"""Whether a rule can be true, held against trying every combination of states."""

from itertools import product

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from monitoring.spec import State
from rehearsal.cloudwatch.rules import CODES, AllOf, AnyOf, AtLeast, Constant, InState, Not, Rule, holds
from rehearsal.lint import possible

NAMES = ("a", "b", "c")
STATES: tuple[State, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")
LEAVES = st.one_of(
    st.builds(Constant, st.booleans()),
    st.builds(InState, st.sampled_from(STATES), st.sampled_from(NAMES)),
    st.builds(
        AtLeast,
        st.sampled_from((0.0, 1.0, 1.5, 2.0, 34.0, 66.0, 67.0, 100.0)),
        st.booleans(),
        st.sampled_from(STATES),
        st.booleans(),
        st.permutations(NAMES).map(tuple),
    ),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner), st.builds(AllOf, inner, inner), st.builds(AnyOf, inner, inner)
    ),
    max_leaves=6,
)
DOMAINS = st.fixed_dictionaries({name: st.frozensets(st.sampled_from(STATES), min_size=1) for name in NAMES})
APART = st.sampled_from(((), (frozenset(("a", "b")),), (frozenset(("a", "b")), frozenset(("b", "c")))))


@given(rule=RULES, domains=DOMAINS, apart=APART, be=st.booleans())
@example(
    rule=InState("ALARM", "b"),
    domains={"a": frozenset(("ALARM",)), "b": frozenset(("ALARM", "OK")), "c": frozenset(("OK",))},
    apart=(frozenset(("a", "b")),),
    be=True,
)
def test_it_is_as_trying_every_combination_says(
    rule: Rule, domains: dict[str, frozenset[str]], apart: tuple[frozenset[str], ...], *, be: bool
) -> None:
    def true(states: tuple[str, ...]) -> bool:
        codes = {
            name: np.array([CODES[state]], dtype=np.int8) for name, state in zip(NAMES, states, strict=True)
        }
        return bool(holds(rule, codes, 1)[0])

    def allowed(states: tuple[str, ...]) -> bool:
        in_alarm = {name for name, state in zip(NAMES, states, strict=True) if state == "ALARM"}
        return not any(pair <= in_alarm for pair in apart)

    every = [states for states in product(*(sorted(domains[name]) for name in NAMES)) if allowed(states)]
    if every:
        assert possible.can(rule, domains, apart, be=be) is any(true(states) is be for states in every)


def test_a_rule_that_takes_too_long_counts_as_possible() -> None:
    names = tuple(f"a{number}" for number in range(60))
    half = AtLeast(30, percent=False, state="ALARM", negated=False, alarms=names)
    fewer = Not(AtLeast(30, percent=False, state="ALARM", negated=False, alarms=names[::-1]))
    assert possible.can(AllOf(half, fewer), {})
