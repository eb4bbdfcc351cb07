"""The user's own words on what a backfill looks like: read strictly, every mistake with its place."""

from pathlib import Path

import pytest

from backfill_tui.sources.discovery.settings import NO_SETTINGS, DiscoveryError, own_settings, read_settings

WHOLE = r"""
start_options: [--since]
end_options: --until
checkpoints: [/data/checkpoints, ~/state]
ignore: ['/tests/']
only: nightly
jobs:
  - {match: 'load\.sh (?P<start>\S+) (?P<end>\S+)', name: load, writes: shop.prices}
"""


def test_everything_may_be_said_of_it(tmp_path: Path) -> None:
    (tmp_path / "discovery.yaml").write_text(WHOLE)
    settings = read_settings(tmp_path / "discovery.yaml")
    assert settings.starts | settings.ends == {"since", "until"}
    assert settings.checkpoints == (Path("/data/checkpoints"), Path("~/state").expanduser())
    assert settings.jobs[0].writes == "shop.prices"
    assert settings.passes_over("x")
    assert settings.passes_over("nightly /tests/")
    assert not settings.passes_over("nightly")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("jobs: [{match: '('}]", "no regular expression that can be used"),
        ("jobs: [{name: x}]", "has no `match`"),
        ("job: x", "unknown key 'job'; known are checkpoints"),
        ("jobs: [x]", "must have keys"),
        ("ignore: [1]", "must be a text"),
        ("[]", "must have keys"),
        ("a: [", "discovery.yaml:1: is not YAML"),
        ("ignore: [x\njobs:\n", "discovery.yaml:2: is not YAML"),
        ("a: \x07", "control characters"),
    ],
)
def test_a_mistake_is_a_sentence_with_its_place(body: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "discovery.yaml"
    path.write_text(body)
    with pytest.raises(DiscoveryError, match=r"discovery\.yaml") as caught:
        read_settings(path)
    assert said in str(caught.value)
    assert caught.value.exit_code == 78


def test_it_lies_in_the_users_configuration_and_may_be_absent(tmp_path: Path) -> None:
    assert own_settings({"XDG_CONFIG_HOME": str(tmp_path)}) is NO_SETTINGS
    (tmp_path / "backfill-tui").mkdir()
    (tmp_path / "backfill-tui" / "discovery.yaml").write_text("")
    assert own_settings({"XDG_CONFIG_HOME": str(tmp_path)}) == NO_SETTINGS
