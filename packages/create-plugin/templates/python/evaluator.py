"""{{DESCRIPTION}}."""

from testbench import InvalidInput

plugin = {
    "name": "{{NAME}}",
    "version": "0.1.0",
    "config": {"ignore_case": {"type": "boolean", "default": False}},
}


def evaluate(record, context):
    def normalize(text):
        return str(text).lower() if context.config["ignore_case"] else str(text)

    expected = record.get("expected") or []
    keywords = [normalize(word) for word in (expected if isinstance(expected, list) else [expected])]
    if not keywords:
        raise InvalidInput('the field "expected" is missing')
    answer = normalize(record["output"])
    found = sum(word != "" and word in answer for word in keywords)
    return {"score": found / len(keywords), "metrics": {"found": found}}
