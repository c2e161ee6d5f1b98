"""{{DESCRIPTION}}."""

from testbench import InvalidInput

plugin = {"name": "{{NAME}}", "version": "0.1.0"}


def complete(request, context):
    # Of a conversation, the last turn counts.
    messages = request.get("messages")
    text = messages[-1].get("content") if messages else request.get("prompt")
    if not isinstance(text, str):
        raise InvalidInput('expected "prompt" or "messages"')
    return {"text": text, "model": request["model"], "finish_reason": "stop"}
