"""Taking transcripts in, merging them, finding them again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.store import Added, FrameEntry, QuarantineItem, Selection, SourceRef, Store, StoreError
from pipeline.transcript import Channel, Kind, Message, Role, Transcript
from tests.chats import chat
from tests.store.dump import rows
from tests.store.samples import FIRST_DAY, NOW, SOURCE, chats, numbered

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER = SourceRef("digest-2", "tuesday.jsonl")
LONG = chat("customer 09:00: Where is it?\nagent(Ana) 09:01: On its way.\nagent(Bo) 09:05: Bo here.", id="c-1")


def first(count: int, transcript: Transcript = LONG) -> Transcript:
    return replace(transcript, messages=transcript.messages[:count])


def only(store: Store) -> Transcript:
    (found,) = store.find(Selection())
    return found


# -- adding


def test_a_new_transcript_is_kept_and_comes_back_as_it_was(store: Store) -> None:
    everything = Transcript(
        id="对话:1 'quoted'; --",
        messages=(
            Message("m:1", Role.CUSTOMER, 'a\x00b "\u202e<script>% _ \U0001f600', None, None, None, Kind.TEXT),
            Message(
                "2",
                Role.AGENT,
                "",
                datetime(2026, 11, 2, 9, 0, 0, 5, timezone(timedelta(hours=-3, minutes=-30))),
                "agent:3",
                "客服小王",
                Kind.RECALLED,
                automatic=True,
            ),
        ),
        channel=Channel.IN_APP,
        language="zh",
        queue="returns",
        product="SKU-1",
        opened_at=datetime(2026, 11, 2, 8, tzinfo=timezone(timedelta(hours=8))),
        closed_at=datetime(2026, 11, 2, 9, tzinfo=UTC),
        customer_id="cust-7",
        customer_name="Mo",
        tags=("refund", "退款"),
        csat=4.5,
        outcome={"resolved": True, "order": {"id": None}},
        truncated=True,
    )

    assert store.add(SOURCE, [(0, everything)]) == [Added("kept", kept=2)]

    found = only(store)
    assert found == everything
    assert found.opened_at is not None
    assert found.opened_at.isoformat() == "2026-11-02T08:00:00+08:00"


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ID = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
TIME = st.datetimes(
    min_value=datetime(1, 1, 3),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9999, 12, 29),  # noqa: DTZ001
    timezones=st.timezones() | st.just(UTC),
)
MESSAGES = st.lists(
    st.builds(
        Message,
        ID,
        st.sampled_from(Role),
        TEXT,
        st.none() | TIME,
        st.none() | ID,
        st.none() | TEXT,
        st.sampled_from(Kind),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda message: message.id,
).map(tuple)
TRANSCRIPT = st.builds(
    Transcript,
    id=ID,
    messages=MESSAGES,
    channel=st.sampled_from(Channel),
    opened_at=st.none() | TIME,
    customer_id=st.none() | ID,
    tags=st.lists(TEXT, max_size=2).map(tuple),
    csat=st.none() | st.floats(0, 5),
    outcome=st.dictionaries(TEXT, st.none() | st.booleans() | TEXT, max_size=2),
)


def as_text(transcript: Transcript) -> str:
    # Two zones never compare equal in a repeated hour, and print the same.
    times = [m.sent_at and m.sent_at.isoformat() for m in transcript.messages]
    plain = replace(
        transcript, opened_at=None, messages=tuple(replace(message, sent_at=None) for message in transcript.messages)
    )
    return f"{plain} {transcript.opened_at and transcript.opened_at.isoformat()} {times}"


@settings(max_examples=30, deadline=None)
@given(st.lists(TRANSCRIPT, max_size=4, unique_by=lambda transcript: transcript.id))
def test_whatever_is_put_in_comes_out(fresh: Callable[[], Store], transcripts: list[Transcript]) -> None:
    with fresh() as store:
        store.add(SOURCE, numbered(transcripts))
        found = store.transcripts([transcript.id for transcript in transcripts])

    assert [as_text(one) for one in found] == [as_text(one) for one in transcripts]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.booleans())
def test_parts_in_any_order_and_any_batches_add_up_to_the_longest(
    fresh: Callable[[], Store], lengths: list[int], one_batch: bool
) -> None:
    parts = numbered([first(length) for length in lengths])
    with fresh() as store:
        added = store.add(SOURCE, parts) if one_batch else [a for part in parts for a in store.add(SOURCE, [part])]
        found, (entry,) = only(store), store.frame(Selection())
    with fresh() as store:
        store.add(SOURCE, [(0, first(max(lengths)))])
        (at_once,) = store.frame(Selection())

    assert found == first(max(lengths))
    assert entry == at_once
    assert [a.kept + a.merged for a in added] == lengths
    assert sum(a.kept for a in added) == max(lengths)


def test_a_longer_transcript_appends_its_end_and_its_later_facts(store: Store) -> None:
    store.add(SOURCE, [(0, replace(first(2), queue="returns", csat=None))])

    (added,) = store.add(OTHER, [(0, replace(LONG, queue=None, csat=4.0))])

    assert added == Added("merged", kept=1, merged=2)
    assert only(store) == replace(LONG, queue="returns", csat=4.0)


def test_a_shorter_or_equal_transcript_writes_nothing_of_it(store: Store, url: str) -> None:
    store.add(SOURCE, [(0, LONG)])
    before = rows(url)

    added = store.add(OTHER, [(0, replace(first(2), csat=1.0)), (1, LONG)])

    after = rows(url)
    assert added == [Added("merged", merged=2), Added("merged", merged=3)]
    assert (after["transcripts"], after["messages"]) == (before["transcripts"], before["messages"])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"text": "Secret words."}, "text"),
        ({"id": "x"}, "id"),
        ({"role": Role.BOT}, "role"),
        ({"kind": Kind.VOICE}, "kind"),
        ({"sent_at": None}, "sent_at"),
        ({"author_id": "Cy"}, "author"),
    ],
)
def test_another_message_under_the_same_id_is_a_conflict_and_changes_nothing(
    store: Store, url: str, change: dict[str, Any], named: str
) -> None:
    store.add(SOURCE, [(0, first(2))])
    store.add(OTHER, [])
    before = rows(url)
    messages = list(LONG.messages)
    messages[1] = replace(messages[1], **change)

    (added,) = store.add(OTHER, [(0, replace(LONG, messages=tuple(messages)))])

    assert (added.status, added.kept, added.merged) == ("conflict", 0, 0)
    assert added.detail.endswith(f"differs from the stored one in {named}")
    assert f"message 2 (id {messages[1].id!r})" in added.detail
    assert rows(url) == before | {"sources": rows(url)["sources"]}


def test_a_conflict_inside_one_batch_leaves_the_first_and_the_others(store: Store) -> None:
    other = chat("customer: Something else.", id="c-1")
    third = chat("customer: Third.", id="c-2")

    added = store.add(SOURCE, numbered([first(1), other, LONG, third]))

    assert [a.status for a in added] == ["kept", "conflict", "merged", "kept"]
    assert store.transcripts(["c-2", "c-1"]) == [third, LONG]


def test_adding_the_same_source_again_changes_no_row(store: Store, url: str) -> None:
    batch = numbered(chats(5))
    store.add(SOURCE, batch)
    store.mark_source_read(SOURCE, NOW, {"messages": {"kept": 10}})
    before = rows(url)

    added = store.add(SOURCE, batch)
    store.mark_source_read(SOURCE, NOW + timedelta(days=1), {"messages": {"kept": 0}})

    assert added == [Added("merged", merged=2)] * 5
    assert rows(url) == before


def test_a_source_whose_reading_was_broken_off_tells_the_first_reading(store: Store) -> None:
    store.add(OTHER, [(0, first(2))])
    told = store.add(SOURCE, [(0, LONG), (1, chat("customer: Two.", id="c-2"))])

    again = store.add(SOURCE, [(0, LONG), (1, chat("customer: Two.", id="c-2")), (2, chat("bot: Three.", id="c-3"))])

    assert told == [Added("merged", kept=1, merged=2), Added("kept", kept=1)]
    assert again == [*told, Added("kept", kept=1)]


def test_a_batch_that_fails_leaves_nothing(store: Store, url: str) -> None:
    before = rows(url)
    unfit = replace(LONG, id="c-9", messages=(replace(LONG.messages[0], text=None),))  # type: ignore[arg-type]

    with pytest.raises(Exception, match="NOT NULL"):
        store.add(SOURCE, [(0, LONG), (1, unfit)])

    assert rows(url) == before


# -- loss and quarantine


def test_loss_reports_of_sources_add_up(store: Store) -> None:
    assert store.loss() is None
    store.mark_source_read(SOURCE, NOW, {"messages": {"kept": 2, "merged": 1}, "reasons": {}})
    store.mark_source_read(OTHER, NOW, {"messages": {"kept": 3}, "reasons": {"conflict": 1}})

    assert store.loss() == {"messages": {"kept": 5, "merged": 1}, "reasons": {"conflict": 1}}
    assert store.loss([OTHER.digest]) == {"messages": {"kept": 3}, "reasons": {"conflict": 1}}


def test_quarantine_keeps_each_piece_once_and_in_order(store: Store) -> None:
    items = [QuarantineItem(3, "not JSON", "at column 2", "{x"), QuarantineItem(None, "conflict", "", "c-1")]
    store.add_quarantine(SOURCE, items)
    store.add_quarantine(SOURCE, [items[1], QuarantineItem(4, "not JSON", "at column 2", "{x"), items[0]])
    store.add_quarantine(OTHER, items[:1])

    kept = list(store.quarantined())

    assert [(source.digest, item.line) for source, item in kept] == [
        ("digest-1", 3),
        ("digest-1", None),
        ("digest-1", 4),
        ("digest-2", 3),
    ]
    assert kept[0] == (SOURCE, items[0])


# -- finding


def test_transcripts_come_in_the_order_asked(store: Store) -> None:
    store.add(SOURCE, numbered(chats(1200)))
    wanted = [f"c-{number:03}" for number in (700, 3, 1199, 3)]

    assert [t.id for t in store.transcripts(wanted)] == wanted
    assert store.transcripts([]) == []


def test_an_unknown_transcript_is_an_error_that_names_it(store: Store) -> None:
    with pytest.raises(StoreError, match=r"transcript 'c-9': not in the store"):
        store.transcripts(["c-9"])


def test_order_is_by_moment_not_by_clock_and_then_by_id(store: Store) -> None:
    def opened(name: str, hour: int, offset: int) -> Transcript:
        return chat(
            "customer: Hi", id=name, opened_at=datetime(2026, 1, 1, hour, tzinfo=timezone(timedelta(hours=offset)))
        )

    late, early = opened("a", 9, -5), opened("z", 10, 8)
    same = [opened("é", 12, 0), opened("Z", 12, 0), opened("b", 12, 0)]
    untimed = chat("customer: Hi", id="y")
    store.add(SOURCE, numbered([late, *same, early, untimed]))

    assert [t.id for t in store.find(Selection())] == ["y", "z", "Z", "b", "é", "a"]
    assert [e.transcript_id for e in store.frame(Selection(ids=("a", "é", "y", "z", "a")))] == ["y", "z", "é", "a"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), [0, 1, 2, 3, 4, 5]),
        (Selection(since=FIRST_DAY + timedelta(hours=1), until=FIRST_DAY + timedelta(hours=3)), [1, 2]),
        (Selection(agents=("agent:1",)), [0, 2, 4]),
        (Selection(agents=("agent:1", "客服2"), since=FIRST_DAY + timedelta(hours=4)), [4, 5]),
        (Selection(customers=("cust-0", "cust-1")), [0, 1, 3, 4]),
        (Selection(sources=("digest-2",)), [4, 5]),
        (Selection(ids=("c-004", "c-001", "c-999")), [1, 4]),
        (Selection(agents=("agent:1",), customers=("cust-1",)), [4]),
        (Selection(queues=("none",)), []),
    ],
)
def test_a_selection_fits_every_field_that_is_given(store: Store, selection: Selection, expected: list[int]) -> None:
    six = chats(6)
    store.add(SOURCE, numbered(six[:4]))
    store.add(OTHER, numbered(six[4:]))

    assert list(store.find(selection)) == [six[number] for number in expected]
    assert [entry.transcript_id for entry in store.frame(selection)] == [six[number].id for number in expected]


@pytest.mark.parametrize("field", ["queue", "product", "channel", "language"])
def test_a_selection_by_what_the_desk_knows(store: Store, field: str) -> None:
    values = ("chat", "email") if field == "channel" else ("one", "two")
    both = [chat("customer: Hi", id=f"c-{value}", **{field: value}) for value in values]
    store.add(SOURCE, numbered([*both, chat("customer: Hi", id="c", channel="phone")]))

    assert list(store.find(Selection(**{f"{field}s": values[:1]}))) == both[:1]
    assert len(list(store.find(Selection(**{f"{field}s": values})))) == 2


def test_a_transcript_without_times_is_in_no_window(store: Store) -> None:
    store.add(SOURCE, [(0, chat("customer: Hi"))])

    assert list(store.find(Selection(until=NOW))) == []
    assert len(list(store.find(Selection()))) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [("ÆRTER", True), ("ærter", True), ("100%", True), ("1_0", False), ("ærter/", False), ("退款", True), ("", True)],
)
def test_text_is_found_whatever_its_case_and_taken_literally(store: Store, text: str, found: bool) -> None:
    store.add(SOURCE, [(0, chat("customer: Ærter, 100% 退款"))])

    assert bool(list(store.find(Selection(), text=text))) is found


def test_the_frame_lists_agents_in_order_and_chats_without_any(store: Store) -> None:
    store.add(SOURCE, numbered([LONG, chat("customer: Hi\nbot: Hi\nagent [auto]: Away.", id="c-2")]))

    entries = list(store.frame(Selection()))

    assert [replace(entry, digest="") for entry in entries] == [
        FrameEntry("c-2", (), None, ""),
        FrameEntry("c-1", ("Ana", "Bo"), LONG.started_at, ""),
    ]
    assert entries[0].digest != entries[1].digest


def test_the_digest_changes_with_anything_that_is_said(fresh: Callable[[], Store]) -> None:
    def digest(transcript: Transcript) -> str:
        with fresh() as other:
            other.add(SOURCE, [(0, transcript)])
            (entry,) = other.frame(Selection())
            return entry.digest

    automatic = replace(LONG, messages=(*LONG.messages[:2], replace(LONG.messages[2], automatic=True)))
    digests = [digest(t) for t in (LONG, LONG, first(2), automatic, replace(LONG, truncated=True))]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 4


def test_the_store_may_be_written_to_while_chats_are_read(store: Store) -> None:
    store.add(SOURCE, numbered(chats(600)))

    for number, transcript in enumerate(store.find(Selection())):
        if number in {0, 300, 599}:
            store.add(OTHER, [(number, transcript)])

    assert len(list(store.find(Selection(sources=(OTHER.digest,))))) == 3
