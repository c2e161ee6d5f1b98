def third(numbers):
    return numbers["values"][2]  # at: throw


def evaluate(record, context):
    if record["output"] == "throw":
        return third({})  # at: throw-caller
    while record["output"] == "fuel":
        pass
    return 1.0
