"""The HTTP service: a Flask application, its versioned API, and one shape for every error."""

from apiflask.schema_adapters import registry

from hanpyo.web.inputs import StrictAdapter

# The decorators of every blueprint ask the registry while their module is imported.
registry.register("pydantic", StrictAdapter)
