"""Folders of agents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.reporting.slugs import slug

IDS = st.one_of(st.text(min_size=1), st.from_regex(r"[a-zA-Z0-9-]{1,50}", fullmatch=True))


@given(IDS, IDS)
def test_two_agents_never_share_a_folder_even_where_case_does_not_count(one: str, other: str) -> None:
    assert one == other or slug(one).casefold() != slug(other).casefold()


@given(IDS)
def test_no_id_takes_the_folder_that_another_is_given(agent: str) -> None:
    assert slug(slug(agent)) == slug(agent) if slug(agent) == agent else slug(slug(agent)) != slug(agent)


@given(IDS)
def test_a_folder_name_is_safe(agent: str) -> None:
    name = slug(agent)
    assert all(sign.isalnum() or sign == "-" for sign in name)
    assert name[0] != "-"
    assert len(name.encode()) < 255


@pytest.mark.parametrize("agent", ["CON", "nul", "com1", "../x", "..", "/", " ", "a/b", "Ana", "x" * 300, "店:小迪"])
def test_awkward_ids_keep_what_is_readable_and_get_a_hash(agent: str) -> None:
    assert slug(agent) != agent
    assert len(slug(agent)) <= 49


def test_a_plain_id_stays_and_a_chinese_one_can_be_read() -> None:
    assert slug("agent-3") == "agent-3"
    assert slug("店铺名:小迪").startswith("店铺名-小迪-")
