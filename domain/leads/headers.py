"""The headers that programs and people give to the fields of a lead."""

import re
import unicodedata
from functools import lru_cache

CONTACTS = frozenset({"email", "phone", "whatsapp"})

# Written without spaces and punctuation, in lower case. Sources: Meta lead ads, Google Forms, LinkedIn, Zoho,
# HubSpot, Mailchimp, phone book exports, and what course businesses in India type by hand.
_KNOWN: dict[str, str] = {
    "name": """name fullname yourname yourfullname studentname applicantname leadname candidatename customername
        contactname clientname participantname learnername personname displayname नाम पूरानाम""",
    "first_name": "firstname fname givenname first forename",
    "last_name": "lastname lname surname familyname last secondname",
    "email": """email emails emailaddress emailid mail mailid mailaddress emailaddr youremail youremailaddress
        workemail businessemail personalemail primaryemail contactemail studentemail email1 email1value emailaddress1
        ईमेल ईमेलआईडी""",
    "phone": """phone phones phonenumber phoneno phonenum mobile mobilenumber mobileno mobilenum mobilephone cell
        cellphone cellnumber contactnumber contactno contactphone telephone telephonenumber tel ph phno mob mobno
        number primaryphone workphone workphonenumber homephone personalphone alternatephone alternatenumber
        alternatemobile phone1 phone1value phone2 mobile1 mobile2 phoneormobile callingnumber
        फोन फ़ोन मोबाइल मोबाइलनंबर फोननंबर""",
    "whatsapp": """whatsapp whatsappnumber whatsappno whatsappphone whatsappphonenumber wa wanumber wano waphone
        व्हाट्सएप""",
    "city": """city town citytown cityname yourcity currentcity hometown citydistrict mailingcity primarycity
        location शहर""",
    "state": "state province region stateprovince stateregion stateut mailingstate राज्य",
    "source": """source leadsource sourceoflead platform utmsource origin channel originalsource latestsource
        howdidyouhearaboutus howdidyouhear referredby""",
    "campaign": "campaign campaignname utmcampaign campaigntitle",
    "notes": """notes note comments comment remarks remark message description additionalinformation anythingelse
        टिप्पणी""",
    "tags": "tags tag labels label segments segment interests",
    "created_at": """createdat createdtime createdate createddate createdon created timestamp dateadded addedon
        addedtime submittedat submittedon submissiondate leaddate entrydate date datecreated optintime signupdate
        connectedon""",
    "consent": "consent optin whatsappoptin emailoptin smsoptin marketingoptin optedin permission",
    "-": "reasonforrejection",
}
FIELDS = tuple(field for field in _KNOWN if field != "-")
_BY_HEADER = {unicodedata.normalize("NFKC", name): field for field, names in _KNOWN.items() for name in names.split()}

# What a header says about a contact without holding it: “Email status”, “WhatsApp opt-in date”.
_ABOUT = re.compile(
    r"\b(status|opt|sent|open(ed|s)?|click(ed|s)?|verified|valid|type|count|date|time|bounced?|domain|owner|agent|"
    r"extension|ext|(?<!with )country code|prefer(red)?|subscribed|unsubscribed|id type|quality|reason)\b"
)
_APOSTROPHES = {ord("'"): None, ord("’"): None}
_BY_WORDS = (
    (re.compile(r"^(?!.*\b(date|time)\b).*\b(consent|i agree|do you agree|opt in)\b"), "consent"),
    (re.compile(r"\bwhats ?app\b"), "whatsapp"),
    (re.compile(r"\b(e ?mail|mail id|mail address)\b"), "email"),
    (
        re.compile(
            r"\b(phone|mobile|telephone|cell|contact|calling)( (no|num|number|nos|numbers))\b|\bphone\b|\bmobile\b"
        ),
        "phone",
    ),
    (re.compile(r"\bfirst name\b"), "first_name"),
    (re.compile(r"\b(last name|surname)\b"), "last_name"),
    (re.compile(r"\b(your|full|students?|applicants?|candidates?|customers?|participants?) (full )?name\b"), "name"),
    (re.compile(r"\b(your|which|what) (current )?city\b"), "city"),
    (re.compile(r"\bhow did you (hear|find|know|come)\b"), "source"),
)


@lru_cache(4096)
def field_of_header(header: str) -> str:
    """Return the field a header means, ``""`` for none; case, spacing and punctuation do not matter."""
    words = header_words(header)
    known = _BY_HEADER.get(words.replace(" ", ""))
    if known is not None:
        return known
    about = _ABOUT.search(words)
    for pattern, field in _BY_WORDS:
        if pattern.search(words) and not (about and field in CONTACTS):
            return field
    return ""


def header_words(header: str) -> str:
    """Return the words of a header in lower case with single spaces."""
    text = unicodedata.normalize("NFKC", header).lower().translate(_APOSTROPHES)
    # Marks (M) are the vowel signs of Indic scripts and belong to their words.
    kept = (c if unicodedata.category(c)[0] in "LMN" else "" if unicodedata.category(c) == "Cf" else " " for c in text)
    return " ".join("".join(kept).replace("e mail", "email").split())
