"""Runs: begun, saved in batches, complete or absent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from pipeline.store import Selection, Store, StoreError
from tests.chats import chat
from tests.store.dump import rows
from tests.store.samples import NOW, SOURCE, chats, numbered, run, sample_of, unit, units

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.transcript import Transcript

SIX = chats(6)


@pytest.fixture
def begun(store: Store) -> Store:
    store.add(SOURCE, numbered(SIX))
    store.begin_run(run(), sample_of(SIX))
    return store


def saved(store: Store) -> Store:
    store.save_batch("key", 0, units(SIX[:4]))
    store.save_batch("key", 1, units(SIX[4:]))
    store.complete_run("key", NOW + timedelta(hours=1))
    return store


def test_a_run_comes_back_with_all_that_went_in(store: Store) -> None:
    window = Selection(since=NOW, until=NOW.astimezone(timezone(timedelta(hours=8))), agents=("客服:2",), ids=("x",))
    whole = run(
        kind="nightly", since=window.since, until=window.until, selection=window.to_record(), seed=-(10**30), plan="all"
    )
    store.begin_run(whole, sample_of([]))
    store.complete_run("key", NOW)

    assert store.finished_run("key") == replace(whole, finished_at=NOW)
    assert whole.selection["agents"] == ["客服:2"]
    assert whole.selection["until"] == "2026-11-21T11:00:00+08:00"


def test_units_come_back_exactly_in_order_of_the_chats(begun: Store) -> None:
    found = list(saved(begun).audited("key"))

    assert [transcript for transcript, _ in found] == SIX
    assert [unit for _, unit in found] == units(SIX)


def test_one_agents_units_are_his_own(begun: Store) -> None:
    saved(begun)

    assert begun.agents("key") == ["agent:1", "客服2"]
    for agent, own in (("agent:1", SIX[::2]), ("客服2", SIX[1::2]), ("nobody", [])):
        assert [unit for _, unit in begun.audited("key", agent)] == units(own)


def test_a_unit_that_was_only_screened_and_could_not_be_scored(begun: Store) -> None:
    whole = units(SIX[:1])[0]
    bare = replace(
        whole, inclusion=None, day=None, language=None, evaluation=replace(whole.evaluation, score=None, results=())
    )
    begun.save_batch("key", 0, [bare])
    begun.complete_run("key", NOW)

    assert [unit for _, unit in begun.audited("key")] == [bare]


def test_two_agents_of_one_chat_are_ordered_by_their_ids(store: Store) -> None:
    both = chat("customer: Hi\nagent(b): One.\nagent(a): Two.", id="c")
    store.add(SOURCE, [(0, both)])
    store.begin_run(run(), sample_of([both]))
    store.save_batch("key", 0, units([both]))
    store.complete_run("key", NOW)

    assert [found for _, found in store.audited("key")] == [unit(both, "a"), unit(both, "b")]


def test_a_chat_is_read_as_long_as_it_was_when_judged(begun: Store) -> None:
    saved(begun)
    longer = replace(SIX[0], messages=(*SIX[0].messages, replace(SIX[0].messages[0], id="late", text="Thanks")))
    begun.add(SOURCE, [(6, longer)])

    transcript, audited = next(begun.audited("key"))

    assert transcript == SIX[0]
    assert audited == units(SIX[:1])[0]


def test_an_agents_name_is_that_of_the_runs_earliest_chat_whatever_came_in_first(store: Store) -> None:
    def named(transcript_id: str, began: str, *names: str) -> Transcript:
        whole = chat("\n".join(f"agent(a) {began}: Hello." for _ in names), id=transcript_id)
        return replace(
            whole, messages=tuple(replace(m, author_name=name) for m, name in zip(whole.messages, names, strict=True))
        )

    late, other = named("late", "10:00", "Ana Later", "Ana"), named("b", "09:00", "Ana B", "Ana")
    early = named("a", "09:00", "Shop", "Ana")
    early = replace(early, messages=(replace(early.messages[0], automatic=True), early.messages[1]))
    elsewhere = named("0", "08:00", "Ana of another run", "Ana")
    store.add(SOURCE, numbered([late, other, early, elsewhere]))
    store.begin_run(run(), sample_of([late, other, early]))
    store.save_batch("key", 0, units([late, other, early]))
    store.complete_run("key", NOW)

    assert store.agent_name("key", "a") == "Ana"
    assert store.agent_name("key", "nobody") is None


def test_the_quote_is_stored_once_as_part_of_its_message(begun: Store, url: str) -> None:
    saved(begun)

    stored = [row for row in rows(url)["findings"] if row[5] is not None]

    assert len(stored) == 6 * 4
    assert stored[1][3:] != stored[0][3:]
    assert stored[1][5:] == ('[["m1",0,2]]', '["m0","m1"]')
    assert len(rows(url)["remarks"]) == 6


def test_the_sample_can_be_read_before_and_after_the_end(begun: Store) -> None:
    sample = sample_of(SIX)

    assert begun.sample("key") == sample
    assert list(begun.sample("key").units) == list(sample.units)
    assert saved(begun).sample("key") == sample


def test_a_sample_keeps_its_probabilities(store: Store) -> None:
    store.add(SOURCE, numbered(SIX))
    sample = sample_of(SIX, plan="random:2-per-agent")
    store.begin_run(run(plan="random:2-per-agent"), sample)

    assert store.sample("key") == sample
    assert set(sample.units.values()) == {2 / 3}


# -- complete or absent


def test_an_unfinished_run_is_absent(begun: Store) -> None:
    begun.save_batch("key", 0, units(SIX))

    assert begun.finished_run("key") is None
    assert begun.runs() == []
    for read in (begun.agents, lambda key: list(begun.audited(key))):
        with pytest.raises(StoreError, match="run key: it is not complete"):
            read("key")


def test_a_run_begun_again_goes_on_where_it_was(begun: Store, url: str) -> None:
    begun.save_batch("key", 0, units(SIX[:4]))
    before = rows(url)

    started = begun.begin_run(run(started_at=NOW + timedelta(days=1)), sample_of(SIX[:2]))

    assert started == NOW
    assert rows(url) == before
    assert begun.saved_batches("key") == 1


def test_a_batch_cannot_be_doubled_or_left_out(begun: Store, url: str) -> None:
    begun.save_batch("key", 0, units(SIX[:4]))
    before = rows(url)

    begun.save_batch("key", 0, units(SIX[:4]))
    with pytest.raises(StoreError, match="batch 2 cannot be saved, the run is waiting for batch 1"):
        begun.save_batch("key", 2, units(SIX[4:]))
    with pytest.raises(Exception, match="UNIQUE"):
        begun.save_batch("key", 1, units(SIX[:1]))

    assert rows(url) == before
    assert begun.saved_batches("key") == 1


def test_a_failed_batch_leaves_no_remark_behind_that_a_later_one_would_use(begun: Store, url: str) -> None:
    with pytest.raises(StoreError, match="transcript 'c-9': not in the store"):
        begun.save_batch("key", 0, units([*SIX[:1], replace(SIX[0], id="c-9")]))
    with pytest.raises(Exception, match="UNIQUE"):
        begun.save_batch("key", 0, units([SIX[0], SIX[0]]))
    assert rows(url)["remarks"] == []

    saved(begun)

    assert [unit for _, unit in begun.audited("key")] == units(SIX)


def test_a_complete_run_takes_nothing_more(begun: Store, url: str) -> None:
    saved(begun)
    before = rows(url)

    with pytest.raises(StoreError, match="it is complete since 2026-11-21T04:00:00"):
        begun.begin_run(run(), sample_of(SIX))
    with pytest.raises(StoreError, match="batch 2 cannot be saved, the run is complete"):
        begun.save_batch("key", 2, [])
    begun.complete_run("key", NOW + timedelta(days=9))

    assert rows(url) == before


def test_an_empty_batch_counts(begun: Store) -> None:
    begun.save_batch("key", 0, [])
    assert begun.saved_batches("key") == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.saved_batches("none"),
        lambda store: store.save_batch("none", 0, []),
        lambda store: store.complete_run("none", NOW),
        lambda store: store.sample("none"),
        lambda store: store.agents("none"),
    ],
)
def test_an_unknown_run_is_an_error(store: Store, ask: Callable[[Store], object]) -> None:
    with pytest.raises(StoreError, match="run none: there is none with this key"):
        ask(store)


def test_a_sample_of_chats_that_are_not_there_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="transcript 'c-000': not in the store"):
        store.begin_run(run(), sample_of(SIX))


def test_runs_are_listed_newest_first_and_by_kind(store: Store) -> None:
    for hours, kind in ((2, "nightly"), (3, "ad-hoc"), (1, "nightly")):
        zone = timezone(timedelta(hours=-hours))
        store.begin_run(
            run(f"{hours}", kind=kind, started_at=(NOW + timedelta(hours=hours)).astimezone(zone)), sample_of([])
        )
        store.complete_run(f"{hours}", NOW.astimezone(UTC))

    assert [found.key for found in store.runs()] == ["3", "2", "1"]
    assert [found.key for found in store.runs("nightly")] == ["2", "1"]
