"""Secrets beside their name: two values of JSON, two elements of XML, an object of them."""

import re
from collections.abc import Iterator

from analysis.redaction.assignments import find_value
from analysis.redaction.names import is_harmless, is_secret, judge_name, looks_drawn
from analysis.redaction.plain import TAG

_QUOTE = r"\\{0,7}[\"']"
# between tags &lt; is a sign of the value
_XML = re.compile(
    rf"(?:(?P<tag>{TAG})|<)(?P<name>[\w.:-]{{1,80}})(?: (?P<rest>[^<>{TAG}]{{0,200}}))?>"
    rf"(?P<value>(?(tag)[^{TAG}\n]+|[^<>{TAG}\n]+))(?(tag){TAG}|<)/"
)
# `<property name="NAME">value</property>`
_ATTRIBUTE = re.compile(r"\b(?:name|key)=[\"'](?P<name>[\w.-]{2,120})[\"']")
# a Secret of Kubernetes, and all that it holds
_KIND = re.compile(rf"{_QUOTE}kind{_QUOTE}[ ]?:[ ]?{_QUOTE}Secret{_QUOTE}")
_DATA = re.compile(
    rf"{_QUOTE}(?:stringData|data){_QUOTE}[ ]?:[ ]?\{{(?P<rest>[^{{}}]{{2,100000}})\}}"
)
_OF_DATA = re.compile(rf"{_QUOTE}[ ]?:[ ]?(?={_QUOTE})")
# an object of secrets: "bearer": {"host": "secret"}
_OBJECT = re.compile(
    r"(?i:bearer|oauth|tokens?|secrets?|passwords?|auths?|credentials?|keys?)"
    r"\\{0,7}[\"'][ ]?:[ ]?\{(?P<rest>[^{}]{16,2000})\}"
)
# `"NAME": {"sensitive": true, "value": "value"}`
_HOLDER = re.compile(
    rf"{_QUOTE}(?P<name>[\w.-]{{2,120}}){_QUOTE}[ ]?:[ ]?\{{[^{{}}]{{0,300}}?"
    rf"{_QUOTE}(?:value|default){_QUOTE}[ ]?:[ ]?"
)
_TEXT = re.compile(r":[ ]?\\{0,7}[\"'](?P<value>[^\"'\\\n]{16,500})")
# `"name": "NAME", "value": "value"`, `--name NAME --value value`, `key="NAME" value="value"`
_IS = rf"(?:{_QUOTE})?[ \t]*[:= ][ \t]*"
_NAMED = (
    rf"(?:--?)?(?:\w{{0,30}}?[Nn]ame|NAME|\w{{0,30}}?[Kk]ey|KEY|[Vv]ariable){_IS}"
    rf"(?:{_QUOTE})?(?P<name>[\w./-]{{2,120}})"
)
_VALUED = rf"(?:--)?(?:{_QUOTE})?(?:\w{{0,30}}?[Vv]alue|VALUE){_IS}"
# such as a type, between or behind them
_OTHER = rf"(?:{_QUOTE})?[\w-]{{1,40}}{_IS}(?:{_QUOTE})?[\w-]{{1,40}}(?:{_QUOTE})?[,;\s]{{1,4}}"
_OTHERS = rf"(?:{_OTHER}){{0,2}}"
_PAIR = re.compile(rf"(?<![\w.]){_NAMED}(?:{_QUOTE})?[,;\s]{{1,4}}{_OTHERS}{_VALUED}")
_PAIR_BACK = re.compile(
    rf"(?<![\w.]){_VALUED}(?:{_QUOTE})?(?P<value>[^\"'\\\n]{{4,2000}})(?:{_QUOTE})?[,;\s]{{1,4}}{_OTHERS}(?:{_QUOTE})?{_NAMED}"
)
# `<name>NAME</name><value>value</value>`, `<key>NAME</key><string>value</string>`
_ELEMENTS = re.compile(
    rf"[<{TAG}](?:name|key|td|th)[^<>{TAG}]{{0,200}}>(?P<name>[\w.-]{{2,120}})[<{TAG}]/\w+>\s*"
    rf"[<{TAG}](?:value|string|td)[^<>{TAG}]{{0,200}}>(?P<value>[^<>{TAG}\n]+)[<{TAG}]/"
)


def find_elements(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret between the tags of an XML element of a secret's name."""
    for match in _XML.finditer(text):
        strength, value = judge_name(match["name"]), match["value"].strip()
        if strength and is_secret(strength, match["name"], value):
            yield match.span("value")
        elif match["rest"] and re.search(r"\d", value) and " " not in value:
            name = _ATTRIBUTE.search(match["rest"])
            if name and _is_named(name["name"], value):
                yield match.span("value")


def find_objects(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret in an object that its name is given."""
    for each in _HOLDER.finditer(text) if "{" in text else ():
        span = find_value(text, each.end())
        if _is_named(each["name"], text[slice(*span)]):
            yield span
    for each in _DATA.finditer(text) if "Secret" in text and _KIND.search(text) else ():
        for match in _OF_DATA.finditer(each["rest"]):
            span = find_value(text, each.start("rest") + match.end())
            if not is_harmless(text[slice(*span)]):
                yield span
    for each in _OBJECT.finditer(text) if "{" in text else ():
        for match in _TEXT.finditer(text, *each.span("rest")):
            if looks_drawn(match["value"]):
                yield match.span("value")


def find_pairs(text: str) -> Iterator[tuple[int, int]]:
    """(begin, end) of each secret whose name stands beside it as the value of `name`."""
    if "alue" in text or "VALUE" in text:
        for match in _PAIR.finditer(text):
            span = find_value(text, match.end())
            if _is_named(match["name"], text[slice(*span)]):
                yield span
        for match in _PAIR_BACK.finditer(text):
            if _is_named(match["name"], match["value"]):
                yield match.span("value")
    for match in _ELEMENTS.finditer(text) if ">" in text else ():
        if _is_named(match["name"], match["value"]):
            yield match.span("value")


def _is_named(name: str, value: str) -> bool:
    """Whether a value is a secret by its name, which may be a path of names."""
    strength = judge_name(name.rpartition("/")[2])
    return bool(strength) and is_secret(strength, name, value)
