"""Wallets in browsers: announced by EIP-6963, spoken to by EIP-1193, signing with viem."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from hanpyo.protocol.signatures import address_of

SIGNER = Path(__file__).parents[2] / "service" / "typed_data.mjs"
KEY = bytes([7]) * 32
ADDRESS = "0x" + address_of(KEY).hex()
NAME = "<b>서명기</b>"
_WALLET = """(([address, names]) => {
  let chain = "0x1";
  const asked = (window.asked = []);
  const provider = (name) => ({ request: async ({ method, params }) => {
    asked.push(method);
    if (name === "거절하는 것") throw { code: 4001 };
    if (method === "eth_requestAccounts") return [address];
    if (method === "eth_chainId") return chain;
    if (method === "wallet_switchEthereumChain") throw { code: 4902 };
    if (method === "wallet_addEthereumChain") { chain = params[0].chainId; return null; }
    if (method === "eth_signTypedData_v4") return window.viem({ data: JSON.parse(params[1]) });
    if (method === "personal_sign") return window.viem({ raw: params[0] });
    throw { code: 4200 };
  } });
  addEventListener("eip6963:requestProvider", () => names.forEach((name) =>
    dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({
      info: { uuid: `${name}-4704-a166-e52e178b59d2`, name, icon: "data:image/svg+xml,<svg/>",
        rdns: `example.${name}` },
      provider: provider(name) }) }))));
})"""
REFUSING = "거절하는 것"


def carry(context: BrowserContext, names: Sequence[str] = (NAME,), address: str = ADDRESS) -> None:
    """Put wallets of these names into a browser, all with the account at this address.

    The one that is called `REFUSING` refuses whatever it is asked.
    """
    context.expose_function("viem", viem)
    context.add_init_script(f"{_WALLET}({json.dumps([address, list(names)])})")


def viem(asked: dict[str, Any]) -> str:
    """The signature that viem's account makes of what it was shown."""
    done = subprocess.run(
        ["node", str(SIGNER)],
        input=json.dumps({"key": "0x" + KEY.hex()} | asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return str(json.loads(done.stdout)["signature"])
