"""{{DESCRIPTION}}."""

from testbench import InvalidInput

plugin = {"name": "{{NAME}}", "version": "0.1.0"}


def transform(data, context):
    # A benchmark hands over an object with the answer as "text".
    text = data.get("text") if isinstance(data, dict) else data
    if not isinstance(text, str):
        raise InvalidInput('expected a text, or an object with a "text"')
    return text.split("\n", 1)[0]
