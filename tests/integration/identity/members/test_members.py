"""How members are found and what registrars are told of them."""

from hanpyo.db.models import KeyBinding, MemberLookup
from hanpyo.db.vault import MasterKey, Vault
from hanpyo.identity.attesting import request_for
from hanpyo.identity.factors import Factor, dump_factors
from hanpyo.identity.members import Members
from hanpyo.registrar.requests import AttestationBody
from tests.service.village import Village


def test_while_keys_are_exchanged_members_are_found_by_each_of_them(place: Village) -> None:
    old, new = MasterKey.generate(1), MasterKey.generate(2)
    mail = "exchanged@example.org"
    database = place.runtime.database

    def add(vault: Vault) -> None:
        row = MemberLookup(
            election_id=place.election,
            kind="mail",
            digest=vault.lookup("mail", mail),
            member_id=place.member(3).id,
        )
        database.transact(lambda session: session.add(row))

    add(Vault([old]))
    between = Members(database, Vault([new, old]))
    assert between.find(place.election, "mail", mail) == place.member(3).id
    assert Members(database, Vault([new])).find(place.election, "mail", mail) is None
    add(Vault([new]))
    assert between.find(place.election, "mail", mail) == place.member(3).id


def test_two_providers_are_two_methods_for_the_registrars(place: Village) -> None:
    member = Members(place.runtime.database, place.runtime.vault).get(
        place.election, place.member(0).id
    )
    assert member is not None
    factors = (Factor("oidc:first", "first", 10), Factor("oidc:second", "second", 20))
    binding = KeyBinding(
        election_id=place.election,
        member_id=member.id,
        voter=member.voter,
        epoch=1,
        key=bytes(32),
        material=bytes(20),
        factors=dump_factors(factors),
        bound_at=30,
    )
    request = request_for(place.published, member, binding, {})
    assert request.evidence.methods == ("oidc:first", "oidc:second")
    registrar = place.published.manifest.registrars[0]
    assert AttestationBody.of(request, registrar).value(registrar).evidence == request.evidence
