"""{{DESCRIPTION}}."""

from testbench import InvalidInput

plugin = {"name": "{{NAME}}", "version": "0.1.0"}


def run(data, context):
    text = data.get("text") if isinstance(data, dict) else None
    if not isinstance(text, str):
        raise InvalidInput('expected a text in the field "text"')
    return {"words": len(text.split())}
