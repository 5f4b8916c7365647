"""The application on a real socket, for clients that are processes or libraries of their own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from apiflask import APIFlask
from werkzeug.serving import make_server


@contextmanager
def served(app: APIFlask) -> Iterator[str]:
    """The URL at which `app` answers, in threads of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
