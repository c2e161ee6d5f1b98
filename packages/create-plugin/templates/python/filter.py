"""{{DESCRIPTION}}."""

plugin = {"name": "{{NAME}}", "version": "0.1.0"}


def keep(item, context):
    # An item's field "text" or, as in a benchmark, "output".
    text = (item.get("text") or item.get("output")) if isinstance(item, dict) else None
    return True if isinstance(text, str) and text else "no text"
