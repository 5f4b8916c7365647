"""Blueprint and application of routes: what they are given is read as `inputs` says, strictly."""

from apiflask import APIBlueprint, APIFlask  # noqa: TID251  it comes from here to everybody else
from apiflask.schema_adapters import registry

from hanpyo.web.inputs import StrictAdapter

__all__ = ["APIBlueprint", "APIFlask"]

# The decorators of every blueprint ask the registry while their module is imported.
registry.register("pydantic", StrictAdapter)
