"""What happens to a request between its schema and the server.

A key for idempotency belongs to one request, and a cursor to the answer that gave it. Made-up valid
requests would share the one and invent the other, so that the server rightly refuses them (422) and
nothing is tried behind the refusal. Keys are therefore made different, and cursors are left out.
Requests that are meant to be invalid keep theirs.

HTTP takes the spaces around the value of a header away (RFC 9110, 5.5), so that no server sees them: a
value is not invalid for their sake.
"""

import itertools

import schemathesis

NUMBERS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    for name, value in case.headers.items():
        if isinstance(value, str):
            case.headers[name] = value.strip(" \t")
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    for name in case.headers:
        if name.lower() == "idempotency-key":
            case.headers[name] = f"key-{next(NUMBERS)}"
    case.query.pop("cursor", None)
