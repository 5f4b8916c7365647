"""What a command loads before it does anything: a voter's command brings no server with it."""

import subprocess
import sys

import pytest

SERVER = "flask sqlalchemy psycopg alembic gunicorn"
SELDOM = "openpyxl numpy reportlab web3"
PROOFS = "webauthn authlib segno"


@pytest.mark.parametrize(
    ("commands", "absent"),
    [
        ("root vote audit ballot", f"{SERVER} {SELDOM} {PROOFS}"),
        ("worker", f"flask gunicorn alembic {SELDOM} {PROOFS}"),
    ],
)
def test_a_command_loads_only_what_it_may_need(commands: str, absent: str) -> None:
    modules = ", ".join(f"hanpyo.cli.{name}" for name in commands.split())
    program = f"import sys, {modules}; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert not set(absent.split()) & set(loaded.stdout.split())
