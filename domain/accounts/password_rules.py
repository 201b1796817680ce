"""What a password must be: long, and not what everybody tries first. No rules about digits and signs."""

import re

from domain.errors import InvalidInput
from domain.language import _

SHORTEST = 10
LONGEST = 200

# The commonest of ten characters and more in public lists of leaked passwords, and what people here make of them.
_LEAKED = """
1234567890 0123456789 0987654321 9876543210 12345678910 123456789a 1234567891 12345678901 123456789123 1111111111
0000000000 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop qwerty1234 qwerty12345 qwerty123456 qwertyuiop123 1234567890q asdfghjkl1
asdfghjkl; zxcvbnm123 password12 password123 password1234 password12345 passw0rd12 passw0rd123 p@ssword12 p@ssword123
p@ssw0rd12 p@ssw0rd123 mypassword mypassword1 mypassword123 passwordpassword admin12345 admin123456 adminadmin
administrator welcome123 welcome1234 welcome12345 letmein123 letmein1234 changeme12 changeme123 iloveyou12 iloveyou123
iloveyou1234 iloveindia iloveindia1 india12345 india123456 bharat1234 krishna123 krishna1234 jaishreeram jaihanuman
omsairam123 sairam1234 ganesha123 mahadev123 abcdefghij abcdefghijk abcd123456 abcde12345 abc1234567 a123456789 aa12345678
q1w2e3r4t5 1a2b3c4d5e monkey1234 football12 football123 cricket123 cricket1234 superman123 sunshine12 sunshine123
princess12 princess123 trustno1trustno1 gurudesk12 gurudesk123 gurudesk1234 gurudesk-demo student123 student1234
teacher123 computer123 internet12 google1234 samsung123 nokia12345 master1234 dragon1234 shadow1234 michael123 charlie123
"""
COMMONEST = frozenset(_LEAKED.split())


def check_password(password: str, *, email: str = "", name: str = "", phone: str = "", field: str = "password") -> None:
    """Raise InvalidInput, naming ``field``, when the password is too easy to guess for this person."""
    problem = _problem(password, _own_words(email, name, phone))
    if problem:
        raise InvalidInput({field: problem})


def _problem(password: str, own: set[str]) -> str:
    if len(password) < SHORTEST:
        return _("At least {count} characters, please.", count=SHORTEST)
    if len(password) > LONGEST:
        return _("At most {count} characters, please.", count=LONGEST)
    if password.lower() in COMMONEST or len(set(password.lower())) < 4:
        return _("Many people use this password, so it is guessed first. Choose another.")
    if _bare(password) in own:
        return _("This is your name, e-mail or phone. Choose something others cannot guess.")
    return ""


def _own_words(email: str, name: str, phone: str) -> set[str]:
    """Return what others know about the person, whole and with the digits that people add at the end."""
    words = {_bare(email), _bare(email.partition("@")[0]), _bare(name), _bare(phone), _bare(phone.removeprefix("+91"))}
    return words - {""}


def _bare(text: str) -> str:
    letters = re.sub(r"[\W_]", "", text.lower())
    return re.sub(r"\d+$", "", letters) or letters
