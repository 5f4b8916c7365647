"""The blueprints of pages. A new one is made by `page_blueprint` and added here."""

from hanpyo.web.pages.auditor import auditor
from hanpyo.web.pages.explorer import explorer
from hanpyo.web.pages.observer import observer
from hanpyo.web.pages.office import office
from hanpyo.web.pages.trustee import trustee
from hanpyo.web.pages.voter import voter
from hanpyo.web.routing import APIBlueprint

PAGES: tuple[APIBlueprint, ...] = (voter, observer, explorer, auditor, office, trustee)
