from bench import cold_start


def test_both_handlers_answer_the_same_request_and_ours_starts_faster() -> None:
    found = cold_start.measure(starts=1)
    assert found.keys() == {
        (each, on) for each in (cold_start.OURS, cold_start.USUAL) for on in (False, True)
    }
    for sampled in (False, True):
        assert found[cold_start.OURS, sampled] < 0.5 * found[cold_start.USUAL, sampled]
