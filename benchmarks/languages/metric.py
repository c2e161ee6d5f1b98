"""Levenshtein distance over code points, and F1 over words between white space."""

import re
from collections import Counter


def evaluate(record, context):
    output, expected = record["output"], record["expected"]
    return {"score": f1(words(output), words(expected)), "metrics": {"distance": distance(output, expected)}}


def distance(a, b):
    row = list(range(len(b) + 1))
    for line, left in enumerate(a):
        diagonal, row[0] = row[0], line + 1
        for column, right in enumerate(b):
            changed = diagonal + (left != right)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
    return row[len(b)]


def words(text):
    return [word for word in re.split(r"[\t-\r ]+", text) if word]


def f1(output, expected):
    every = len(output) + len(expected)
    if every == 0:
        return 1.0
    common = (Counter(output) & Counter(expected)).total()
    return 2 * common / every
