"""The parts of the API, in the order of the OpenAPI document."""

from apiflask import APIBlueprint

BLUEPRINTS: tuple[APIBlueprint, ...] = ()
