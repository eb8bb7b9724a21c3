"""What schemathesis cannot know of the requests that it makes up."""

import itertools
import re

import schemathesis
from schemathesis.core import NotSet

NUMBERS = itertools.count()
BLANKS = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())


@schemathesis.hook
def before_call(context, case, kwargs):
    """A sound key was never used before: with another body it would be refused (422)."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and re.fullmatch("[!-~]([\\t -~]*[!-~])?", key) and len(key) <= 255:
        case.headers["Idempotency-Key"] = f"{key[:249]}{next(NUMBERS):06}"


@schemathesis.hook
def filter_query(context, query):
    """Of several values the last counts, and an empty one is none, as in Django."""
    values = (query or {}).values()
    return not any(value == "" or isinstance(value, (list, dict)) for value in values)


@schemathesis.hook
def filter_case(context, case):
    """A part without a name, or with control characters in it, ends the form: the rest is not read.

    Blanks around a text are taken off before anything is said of it.
    """
    if isinstance(case.body, NotSet):
        return True
    if case.media_type == "multipart/form-data":
        named = isinstance(case.body, dict) and all(name.isprintable() for name in case.body)
        if not named or "" in case.body:
            return False
    return all(text == text.strip(BLANKS) for text in texts(case.body))


def texts(value):
    """Every text in a body."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts(part)
