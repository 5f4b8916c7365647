"""The parts of the API, in the order of the OpenAPI document."""

from apiflask import APIBlueprint

from hanpyo.web.rpc import rpc

BLUEPRINTS: tuple[APIBlueprint, ...] = (rpc,)
