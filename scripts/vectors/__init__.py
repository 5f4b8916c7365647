"""The shared test vectors: how each file is made from fixed seeds."""

from scripts.vectors.ballots import choices_vectors
from scripts.vectors.batches import batch_vectors
from scripts.vectors.common import Vectors
from scripts.vectors.keystores import keystore_vectors
from scripts.vectors.manifests import manifest_vectors
from scripts.vectors.passkeys import passkey_vectors
from scripts.vectors.pictures import qr_vectors
from scripts.vectors.seals import sealed_vectors
from scripts.vectors.signed import message_vectors
from scripts.vectors.trees import call_vectors, roll_vectors, tree_vectors


def build() -> dict[str, Vectors]:
    """All vectors by file name."""
    return {
        "manifest": manifest_vectors(),
        "choices": choices_vectors(),
        "messages": message_vectors(),
        "tree": tree_vectors(),
        "roll": roll_vectors(),
        "sealed": sealed_vectors(),
        "batches": batch_vectors(),
        "calls": call_vectors(),
        "qr": qr_vectors(),
        "passkeys": passkey_vectors(),
        "keystores": keystore_vectors(),
    }
