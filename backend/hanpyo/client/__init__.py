"""A typed client of the service's API: `HanpyoClient`, and `HanpyoClientError` for its refusals."""

from hanpyo.client.client import HanpyoClient
from hanpyo.client.errors import HanpyoClientError, ServiceUnreachable

__all__ = ["HanpyoClient", "HanpyoClientError", "ServiceUnreachable"]
