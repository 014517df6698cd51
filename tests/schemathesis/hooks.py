"""What no schema can say: a body with a key `__proto__` is refused (400), wherever in it that is."""

import schemathesis


def has_prototype(value):
    if isinstance(value, dict):
        return any(key == "__proto__" or has_prototype(one) for key, one in value.items())
    return isinstance(value, list) and any(has_prototype(one) for one in value)


@schemathesis.hook
def filter_body(context, body):
    return not has_prototype(body)
