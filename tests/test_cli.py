from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from pipeline.checks import ALL_CHECKS
from pipeline.cli import app

FIXTURES = Path(__file__).parents[1] / "fixtures" / "contact_centre"
README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


def fairhear(*words: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, words, input=stdin)


def test_an_audit_ends_with_the_agents_and_the_lead_s_page(folder: Path) -> None:
    done = fairhear("audit", str(FIXTURES / "en.jsonl"), "--findings", "findings.jsonl")

    assert done.exit_code == 0, done.output
    assert "Ana Lopez" in done.output
    assert "Lead's page: site/lead/index.html" in done.output
    assert (folder / "site/lead/index.html").is_file()
    assert (folder / "findings.jsonl").is_file()


def test_filters_narrow_an_audit_down() -> None:
    done = fairhear("audit", str(FIXTURES), "--agent", "agent-ben", "--since", "2026-10-12", "--until", "2026-10-25")

    assert done.exit_code == 0, done.output
    assert "Ben Osei" in done.output
    assert [path.name for path in Path("site/agents").iterdir()] == ["agent-ben"]


def test_a_selection_that_fits_nothing_leaves_the_pages_that_are_there(folder: Path) -> None:
    fairhear("audit", str(FIXTURES / "da.jsonl"))
    before = (folder / "site/lead/index.html").read_bytes()

    done = fairhear("audit", str(FIXTURES / "da.jsonl"), "--queue", "nosuch")

    assert done.exit_code == 2
    assert "no chat of a human agent fits the selection" in done.output
    assert (folder / "site/lead/index.html").read_bytes() == before


def test_chats_without_times_are_told_of_where_a_window_leaves_them_out(folder: Path) -> None:
    (folder / "undated.jsonl").write_text(
        '{"id": "u", "messages": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello"}]}\n'
    )

    done = fairhear("audit", "undated.jsonl", "--since", "2026-01-01")

    assert done.exit_code == 2
    assert "1 left out: no time says whether they belong to the window" in done.output
    assert "1 more carry no time" in fairhear("search").output


def test_quarantined_input_ends_with_1_and_says_what_was_wrong_where(folder: Path) -> None:
    good = (FIXTURES / "en.jsonl").read_bytes().splitlines()[0]
    (folder / "mixed.jsonl").write_bytes(good + b'\n{"id": 7, "messages": [{"role": "boss", "text": "x"}]}\n')

    done = fairhear("audit", "mixed.jsonl")

    assert done.exit_code == 1, done.output
    assert "mixed.jsonl" in done.output
    assert "line 2" in done.output
    assert "messages[0].role: expected one of customer, agent, bot, system" in done.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["audit", "nowhere/*.jsonl"], "nowhere"),
        (["audit", str(FIXTURES), "--scorecard", "nope"], "no such file; give a path, or one of the bundled"),
        (["audit", str(FIXTURES), "--sample", "ten"], "use all, or random:N-per-agent"),
        (["audit", str(FIXTURES), "--since", "yesterday"], "expected a date or time like 2026-11-20"),
        (["audit", str(FIXTURES), "--time-zone", "Copenhagen"], "did you mean"),
        (["checks", "show", "courtesy.shoutin"], "did you mean 'courtesy.shouting'"),
        (["scorecard", "validate", "nope.toml"], "no such file"),
        (["search", "--config", "nope.toml"], "fairhear init"),
        (["search", "--store", "sqlite:///typo.db"], "there is no such file; import chats first"),
        (["audit", str(FIXTURES), "--since", "2026-11-02", "--until", "2026-11-01"], "is not before --until"),
        (["audit", str(FIXTURES), "--out", __file__], "is a file; it must name a folder"),
    ],
)
def test_what_could_not_run_ends_with_2_and_one_line_that_helps(words: list[str], told: str) -> None:
    done = fairhear(*words)

    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output


def test_standard_input_is_a_source() -> None:
    done = fairhear("import", "-", "--report", "loss.json", stdin=(FIXTURES / "da.jsonl").read_bytes())

    assert done.exit_code == 0, done.output
    loss = orjson.loads(Path("loss.json").read_bytes())
    assert loss["conversations"]["kept"] >= 28
    assert loss["quarantine"] == []
    assert set(loss["conversations"]) == set(loss["messages"]) == {"read", "kept", "merged", "dropped", "quarantined"}


def test_search_finds_an_agent_s_chats_and_its_jsonl_can_be_audited_again() -> None:
    fairhear("import", str(FIXTURES))

    table = fairhear("search", "--agent", "agent-freja", "--since", "2026-10-01")
    lines = fairhear("search", "--agent", "agent-freja", "--since", "2026-10-01", "--format", "jsonl").stdout_bytes
    found = [orjson.loads(line) for line in lines.splitlines()]

    assert f"Found {len(found)} since 2026-10-01" in table.output
    assert all("agent-freja" in {m.get("author_id") for m in chat["messages"]} for chat in found)
    assert fairhear("import", "-", "--store", "sqlite:///again.db", stdin=lines).exit_code == 0


def test_init_writes_a_desk_that_audits(folder: Path) -> None:
    assert fairhear("init", ".").exit_code == 0
    (folder / "inbox/a.jsonl").write_bytes((FIXTURES / "da.jsonl").read_bytes())

    done = fairhear("audit", "inbox")

    assert done.exit_code == 0, done.output
    assert fairhear("init", ".").exit_code == 2


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.meta.id)
def test_every_check_is_explained_with_examples(check: type) -> None:
    told = fairhear("checks", "show", check.meta.id).output  # type: ignore[attr-defined]

    for part in ("Looks for:", "Why it matters:", "Known limits:", "Settings", "Example, missed", "Example, met"):
        assert part in told


def test_checks_lists_all_and_a_scorecard_is_shown() -> None:
    listed = fairhear("checks").output

    assert all(check.meta.id in listed for check in ALL_CHECKS)
    assert "is valid" in fairhear("scorecard", "validate", "default").output


def test_every_command_is_in_the_readme_and_every_option_has_help() -> None:
    import typer

    group = typer.main.get_command(app)
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        assert f"fairhear {name}" in README, name
        commands = getattr(command, "commands", {name: command}).values()
        for parameter in (p for each in commands for p in each.params):
            assert getattr(parameter, "help", None) or parameter.name == "help", f"{name}: {parameter.name}"
