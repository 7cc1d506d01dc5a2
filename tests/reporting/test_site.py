"""The pages as a whole: what stands on them, what never may, and that every link leads somewhere."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.reporting.slugs import slug
from pipeline.reporting.text import shown
from pipeline.resources import SCORECARDS, TEMPLATES
from tests.chats import chat
from tests.reporting.desk import TALES, chats, judged, run, site
from tests.reporting.pages import Page, read
from tests.reporting.test_text import TEXT

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.reporting import SiteSummary

SHOP = "店铺名:小迪"
NAMES = {"ana": "Ana", "Bo": "Bo Berg", SHOP: "小迪", "../x": "Dotty"}
HOSTILE = "<script>alert(1)</script><img src=x onerror=y> \"'&amp;\u202egnp\u200b\0\ud83d"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def summary(folder: Path) -> SiteSummary:
    return site(folder, chats(), names=NAMES)


@pytest.fixture(scope="module")
def pages(folder: Path, summary: SiteSummary) -> dict[Path, Page]:
    assert summary
    return {path: read(path) for path in sorted(folder.rglob("*.html"))}


def agent_page(folder: Path, agent: str) -> Page:
    return read(folder / "agents" / slug(agent) / "index.html")


def test_every_agent_has_a_page_and_the_summary_names_it(pages: dict[Path, Page], summary: SiteSummary) -> None:
    assert {a.page for a in summary.agents} | {summary.lead} == set(pages)
    bo = next(a for a in summary.agents if a.agent_id == "Bo")
    assert (bo.name, bo.judged, bo.failed, bo.incomplete) == ("Bo Berg", 6, 0, 1)
    assert bo.score.n == 6
    assert next(a for a in summary.agents if a.agent_id == SHOP).failed == 2


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    checked = 0
    for path, page in pages.items():
        for link in page.all("a"):
            address, _, anchor = (link.attributes["href"] or "").partition("#")
            target = (path.parent / unquote(address)).resolve() if address else path
            assert target in pages, f"{path}: {link.attributes['href']}"
            assert not anchor or anchor in pages[target].ids, f"{path}: {link.attributes['href']}"
            checked += 1
    assert checked > 40


def test_nothing_is_fetched_and_only_our_stylesheet_applies(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        policy = next(
            e.attributes["content"] or ""
            for e in page.all("meta")
            if e.attributes.get("http-equiv") == "Content-Security-Policy"
        )
        digest = base64.b64encode(hashlib.sha256(page.all("style")[0].text.encode()).digest()).decode()
        assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
        assert not page.all("script", "link", "img", "iframe", "object")
        assert not page.having("src")
        assert not page.having("style")
        assert not [e for e in page.elements if any(name.startswith("on") for name in e.attributes)]
        assert not [e for e in page.having("href") if re.match("[a-z]+:|//", e.attributes["href"] or "")]
    assert "url(" not in (TEMPLATES / "style.css").read_text("utf-8")


def test_headings_go_down_one_step_at_a_time_and_ids_are_unique(pages: dict[Path, Page]) -> None:
    for path, page in pages.items():
        levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(down - up <= 1 for up, down in itertools.pairwise(levels)), path
        assert len(set(page.ids)) == len(page.ids)
        for label in page.having("aria-labelledby"):
            assert label.attributes["aria-labelledby"] in page.ids


def test_pages_have_landmarks_and_tables_have_captions_and_headers(pages: dict[Path, Page]) -> None:
    for page in pages.values():
        assert [len(page.all(tag)) for tag in ("main", "header", "footer")] == [1, 1, 1]
        assert page.elements[0].attributes["lang"] == "en"
        assert len(page.all("caption")) == len(page.all("table"))
        assert all(e.attributes.get("scope") in {"col", "row", "rowgroup"} for e in page.all("th"))
        for words in page.of_class("words"):
            assert words.attributes["dir"] == "auto"
            assert "lang" in words.attributes


def test_an_agents_page_tells_nothing_of_the_others(folder: Path, summary: SiteSummary) -> None:
    for own in summary.agents:
        text = own.page.read_text("utf-8")
        for other in summary.agents:
            if other is not own:
                assert other.name not in text
                assert slug(other.agent_id) not in text
        assert "someone-else" not in text
        assert "cust-1" not in text
    assert "Another agent" in agent_page(folder, "ana").text


def test_strengths_come_before_coaching_points_and_chats_before_how_to_read(folder: Path, summary: SiteSummary) -> None:
    assert summary
    sections = [e.attributes["id"] for e in agent_page(folder, "ana").all("section") if "id" in e.attributes]
    assert sections == ["strengths", "coaching", "service", "chats", "reading"]


def test_a_strength_quotes_a_moment_and_faultlessness_is_told_in_a_line(folder: Path) -> None:
    page = agent_page(folder, "ana")
    strengths = {e.text.strip().splitlines()[0]: e.text for e in page.of_class("strength")}
    assert list(strengths) == ["Greets the customer", "Says sorry for a delay"]
    assert "100\u00a0% in 8 chats, 95\u00a0% interval" in strengths["Greets the customer"]
    assert "so sorry about the delay" in strengths["Says sorry for a delay"]
    kept = " ".join(e.text for e in page.of_class("kept"))
    assert "Stays respectful" in kept
    assert "Writes in a calm hand" in kept


def test_coaching_points_go_from_the_weightiest_and_show_their_evidence(folder: Path) -> None:
    points = agent_page(folder, "Bo").of_class("point")
    assert [p.text.strip().splitlines()[0] for p in points] == [
        "Delay without a word of regret",
        "No greeting",
        "Message in capitals",
        "No offer of further help",
    ]
    first = points[0].text
    assert "Major" in first
    assert "Missed in 4 of the 5 chats" in first
    assert "Name the delay and say sorry once" in first
    assert "You said so last week." in first
    assert "right 41 of 45 times (95\u00a0% interval 79–96\u00a0%)" in first
    assert "not been measured" in points[1].text
    assert "section" in points[3].parents[-3:]
    assert "points off" not in points[3].text


def test_a_critical_miss_outside_the_sample_comes_first_and_is_marked_as_such(folder: Path) -> None:
    page = agent_page(folder, SHOP)
    assert "Insult to the customer" in page.of_class("point")[0].text
    assert "2 chats of the 7 screened had a critical miss" in page.text
    assert "Screened only" in next(e for e in page.of_class("chat") if "rude-20" in e.text).text


def test_evidence_is_marked_in_the_chat_and_faultless_messages_are_not(folder: Path) -> None:
    curt = next(e for e in agent_page(folder, "Bo").of_class("chat") if "curt-8" in e.text)
    assert "curt-8/m3:0/courtesy.shouting" in curt.text
    html = (folder / "agents" / slug("Bo") / "index.html").read_text("utf-8")
    assert '<mark class="missed">WAIT UNTIL FRIDAY PLEASE</mark> and then' in html
    assert '<mark class="met">ok</mark>' not in html
    assert "Check failed to run" in agent_page(folder, "Bo").text


def test_few_chats_give_no_score(folder: Path, summary: SiteSummary) -> None:
    assert "Too few to judge" in agent_page(folder, "../x").of_class("hero")[0].text
    row = next(e for e in read(summary.lead).all("tr") if "Dotty" in e.text)
    assert "too few to judge" in row.text


def test_the_leads_page_says_which_run_it_was_and_how_to_replay_it(summary: SiteSummary) -> None:
    text = read(summary.lead).text
    for part in (
        "Audit of 1–30 Nov 2026",
        "seed 7",
        "cdcdcdcdcdcd",
        "desk, version 3",
        "version 0.1.0",
        "24 units",
        "6 of 7 (86\u00a0%)",
        "queue: returns & refunds",
        "--sample all --seed 7 --scorecard SCORECARD… --time-zone UTC --since 2026-11-01T00:00:00+00:00",
        "--queue 'returns & refunds'",
        "not only the sample",
        "right 41 of 45 times",
        "not measured",
        "an empty line",
    ):
        assert part in text, part


def test_a_bundled_scorecard_is_replayed_by_its_name_and_a_changed_copy_is_not(tmp_path: Path) -> None:
    text = (SCORECARDS / "default.toml").read_bytes().decode()

    for source, named in ((text, "--scorecard default --time-zone"), (f"{text}\n", "--scorecard SCORECARD… --time")):
        lead = site(tmp_path, [], run=run(scorecard_id="default", scorecard=source)).lead
        assert named in read(lead).text


def test_agents_whom_the_data_do_not_separate_share_their_places(summary: SiteSummary) -> None:
    rows = next(e.text for e in read(summary.lead).of_class("agents")[0:1])
    assert rows.count("1–3 of 3") == 3
    assert rows.index("Ana") < rows.index("Bo Berg") < rows.index("小迪") < rows.index("Dotty")


def test_critical_findings_lead_to_the_words_on_the_agents_page(folder: Path, summary: SiteSummary) -> None:
    links = [e for e in read(summary.lead).all("a") if "li" in e.parents and "chat" in e.text]
    anchors = [(e.attributes["href"] or "").partition("#")[2] for e in links]
    page = agent_page(folder, SHOP)
    messages = [next(e for e in page.elements if e.attributes.get("id") == anchor) for anchor in anchors]
    assert len(messages) == 2
    assert all("you clown" in message.text for message in messages)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, folder: Path, summary: SiteSummary) -> None:
    assert summary
    again = tmp_path / "again"
    site(again, list(chats()), names=NAMES)
    assert {p.relative_to(again): p.read_bytes() for p in again.rglob("*.html")} == {
        p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.html")
    }


def test_an_audit_of_nobody_still_has_a_page(tmp_path: Path) -> None:
    page = read(site(tmp_path, [], loss=None).lead)
    assert "nothing to judge" in page.text
    assert "nothing was imported" in page.text


def test_many_chats_are_spread_over_pages_that_link_to_one_another(tmp_path: Path) -> None:
    transcript = chat(TALES["curt"].format(agent="ana"))
    unit = judged(transcript, "ana")
    summary = site(tmp_path, [(transcript, unit)] * 401)
    place = summary.agents[0].page.parent
    found = {p.name: read(p) for p in place.iterdir()}
    assert {name: len(page.of_class("chat")) for name, page in sorted(found.items())} == {
        "chats-2.html": 200,
        "chats-3.html": 1,
        "index.html": 200,
    }
    assert "c401-0" in found["chats-3.html"].ids
    for page in found.values():
        assert [e.attributes["href"] for e in page.of_class("pages") for e in page.all("a") if "chats" in str(e)]
        assert len([e for e in page.all("a") if e.attributes.get("aria-current") == "page"]) == 2


def test_hostile_words_names_and_ids_show_as_typed(tmp_path: Path) -> None:
    transcript = chat(TALES["curt"].format(agent="ana"), id=HOSTILE[:-1])
    unit = judged(transcript, "ana")
    first = replace(transcript.messages[0], text=f"The lamp is two weeks late! {HOSTILE}\r\n  second line")
    transcript = replace(transcript, messages=(first, *transcript.messages[1:]))
    summary = site(tmp_path, [(transcript, unit)], names={"ana": HOSTILE})
    page = read(summary.agents[0].page)
    assert page.all("h1")[0].text == shown(HOSTILE)
    assert [e.text for e in page.of_class("words")].count(shown(first.text)) >= 2
    assert "<script>" not in summary.agents[0].page.read_text("utf-8")
    assert "<script>" not in summary.lead.read_text("utf-8")


@given(TEXT, TEXT)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_parses_and_stands_on_the_page_as_typed(tmp_path: Path, text: str, name: str) -> None:
    transcript = chat(TALES["kind"].format(agent="ana"))
    unit = judged(transcript, "ana")
    spoken = replace(transcript.messages[3], text=text)
    transcript = replace(transcript, messages=(*transcript.messages[:3], spoken, *transcript.messages[4:]))
    summary = site(tmp_path, [(transcript, unit)], names={"ana": name})
    page = read(summary.agents[0].page)
    if text:
        assert shown(text) in [e.text for e in page.of_class("words")]
    assert page.all("h1")[0].text == shown(name)


def test_times_stand_in_the_zone_of_the_run(tmp_path: Path) -> None:
    transcript = chat(TALES["kind"].format(agent="ana"))
    summary = site(tmp_path, [(transcript, judged(transcript, "ana"))], run=run(time_zone="Asia/Shanghai"))
    text = read(summary.agents[0].page).text
    assert "17:00:00" in text
    assert "Times are in Asia/Shanghai" in text


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1, 2], ids=["light", "dark", "print"])
def test_colours_are_told_apart_by_everyone(scheme: int) -> None:
    style = (TEMPLATES / "style.css").read_text("utf-8")
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", block))
    on = {
        "ink": ["paper", "card", "wash", "met-wash", "missed-wash"],
        "quiet": ["paper", "card"],
        "accent": ["paper", "card", "wash"],
        "met": ["paper", "card", "met-wash"],
        "missed": ["paper", "card", "missed-wash"],
        "critical": ["paper", "card", "critical-wash"],
    }
    for text, grounds in on.items():
        for ground in grounds:
            light, dark = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{text} on {ground}"
