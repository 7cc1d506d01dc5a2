"""The figures of a measurement, against scikit-learn's and against what they must be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score

from pipeline.learning.metrics import Figure, Measurement, ece, measure

DRAW = np.random.default_rng(7)
GIVEN = DRAW.uniform(0, 1, 240)
TRUTH = DRAW.uniform(0, 1, 240) < GIVEN
CHATS = DRAW.integers(0, 60, 240)


def measured(labels: list[float], given: list[float], chats: list[int] | None = None) -> Measurement:
    return measure(np.array(labels, float), np.array(given, float), np.array(chats or range(len(labels))))


def figure(measurement: Measurement, name: str) -> Figure:
    found = measurement.figures[name]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", accuracy_score(TRUTH, GIVEN >= 0.5)),
        ("precision", precision_score(TRUTH, GIVEN >= 0.5)),
        ("recall", recall_score(TRUTH, GIVEN >= 0.5)),
        ("F1", f1_score(TRUTH, GIVEN >= 0.5)),
        ("AUC", roc_auc_score(TRUTH, GIVEN)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_figures_are_scikit_learn_s_and_their_intervals_hold_them(name: str, expected: float) -> None:
    found = figure(measure(TRUTH.astype(float), GIVEN, CHATS), name)

    assert found.value == pytest.approx(expected)
    assert 0 <= found.low < found.value < found.high <= 1


def test_the_same_messages_give_the_same_measurement_in_any_order() -> None:
    turned = np.argsort(CHATS, kind="stable")
    one, other = (measure(TRUTH[rows].astype(float), GIVEN[rows], CHATS[rows]) for rows in (slice(None), turned))

    assert {name: str(found) for name, found in one.figures.items()} == {
        name: str(found) for name, found in other.figures.items()
    }


def test_messages_of_one_chat_are_drawn_together() -> None:
    one_chat = measure(TRUTH.astype(float), GIVEN, np.zeros(240, int))

    for name in ("accuracy", "AUC"):
        found = figure(one_chat, name)
        assert found.low == found.high == pytest.approx(found.value)


@pytest.mark.parametrize("given", [[0.0] * 10 + [1.0] * 10, [0.5] * 20, [0.25] * 20])
def test_said_as_often_as_it_is_the_calibration_error_is_0(given: list[float]) -> None:
    share = sum(given) / 20
    truth = np.array([p == 1.0 for p in given] if set(given) == {0.0, 1.0} else np.arange(20) < 20 * share)

    assert ece(truth, np.array(given)) == pytest.approx(0)


def test_sure_and_wrong_the_calibration_error_is_1() -> None:
    assert ece(np.repeat([True, False], 10), np.repeat([0.0, 1.0], 10)) == pytest.approx(1)


def test_the_calibration_error_stands_however_many_messages_were_given_the_same_probability() -> None:
    truth, given = np.repeat([False, True], [50, 5]), np.repeat([0.01, 0.9], [50, 5])

    assert ece(truth, given) == pytest.approx((50 * 0.01 + 5 * 0.1) / 55)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.9])), min_size=1, max_size=60))
def test_the_calibration_error_of_anything_lies_between_that_of_the_mean_and_1(rows: list[tuple[bool, float]]) -> None:
    truth, given = np.array([label for label, _ in rows]), np.array([probability for _, probability in rows])

    assert abs(given.mean() - truth.mean()) - 1e-9 <= ece(truth, given) <= 1 + 1e-9


def test_the_bins_of_reliability_hold_every_message_once() -> None:
    found = measure(TRUTH.astype(float), GIVEN, CHATS).reliability

    assert len(found) == 10
    assert sum(n for *_, n in found) == len(GIVEN)
    assert sum(said * n for said, _, n in found) == pytest.approx(GIVEN.sum())
    assert sum(share * n for _, share, n in found) == pytest.approx(TRUTH.sum())


def test_unsure_labels_are_left_out_and_counted() -> None:
    found = measured([0, 0.3, 0.31, 0.5, 0.69, 0.7, 1, 1], [0.1, 0.2, 0.9, 0.9, 0.1, 0.8, 0.9, 0.2])

    assert (found.n, found.positive, found.unsure) == (5, 3, 3)
    assert figure(found, "accuracy").value == pytest.approx(4 / 5)


def test_a_figure_without_a_meaning_is_none() -> None:
    only_without = measured([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4])

    assert only_without.figures["AUC"] is None
    assert only_without.figures["precision"] is None
    assert only_without.figures["recall"] is None
    assert figure(only_without, "accuracy").value == 1
    assert measured([1, 1, 1], [0.9, 0.2, 0.8]).figures["AUC"] is None


def test_without_a_sure_label_nothing_is_measured() -> None:
    with pytest.raises(ValueError, match="no message with a sure label"):
        measured([0.5, 0.4], [0.1, 0.9])


def test_a_figure_is_printed_with_its_interval() -> None:
    assert str(Figure(0.8434, 0.8, 1.0)) == ".843 (.800 to 1.000)"
