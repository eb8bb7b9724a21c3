"""What schemathesis cannot know of the requests that it makes up."""

import itertools
import re

import jsonschema_rs
import schemathesis
from schemathesis.core import NotSet

NUMBERS = itertools.count()
BLANKS = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
SWITCHES = {"est_lu", "est_message_groupe", "complet", "oui", "essai"}
BOOLEANS = dict.fromkeys(["t", "y", "yes", "true", "on", "1", "1.0"], True)
BOOLEANS |= dict.fromkeys(["f", "n", "no", "false", "off", "0", "0.0"], False)


@schemathesis.hook
def before_call(context, case, kwargs):
    """A sound key was never used before: with another body it would be refused (422).

    A body that a form can say is now and then sent as one: forms are read, but not in the document.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]([\\t -~]*[!-~])?", key) and len(key) <= 255:
        case.headers["Idempotency-Key"] = f"{key[:249]}{next(NUMBERS):06}"
    if is_form(case) and next(NUMBERS) % 3 == 0:
        case.media_type = "application/x-www-form-urlencoded"


def is_form(case):
    """Whether a form can say the same; those that are wrong stay as they are."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return False
    if case.operation.label in ("PUT /api/annuaire/", "POST /api/messages/{id}/resend/"):
        return False
    # A form that does not name a switch turns it off.
    plain = isinstance(case.body, dict) and case.method == "PATCH"
    return plain and all(isinstance(value, (str, int)) for value in case.body.values())


@schemathesis.hook
def filter_case(context, case):
    """What the server reads like a body as described, though it is written in another way.

    Blanks around a text are taken off before anything is said of it.
    """
    if not all(is_told(name, value) for name, value in (case.query or {}).items()):
        return False
    if isinstance(case.body, NotSet):
        return True
    if any(text != text.strip(BLANKS) for text in texts(case.body)):
        return False
    described = case.operation.get_body_for_media_type("application/json")
    if described is None:
        return True
    document = case.operation.schema.raw_schema
    schema = document["paths"][case.operation.path][case.operation.method.lower()]
    schema = schema["requestBody"]["content"]["application/json"]["schema"]
    understood = read(case.body, schema, document)
    # In Python 0 is False.
    if repr(understood) == repr(case.body):
        return True
    schema = {**schema, "components": document["components"]}
    return not jsonschema_rs.validator_for(schema).is_valid(understood)


def is_told(name, value):
    """Of several values of a query the last counts, and an empty one is none, as in Django.

    What is no boolean does not filter.
    """
    if value == "" or isinstance(value, (list, dict)):
        return False
    return name not in SWITCHES or str(value).lower() in ("true", "false")


def read(value, schema, document):
    """The value that the server takes this one for."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, dict) and "integer" in schema.get("type", []):
        # A whole object stands for its number.
        value = value.get("id", value)
    if isinstance(value, dict):
        members = schema.get("properties", {})
        return {name: read(part, members.get(name, {}), document) for name, part in value.items()}
    if isinstance(value, list):
        return [read(part, schema.get("items", {}), document) for part in value]
    types = schema.get("type", [])
    for kind in [types] if isinstance(types, str) else types:
        understood = as_kind(value, kind, schema)
        if understood is not None:
            return understood
    if value == "" and "null" in types and "string" not in types:
        return None
    return value


def as_kind(value, kind, schema):
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "string" and number and "format" not in schema:
        return str(value)
    if kind == "boolean":
        return BOOLEANS.get(str(value).lower())
    if kind == "integer" and (number or re.fullmatch("[+-]?[0-9]+(_[0-9]+)*", str(value))):
        # No object has a number that is too large: it is as good as any that is not there.
        return int(value) if abs(int(value)) < 2**63 else -1
    return None


def texts(value):
    """Every text in a body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
