"""Settings: the command line over the environment over the file, every fault by its name."""

from pathlib import Path

import pytest

from hanpyo.config import CONFIG_VARIABLE, ConfigError, load_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "hanpyo.toml"
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    return path


def test_without_anything_it_runs_on_this_machine() -> None:
    settings = load_settings()
    assert settings.embedded_chain
    assert settings.database == "sqlite:///hanpyo-data/hanpyo.db"
    assert settings.web.public_url == "http://localhost:8080"


def test_what_is_given_goes_before_the_environment_and_that_before_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("[relay]\nbatch_ballots = 10\nwindow = 20\nmargin = 30\n")
    monkeypatch.setenv("HANPYO_RELAY__WINDOW", "21")
    monkeypatch.setenv("HANPYO_RELAY__MARGIN", "31")
    relay = load_settings(relay={"margin": 32}).relay
    assert (relay.batch_ballots, relay.window, relay.margin) == (10, 21, 32)


def test_links_lead_to_the_port_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(web={"port": 9000}).web.public_url == "http://localhost:9000"
    monkeypatch.setenv("HANPYO_WEB__PUBLIC_URL", "https://vote.example")
    assert load_settings(web={"port": 9000}).web.public_url == "https://vote.example"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[relay]\nbatch_balots = 10\n", "relay.batch_balots"),
        ("[relay]\nbatch_ballots = 0\n", "relay.batch_ballots"),
        ("[chain]\nblock_time = 'soon'\n", "chain.block_time"),
        ("[worker]\nlease = 1\n", "worker.lease"),
        ("[worker]\nlease = 601\n", "worker.lease"),
        ("[unknown]\nx = 1\n", "unknown"),
        ("[mail]\nsecurity = 'ssl'\n", "mail.security"),
        ("not toml", "hanpyo.toml"),
    ],
)
def test_a_fault_is_named(file: Path, text: str, named: str) -> None:
    file.write_text(text)
    with pytest.raises(ConfigError, match=named):
        load_settings()


def test_every_fault_is_named_at_once(file: Path) -> None:
    file.write_text("[relay]\nbatch_ballots = 0\nwindow = 0\n")
    with pytest.raises(ConfigError, match=r"relay\.batch_ballots.*relay\.window"):
        load_settings()


def test_a_file_that_is_not_there_is_no_empty_file(file: Path) -> None:
    with pytest.raises(ConfigError, match="no file"):
        load_settings()


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANPYO_MASTER_KEYS", "1:c2VjcmV0")
    monkeypatch.setenv("HANPYO_MAIL__PASSWORD", "hush-hush")
    monkeypatch.setenv("HANPYO_DATABASE_URL", "postgresql://hanpyo:hush-hush@db.example/hanpyo")
    monkeypatch.setenv("HANPYO_CHAIN__RPC_URLS", '["https://node.example/v3/hush-hush"]')
    monkeypatch.setenv("HANPYO_RELAY__SIGNER_URL", "https://hush-hush@signer.example")
    settings = load_settings()
    assert "c2VjcmV0" not in repr(settings)
    assert "hush-hush" not in repr(settings)


def test_a_fault_of_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANPYO_IDENTITY__PROVIDERS", '[{"client_secret": "hush-hush"}]')
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert "hush-hush" not in str(caught.value)
