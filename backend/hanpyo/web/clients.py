"""Who asks: the bucket that limits are counted by, through the trusted proxies and no others."""

from apiflask import APIFlask
from flask import request
from werkzeug.middleware.proxy_fix import ProxyFix

from hanpyo.config import Settings
from hanpyo.identity.limits import client_bucket


def register_proxies(app: APIFlask, settings: Settings) -> None:
    """Believe X-Forwarded-For and -Proto of as many proxies as the settings say, and no more."""
    count = settings.web.trusted_proxies
    if count:
        wrapped = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_prefix=0)
        app.wsgi_app = wrapped  # type: ignore[method-assign]


def client() -> str:
    """The bucket of whoever sent this request, see `identity.limits.client_bucket`."""
    return client_bucket(request.remote_addr)
