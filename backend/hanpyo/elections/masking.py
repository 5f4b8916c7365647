"""Personal data as staff see it in lists: enough to know one's own, too little to carry away."""

from hanpyo.elections.people import Person

_SHOWN_DIGITS = 4
_KOREAN_MOBILE = "+8210"


def masked_name(name: str) -> str:
    """김한표 as 김○○; what is one character long stays hidden."""
    return name[0] + "○" * (len(name) - 1) if len(name) > 1 else "○"


def masked_phone(phone: str) -> str:
    """A number in E.164: 010-****-5678, or +1******2671."""
    last = phone[-_SHOWN_DIGITS:]
    if phone.startswith(_KOREAN_MOBILE):
        return f"010-****-{last}"
    return f"{phone[:2]}{'*' * max(4, len(phone) - 2 - _SHOWN_DIGITS)}{last}"


def masked_mail(mail: str) -> str:
    """kim@example.kr as k***@example.kr."""
    local, _, domain = mail.partition("@")
    return f"{local[:1]}***@{domain}" if len(local) > 1 else f"***@{domain}"


def masked(person: Person) -> dict[str, str]:
    """What is shown of a person: name, phone, mail and year of birth, none of them whole."""
    shown: dict[str, str] = {}
    if person.name:
        shown["name"] = masked_name(person.name)
    if person.phone:
        shown["phone"] = masked_phone(person.phone)
    if person.mail:
        shown["mail"] = masked_mail(person.mail)
    if person.birth_date:
        shown["birth_date"] = f"{person.birth_date.year}-**-**"
    if person.number:
        shown["number"] = person.number
    return shown
