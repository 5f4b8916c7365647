"""The configuration of a registrar's process: checked at the start, and documented."""

import re
from pathlib import Path

import pytest

from hanpyo.config import ConfigError
from hanpyo.registrar.settings import RegistrarSettings, load_registrar_settings

PAGE = Path("docs/registrar.md").read_text(encoding="utf-8")


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_the_configuration_on_the_page_is_one_that_is_read(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(name = .*?)```", PAGE, re.DOTALL)
    assert example
    found = load_registrar_settings(write(tmp_path / "r.toml", example[1]))
    assert (found.check, found.mail.host) == ("code", "mail.example.org")


@pytest.mark.parametrize("name", RegistrarSettings.model_fields)
def test_every_setting_is_on_the_page(name: str) -> None:
    assert f"`{name}`" in PAGE


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "r.toml"),
        ("", "keystore: Field required"),
        ('name = "a"\nunknown = 1', "unknown: Extra"),
        ("chain_id = 0", "chain_id"),
        ('check = "maybe"', "check"),
    ],
)
def test_a_bad_configuration_names_the_setting(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_registrar_settings(write(tmp_path / "r.toml", text))


def test_a_short_token_is_refused(tmp_path: Path) -> None:
    token = write(tmp_path / "token", "short\n")
    token.chmod(0o600)
    settings = RegistrarSettings(
        name="a",
        data=tmp_path,
        keystore=token,
        password_file=token,
        token_file=token,
        rpc_url="https://node.example/v3/hush-hush",
        chain_id=1,
    )
    assert "hush-hush" not in repr(settings)
    with pytest.raises(ConfigError, match="less than 24"):
        settings.token()
