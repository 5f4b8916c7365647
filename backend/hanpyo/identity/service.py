"""The identity of members, put together from a runtime: what handlers hold."""

from collections.abc import Mapping
from dataclasses import dataclass

from hanpyo.elections.catalogue import Catalogue
from hanpyo.identity.appearances import Appearances
from hanpyo.identity.attesting import Attesters
from hanpyo.identity.binding import Bindings
from hanpyo.identity.enrolment import Enrolment
from hanpyo.identity.invitations import Invitations
from hanpyo.identity.members import Members
from hanpyo.identity.methods import Method
from hanpyo.identity.methods.birth_date import BirthDate
from hanpyo.identity.methods.mail_code import mail_code
from hanpyo.identity.methods.openid_connect import OpenIdConnect
from hanpyo.identity.methods.passkey import Passkeys
from hanpyo.identity.methods.signature import ElectronicSignature, read_roots
from hanpyo.identity.methods.sms_code import sms_code
from hanpyo.identity.methods.wallet import Wallet
from hanpyo.identity.openid import Provider
from hanpyo.identity.rebinds import Rebinds
from hanpyo.identity.sessions import Sessions
from hanpyo.identity.sign_in import SignIn
from hanpyo.outbound import Outbound, Reach
from hanpyo.runtime import Runtime

CALLBACK = "/v1/oidc/callback"
"""Where providers send the browser back to, under the public URL."""


@dataclass(frozen=True)
class Identity:
    """Everything that a member's requests need."""

    catalogue: Catalogue
    members: Members
    sign_in: SignIn
    sessions: Sessions
    bindings: Bindings
    rebinds: Rebinds
    enrolment: Enrolment
    appearances: Appearances
    invitations: Invitations


def identity_of(runtime: Runtime, registrars: Attesters) -> Identity:
    """The identity of a runtime's members; raises `ConfigError`."""
    database, vault, clock = runtime.database, runtime.vault, runtime.clock
    settings = runtime.settings
    catalogue = Catalogue(database)
    members = Members(database, vault)
    methods = methods_of(runtime, members)
    passkeys = Passkeys(settings.web.public_url, database)
    return Identity(
        catalogue,
        members,
        SignIn(database, vault, settings.identity, methods, clock),
        Sessions(database, members),
        Bindings(database, vault, catalogue, registrars, clock),
        Rebinds(database, vault, catalogue, registrars, clock),
        Enrolment(database, vault, passkeys, settings.identity, clock),
        Appearances(database, clock),
        Invitations(database, vault, settings.web.public_url, clock),
    )


def methods_of(runtime: Runtime, members: Members) -> Mapping[str, Method]:
    """Every method that the settings allow, by its name."""
    settings, url = runtime.settings, runtime.settings.web.public_url
    found: list[Method] = [
        mail_code(members, runtime.vault),
        sms_code(members, runtime.vault),
        BirthDate(),
        Wallet(url, lambda: runtime.rpc, members),
        Passkeys(url, runtime.database),
    ]
    if settings.identity.signature_roots:
        roots = read_roots(settings.identity.signature_roots)
        found.append(ElectronicSignature(roots, members))
    redirect = url.rstrip("/") + CALLBACK
    found += [
        OpenIdConnect(Provider(place, redirect, Outbound(Reach.OWN), runtime.clock), members)
        for place in settings.identity.providers
    ]
    return {method.name: method for method in found}
