"""The blueprint of the API's routes: what they are given is read as `inputs` says, strictly."""

from apiflask import APIBlueprint  # noqa: TID251  it comes from here to everybody else
from apiflask.schema_adapters import registry

from hanpyo.web.inputs import StrictAdapter

__all__ = ["APIBlueprint"]

# The decorators of every blueprint ask the registry while their module is imported.
registry.register("pydantic", StrictAdapter)
