"""Values of which a part is encoded, and values that are drawn but have the look of words."""

import string
from collections.abc import Iterator

from secret_forms.making import ALNUM, Case, Maker

# VALUE stands in them, and what follows | must stay
_PLACES = [
    "git clone https://me:VALUE@example.com/x|example.com/x",
    "git clone https://VALUE@example.com/x|example.com/x",
    "DATABASE_URL=postgres://me:VALUE@db:5432/app|@db:5432/app",
    "url: redis://:VALUE@cache:6379/0|@cache:6379/0",
    "https://example.com/x?n=1&access_token=VALUE&m=2|&m=2",
    "https://x.blob.example.com/c?sig=VALUE&sv=1|&sv=1",
    "curl -d 'user=me&password=VALUE' https://example.com|https://example.com",
    "curl -u me:VALUE https://example.com|https://example.com",
    "curl -H 'X-Auth-Token: VALUE' https://example.com|https://example.com",
    "Authorization: Bearer VALUE|Authorization: Bearer ",
    '{"password": "VALUE", "n": 1}|, "n": 1}',
    '"{\\"token\\": \\"VALUE\\", \\"n\\": 1}"|n\\": 1}',
    "PASSWORD=VALUE make|make",
    'PASSWORD="VALUE" make|" make',
    "ENV DB_PASSWORD VALUE|ENV DB_PASSWORD ",
    "password: VALUE|password: ",
    "docker login -u me -p VALUE example.com|example.com",
    "app --client-secret=VALUE --n 3|--n 3",
    "echo VALUE | docker login -u me --password-stdin|--password-stdin",
    "<password>VALUE</password>|</password>",
    '<a href="https://me:VALUE@example.com/x">x</a>|example.com/x',
    "Server=db;Password=VALUE;Timeout=3|;Timeout=3",
]
# the value is encoded once more, with all that is around it
_AROUND = [
    "next=https%3A%2F%2Fme%3AVALUE%40example.com%2Fx|example.com%2Fx",
    "body=token%3DVALUE%26n%3D1|%26n%3D1",
]
_SIGNS = string.punctuation + " "
_MARKUP = [
    ('<add key="Password" value="VALUE" />', ("&quot;", "&lt;", "&amp;", "&#39;"), '" />'),
    ("<password>VALUE</password>", ("&lt;", "&gt;", "&amp;"), "</password>"),
    ('{"password":"VALUE","n":1}', (r"\u0022", r"\u0026", r"\u003c", r"\u0027"), ',"n":1}'),
    ('{"url":"https:\\/\\/me:VALUE@example.com\\/x"}', (r"\/", "%2F", r"\u0026"), "example.com"),
]  # fmt: skip
# what takes a secret only by its look
_BY_LOOK = [
    "RUN age -d -i <(echo VALUE) x",
    "RUN ipa-client-install -p me -w VALUE",
    "conda config --add channels https://conda.example.com/t/VALUE/main",
    'key = "VALUE" # api key',
    "KEY: VALUE",
    "SERIAL=VALUE",
    "RUN enroll --to here VALUE",
    "RUN tool -k VALUE x",
    "cat <<< VALUE",
]
# such as were drawn once
_DRAWN = [
    "AwbzlgjXyoznv7bwroaB7",
    "JhJay7bcngamcyzekwaB7",
    "KweqDuijFNSLubrmPnBmxJEPXucptmrDPsn7bYuv",
    "bNfxb2LvewCqavJa37btqbgrkwtuANAB",
]


def list_encoded(make: Maker) -> Iterator[Case]:
    """Each place with a value of which a sign, another one each time, is encoded."""
    for places, write in ((_PLACES, "%{:02X}"), (_PLACES, "%{:02x}"), (_AROUND, "%25{:02X}")):
        for place in places:
            text, _, stays = place.rpartition("|")
            sign = write.format(ord(make.random.choice(_SIGNS)))
            yield _fill(make, text, sign, stays)
    for text, signs, stays in _MARKUP:
        for sign in signs:
            yield _fill(make, text, sign, stays)


def _fill(make: Maker, text: str, sign: str, stays: str) -> Case:
    """A text with a sign inside its value."""
    first, second = make.of(ALNUM, 10), make.of(ALNUM, 10)
    filled = text.replace("VALUE", first + sign + second)
    return Case(f"{sign} in {text[:40]}", filled, (first, second), stays)


def list_wordlike(make: Maker) -> Iterator[Case]:
    """Values drawn so that they change seldom from small letters to capitals and digits."""
    for text in _BY_LOOK:
        for value in (make.random.choice(_DRAWN), _draw_words(make)):
            yield Case(text, text.replace("VALUE", value), (value,))


def _draw_words(make: Maker) -> str:
    """Three runs of letters as long as words, a digit behind each."""
    letters = "bcdfghjkmnpqrtvwxz"
    runs = ("".join(make.random.choices(letters, k=make.between(7, 9))) for _ in range(3))
    return "".join(run.capitalize() + str(make.between(2, 9)) for run in runs)
