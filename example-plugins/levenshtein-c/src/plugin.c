#include "testbench.h"

/** The code points of a text. */
typedef struct points {
  uint32_t *values;
  uint32_t count;
} points;

static points decode(tb_text text) {
  points result = {tb_alloc(text.length * 4), 0};
  const unsigned char *at = (const unsigned char *)text.bytes;
  const unsigned char *end = at + text.length;
  while (at < end) {
    uint32_t first = *at++;
    uint32_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t point = more == 0 ? first : first & (0x3f >> more);
    for (; more > 0; more--) point = point << 6 | (*at++ & 0x3f);
    result.values[result.count++] = point;
  }
  return result;
}

/** Fewest insertions, deletions and substitutions: one row of the table, the cell above-left in `diagonal`. */
static uint32_t distance(points a, points b) {
  uint32_t *row = tb_alloc((b.count + 1) * 4);
  for (uint32_t column = 0; column <= b.count; column++) row[column] = column;
  for (uint32_t line = 0; line < a.count; line++) {
    uint32_t diagonal = row[0];
    row[0] = line + 1;
    for (uint32_t column = 0; column < b.count; column++) {
      uint32_t best = diagonal + (a.values[line] != b.values[column]);
      diagonal = row[column + 1];
      if (diagonal + 1 < best) best = diagonal + 1;
      if (row[column] + 1 < best) best = row[column] + 1;
      row[column + 1] = best;
    }
  }
  return row[b.count];
}

static double best_score;
static uint32_t best_distance;

static void compare(points output, const tb_json *reference) {
  points expected = decode(tb_text_of(reference));
  uint32_t edits = distance(output, expected);
  uint32_t length = output.count > expected.count ? output.count : expected.count;
  double similarity = length == 0 ? 1 : 1 - (double)edits / length;
  if (similarity > best_score) {
    best_score = similarity;
    best_distance = edits;
  }
}

static void execute(const tb_json *data, tb_writer *out) {
  const tb_json *answer = tb_get(data, "output");
  const tb_json *expected = tb_get(data, "expected");
  if (answer->kind == TB_MISSING) tb_fail(TB_INVALID_INPUT, "field \"output\" is missing");
  if (expected->kind == TB_MISSING || expected->kind == TB_NULL) tb_fail(TB_INVALID_INPUT, "field \"expected\" is missing");
  if (expected->kind == TB_ARRAY && expected->count == 0) tb_fail(TB_INVALID_INPUT, "field \"expected\" is empty");
  for (const tb_json *each = expected->first; each && expected->kind == TB_ARRAY; each = each->next) {
    if (each->kind == TB_NULL) tb_fail(TB_INVALID_INPUT, "an item of field \"expected\" is null");
  }
  if (tb_failed()) return;

  best_score = -1;
  points output = decode(tb_text_of(answer));
  if (expected->kind != TB_ARRAY) compare(output, expected);
  for (const tb_json *each = expected->first; each && expected->kind == TB_ARRAY; each = each->next) compare(output, each);

  tb_begin_object(out);
  tb_key(out, "score");
  tb_put_number(out, best_score);
  tb_key(out, "metrics");
  tb_begin_object(out);
  tb_key(out, "distance");
  tb_put_number(out, best_distance);
  tb_end_object(out);
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "levenshtein-c",
  "version": "1.0.0",
  "description": "Measures how few edits turn the answer into the right one",
  "author": "Testbench contributors",
  "license": "Apache-2.0",
  "plugin_type": "evaluator",
  "capabilities": ["text_evaluation"],
  "api_version": "1.0.0"
})
