#include "testbench.h"

/* Levenshtein distance over code points, and F1 over words between white space. */

typedef struct points {
  uint32_t *values;
  uint32_t count;
} points;

typedef struct words {
  tb_text *values;
  uint32_t count;
} words;

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

static words split(tb_text text) {
  words result = {tb_alloc((text.length / 2 + 1) * sizeof(tb_text)), 0};
  uint32_t start = 0;
  for (uint32_t at = 0; at <= text.length; at++) {
    char byte = at == text.length ? ' ' : text.bytes[at];
    if (byte != ' ' && !(byte >= 9 && byte <= 13)) continue;
    if (at > start) result.values[result.count++] = (tb_text){text.bytes + start, at - start};
    start = at + 1;
  }
  return result;
}

static double f1(words output, words expected) {
  uint32_t all = output.count + expected.count;
  if (all == 0) return 1;
  bool *taken = tb_alloc(expected.count + 1);
  for (uint32_t index = 0; index < expected.count; index++) taken[index] = false;
  uint32_t common = 0;
  for (uint32_t left = 0; left < output.count; left++) {
    for (uint32_t right = 0; right < expected.count; right++) {
      if (taken[right] || !tb_same(output.values[left], expected.values[right])) continue;
      taken[right] = true;
      common++;
      break;
    }
  }
  return 2.0 * common / all;
}

static void execute(const tb_json *data, tb_writer *out) {
  tb_text output = tb_text_of(tb_get(data, "output"));
  tb_text expected = tb_text_of(tb_get(data, "expected"));
  tb_begin_object(out);
  tb_key(out, "score");
  tb_put_number(out, f1(split(output), split(expected)));
  tb_key(out, "metrics");
  tb_begin_object(out);
  tb_key(out, "distance");
  tb_put_number(out, distance(decode(output), decode(expected)));
  tb_end_object(out);
  tb_end_object(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "compared",
  "version": "1.0.0",
  "plugin_type": "evaluator",
  "capabilities": ["text_evaluation"],
  "api_version": "1.0.0"
})
