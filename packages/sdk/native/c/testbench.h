/*
 * Testbench plugins in C, without a C library: the contract's exports, memory, JSON in and out, and the host's functions.
 *
 *     #include "testbench.h"
 *
 *     static void execute(const tb_json *data, tb_writer *out) {
 *       tb_begin_object(out);
 *       tb_key(out, "score");
 *       tb_put_number(out, tb_same(tb_text_of(tb_get(data, "output")), tb_text_of(tb_get(data, "expected"))));
 *       tb_end_object(out);
 *     }
 *
 *     TESTBENCH_PLUGIN(0, execute, {
 *       "name": "same", "version": "1.0.0", "plugin_type": "evaluator", "api_version": "1.0.0"
 *     })
 *
 * Include it in one file only. Memory from tb_alloc lives until the call is over, and what was taken in the plugin's
 * initialisation for good; nothing is ever freed by hand:
 *
 *     | stack | data | taken at the start | this call's |          |
 *                                         ^ base        ^ top      ^ end of the memory
 */
#ifndef TESTBENCH_H
#define TESTBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------- texts and failures */

/** UTF-8, not ended by a zero. */
typedef struct tb_text {
  const char *bytes;
  uint32_t length;
} tb_text;

/** A text from a literal: `TB("score")`. */
#define TB(literal) ((tb_text){(literal), sizeof(literal) - 1})

/** Codes of failures; any other number below 0 is the plugin's own. */
enum { TB_ERROR = -1, TB_INVALID_INPUT = -2, TB_TIMEOUT = -3, TB_OUT_OF_MEMORY = -4 };

/**
 * Fails the call with a code below 0 and a message, which is kept and not copied: a literal, or memory of the call. The first
 * failure counts; return soon after it.
 */
static void tb_fail(int32_t code, const char *message);
/** True once the call has failed. */
static bool tb_failed(void);
/** Length of a text that is ended by a zero. */
static uint32_t tb_length(const char *text);
/** True for texts of the same bytes. */
static bool tb_same(tb_text a, tb_text b);

/* ---------------------------------------------------------------- memory */

/** Room for `size` bytes, aligned to 8, until the call is over. Traps if the memory's limit is reached. */
static void *tb_alloc(uint32_t size);

/* ---------------------------------------------------------------- JSON in */

/** What a JSON value is. */
typedef enum tb_kind { TB_MISSING, TB_NULL, TB_BOOLEAN, TB_NUMBER, TB_STRING, TB_ARRAY, TB_OBJECT } tb_kind;

/** A JSON value of the input. */
typedef struct tb_json {
  tb_kind kind;
  bool boolean;
  /** Entries of a list or object. */
  uint32_t count;
  double number;
  /** Characters of a string. */
  tb_text text;
  /** The value as it stands in the input. */
  tb_text source;
  /** Name of an entry of an object. */
  tb_text key;
  const struct tb_json *first;
  const struct tb_json *next;
} tb_json;

/** The value under a key; one of kind TB_MISSING, never 0, if there is none. Of equal keys, the last one counts. */
static const tb_json *tb_get(const tb_json *object, const char *key);
/** Characters of a string; a number or boolean as it was written; else no characters. */
static tb_text tb_text_of(const tb_json *value);
/** A number, or `otherwise`. */
static double tb_number_of(const tb_json *value, double otherwise);
/* To walk a list: for (const tb_json *item = list->first; item; item = item->next) */

/** Sums of metrics over the results of a set, as the host has added them up: exactly, whatever their order. */
typedef struct tb_sums {
  /** All of them, by name of the metric. */
  const tb_json *all;
  /** Number of results that were added up, at least 1. */
  double n;
} tb_sums;

/** The sum of a metric. Fails the call if no result of the set had it. */
static double tb_sum_of(const tb_sums *sums, const char *metric);

/* ---------------------------------------------------------------- JSON out */

/** Text that grows. */
typedef struct tb_writer {
  char *bytes;
  uint32_t length;
  uint32_t capacity;
  /** True where a comma must come before the next value. */
  bool comma;
} tb_writer;

/** Begins an object, whose entries are a key and a value each. */
static void tb_begin_object(tb_writer *out);
/** Ends the innermost object. */
static void tb_end_object(tb_writer *out);
/** Begins a list. */
static void tb_begin_array(tb_writer *out);
/** Ends the innermost list. */
static void tb_end_array(tb_writer *out);
/** Names the value that comes next, by a text that is ended by a zero. */
static void tb_key(tb_writer *out, const char *key);
/** Writes a string; its bytes must be UTF-8. */
static void tb_put_text(tb_writer *out, tb_text text);
/** The shortest digits that read back as the same number; null for NaN and infinities, which JSON does not have. */
static void tb_put_number(tb_writer *out, double value);
/** Writes true or false. */
static void tb_put_boolean(tb_writer *out, bool value);
/** Writes null. */
static void tb_put_null(tb_writer *out);
/** A value of the input as it was, or null if it is missing. */
static void tb_put_json(tb_writer *out, const tb_json *value);

/**
 * As tb_fail, for what may go well when the same call is made again: a server that is busy, a connection that broke. The host is told
 * in how many milliseconds at the earliest, or nothing of that if it is below 0.
 */
static void tb_fail_retryable(int32_t code, const char *message, double retry_after_ms);
/** As tb_fail, with details for the caller: an object that is written whole, or 0 for none. */
static void tb_fail_with(int32_t code, const char *message, const tb_writer *details);

/* ---------------------------------------------------------------- asking */

/*
 * In place of giving a result a plugin may ask, with `"asking": true` in its metadata: what `execute` writes is dropped then, and it is called
 * again with the same data and the answers. Nothing is held meanwhile. A call has at most 8 rounds of at most 16 asks.
 */

/** Asks a server: an object as tb_http_send takes it, written whole. */
static void tb_ask_request(const tb_writer *request);
/** Asks a provider that the host knows by this name: an object with model, and prompt or messages, written whole. */
static void tb_ask_complete(tb_text provider, const tb_writer *data);
/**
 * Asks a provider that the host knows by this name for embeddings: the answer's `output` then has `embeddings`, one list of numbers for each text,
 * in their order. At most 64 texts.
 */
static void tb_ask_embed(tb_text provider, tb_text model, const tb_text *texts, size_t count);
/** Keeps a value, written whole, until the answers are there: at most 256 KiB. */
static void tb_ask_keep(const tb_writer *value);
/** True in a round after one that asked. */
static bool tb_is_answered(void);
/**
 * The answers, in the order of the asks: a list of objects. Each has `status`, `headers` and `body`, or `output` of a provider, or `error`
 * with `code` (as tb_response has it), `message`, and where they are known `retryable` and `retry_after_ms`.
 */
static const tb_json *tb_answers(void);
/** What tb_ask_keep was given in the round before. */
static const tb_json *tb_kept(void);

/* ---------------------------------------------------------------- the host */

#define TB_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

TB_IMPORT(host_log) int32_t tb_host_log(int32_t level, const char *text, uint32_t length);
TB_IMPORT(host_error) int32_t tb_host_error(const char *text, uint32_t length);
TB_IMPORT(host_emit) int32_t tb_host_emit(const char *bytes, uint32_t length);
/** Milliseconds since the epoch, from the host. */
TB_IMPORT(host_current_time_ms) int64_t tb_now_ms(void);
/** Uniform in [0, max); any 32 bits if max is 0. */
TB_IMPORT(host_random) int32_t tb_random(int32_t max);
/** Keeps bytes beyond the call, under a key; below 0 if the host refuses. */
TB_IMPORT(host_set_state) int32_t tb_set_state(const char *key, uint32_t key_length, const char *value, uint32_t length);
/** The whole length of the value, of which at most `max` bytes are copied; -1 if there is none. */
TB_IMPORT(host_get_state) int32_t tb_get_state(const char *key, uint32_t key_length, char *value, uint32_t max);
/** Forgets a value; below 0 if there is none. */
TB_IMPORT(host_delete_state) int32_t tb_delete_state(const char *key, uint32_t key_length);
/** The whole length of a variable of the environment, of which at most `max` bytes are copied; -1 if it is not set, -3 if it is not granted. */
TB_IMPORT(host_env_get) int32_t tb_env(const char *name, uint32_t name_length, char *value, uint32_t max);

TB_IMPORT(host_http_open) int32_t tb_host_http_open(const char *request, uint32_t length);
TB_IMPORT(host_http_head) int32_t tb_host_http_head(int32_t handle, char *bytes, uint32_t max);
/** What has come of the body, and waits if nothing has; 0 at the end, below 0 if it failed. */
TB_IMPORT(host_http_read) int32_t tb_http_read(int32_t handle, char *bytes, uint32_t max);
/** Gives a connection up; the end of the call does so, too. */
TB_IMPORT(host_http_close) int32_t tb_http_close(int32_t handle);

/** Opens a file of the record by its position in the input's `attachments`; below 0 if there is none, or none is given. */
TB_IMPORT(host_attachment_open) int32_t tb_attachment_open(int32_t index);
/** The next bytes of it; 0 at the end, below 0 if it failed. */
TB_IMPORT(host_attachment_read) int32_t tb_attachment_read(int32_t handle, char *bytes, uint32_t max);
/** Gives it back; the end of the call does so, too. */
TB_IMPORT(host_attachment_close) int32_t tb_attachment_close(int32_t handle);

/**
 * All bytes of a file of the record, which need not be text. False if the host does not give them: the metadata must have the capability
 * `multi_modal_evaluation`.
 *
 * @param described Its entry in `attachments` of the input, which says its size.
 */
static bool tb_attachment_bytes(const tb_json *described, int32_t index, tb_text *bytes);

/** An answer whose body is still to be read. What is not closed is closed when the call is over. */
typedef struct tb_response {
  int32_t handle;
  uint32_t status;
  /** Names in lower case. */
  const tb_json *headers;
  /**
   * Why a function gave false, as the host says it: -2 a wrong request, -3 not granted, -4 a limit or too late, -5 no connection,
   * or it broke off, -6 the call is over. 0 for a head that is too long, or a body that is not UTF-8.
   */
  int32_t code;
} tb_response;

/**
 * Sends a request, as JSON: method, url, headers, body or body_base64, timeout_ms. Waits for the head of the answer.
 *
 * False if there is none, with the reason in `code`. The call is not failed by that.
 */
static bool tb_http_send(tb_text request, tb_response *response);
/** Reads the rest of the body. False if it does not come to its end or is not UTF-8; the text is empty then. */
static bool tb_http_text(tb_response *response, tb_text *text);

/** Levels of tb_log. */
enum { TB_TRACE, TB_DEBUG, TB_INFO, TB_WARN, TB_ERROR_LEVEL };

/* Not every plugin uses everything. */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wunused-function"

/** Writes a line, ended by a zero, to the host's log. */
static void tb_log(int32_t level, const char *message) { tb_host_log(level, message, tb_length(message)); }
/** Sends one chunk of a streamed answer. */
static void tb_emit(tb_text chunk) { tb_host_emit(chunk.bytes, chunk.length); }

/* ================================================================ how it is done */

typedef void (*tb_start)(const tb_json *config);
typedef void (*tb_execute)(const tb_json *data, tb_writer *out);
typedef void (*tb_aggregate)(const tb_sums *sums, tb_writer *out);

/** Levels of nested JSON that are read: each takes a frame of the stack. */
#define TB_MAX_DEPTH 512
#define TB_PAGE 65536u

static int32_t tb_failure_code = 0;
static const char *tb_failure_message = "";
/** An object as JSON; empty if there is none. */
static tb_text tb_failure_details = {"", 0};

static bool tb_attachment_bytes(const tb_json *described, int32_t index, tb_text *bytes) {
  double size = tb_number_of(tb_get(described, "bytes"), -1);
  int32_t handle = tb_attachment_open(index);
  *bytes = (tb_text){"", 0};
  if (handle < 0 || !(size >= 0 && size < 4294967295.0)) return false;
  uint32_t length = (uint32_t)size;
  char *room = tb_alloc(length);
  uint32_t done = 0;
  while (done < length) {
    int32_t read = tb_attachment_read(handle, room + done, length - done);
    if (read <= 0 || (uint32_t)read > length - done) break;
    done += (uint32_t)read;
  }
  tb_attachment_close(handle);
  if (done < length) return false;
  *bytes = (tb_text){room, length};
  return true;
}

static void tb_fail(int32_t code, const char *message) { tb_fail_with(code, message, 0); }

static bool tb_failed(void) { return tb_failure_code != 0; }


static uint32_t tb_length(const char *text) {
  uint32_t length = 0;
  while (text[length] != 0) length++;
  return length;
}

static bool tb_same(tb_text a, tb_text b) {
  if (a.length != b.length) return false;
  for (uint32_t index = 0; index < a.length; index++) {
    if (a.bytes[index] != b.bytes[index]) return false;
  }
  return true;
}

/* -- memory */

extern unsigned char __heap_base;

static uint32_t tb_base = 0;
static uint32_t tb_top = 0;
/** Blocks that the host holds: when it has given the last one back, the call is over. */
static uint32_t tb_held = 0;

/** 0 if there is no room. */
static uint32_t tb_take(uint32_t size) {
  if (tb_top == 0) tb_base = tb_top = ((uint32_t)(uintptr_t)&__heap_base + 7) & ~7u;
  if (size > 0x7fffffff - tb_top - 7) return 0;
  uint32_t start = tb_top;
  uint32_t end = (start + size + 7) & ~7u;
  uint32_t have = __builtin_wasm_memory_size(0);
  uint32_t need = (end + TB_PAGE - 1) / TB_PAGE;
  if (need > have && __builtin_wasm_memory_grow(0, need - have) == (size_t)-1) return 0;
  tb_top = end;
  return start;
}

static void *tb_alloc(uint32_t size) {
  uint32_t start = tb_take(size);
  if (start == 0) {
    tb_host_error("out of memory", 13);
    __builtin_trap();
  }
  return (void *)(uintptr_t)start;
}

static int64_t tb_hand_over(const char *bytes, uint32_t length) {
  tb_held++;
  return ((int64_t)(uintptr_t)bytes << 32) | length;
}

/* -- JSON in */

typedef struct tb_reader {
  const char *at;
  const char *end;
} tb_reader;

static const tb_json tb_missing = {TB_MISSING, false, 0, 0, {"", 0}, {"", 0}, {"", 0}, 0, 0};

static tb_json *tb_read_value(tb_reader *reader, uint32_t depth);

static void tb_skip_space(tb_reader *reader) {
  while (reader->at < reader->end) {
    char c = *reader->at;
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    reader->at++;
  }
}

static tb_json *tb_malformed(void) {
  tb_fail(TB_INVALID_INPUT, "the input is not JSON");
  return 0;
}

static bool tb_is_digit(tb_reader *reader) {
  return reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9';
}

static bool tb_accept(tb_reader *reader, char c) {
  if (reader->at >= reader->end || *reader->at != c) return false;
  reader->at++;
  return true;
}

/** Length of the UTF-8 sequence at `at`; 0 if it is not one. */
static uint32_t tb_sequence(const unsigned char *at, uint32_t left) {
  unsigned char a = at[0];
  if (a < 0x80) return 1;
  if (a < 0xc2 || a > 0xf4 || left < 2) return 0;
  unsigned char low = a == 0xe0 ? 0xa0 : a == 0xf0 ? 0x90 : 0x80;
  unsigned char high = a == 0xed ? 0x9f : a == 0xf4 ? 0x8f : 0xbf;
  if (at[1] < low || at[1] > high) return 0;
  uint32_t length = a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4;
  if (left < length) return 0;
  for (uint32_t index = 2; index < length; index++) {
    if ((at[index] & 0xc0) != 0x80) return 0;
  }
  return length;
}

/** Writes a code point; returns the bytes that it took. */
static uint32_t tb_encode(char *out, uint32_t point) {
  if (point < 0x80) {
    out[0] = (char)point;
    return 1;
  }
  uint32_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  for (uint32_t index = length - 1; index > 0; index--) {
    out[index] = (char)(0x80 | (point & 0x3f));
    point >>= 6;
  }
  out[0] = (char)(length == 2 ? 0xc0 | point : length == 3 ? 0xe0 | point : 0xf0 | point);
  return length;
}

/** Four hexadecimal digits; -1 if they are not there. */
static int32_t tb_read_hex(tb_reader *reader) {
  if (reader->end - reader->at < 4) return -1;
  int32_t value = 0;
  for (int index = 0; index < 4; index++) {
    char c = *reader->at++;
    int32_t digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** A code point behind `\u`; half of a pair alone becomes U+FFFD, since UTF-8 cannot hold it. */
static int32_t tb_read_escape(tb_reader *reader) {
  int32_t unit = tb_read_hex(reader);
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  tb_reader ahead = *reader;
  if (unit < 0xdc00 && tb_accept(&ahead, '\\') && tb_accept(&ahead, 'u')) {
    int32_t low = tb_read_hex(&ahead);
    if (low >= 0xdc00 && low <= 0xdfff) {
      *reader = ahead;
      return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
  }
  return 0xfffd;
}

/** Reads a string, its opening quote already taken. False if it is malformed. */
static bool tb_read_string(tb_reader *reader, tb_text *text) {
  const char *start = reader->at;
  char *copy = 0;
  uint32_t length = 0;
  while (reader->at < reader->end) {
    unsigned char c = (unsigned char)*reader->at;
    if (c == '"') {
      *text = copy ? (tb_text){copy, length} : (tb_text){start, (uint32_t)(reader->at - start)};
      /* Nothing else was taken meanwhile, so what the copy did not need goes back. */
      if (copy) tb_top = ((uint32_t)(uintptr_t)copy + length + 7) & ~7u;
      reader->at++;
      return true;
    }
    if (c < 0x20) return false;
    if (c != '\\') {
      uint32_t size = tb_sequence((const unsigned char *)reader->at, (uint32_t)(reader->end - reader->at));
      if (size == 0) return false;
      if (copy) {
        for (uint32_t index = 0; index < size; index++) copy[length++] = reader->at[index];
      }
      reader->at += size;
      continue;
    }
    if (!copy) {
      /* What is unescaped is never longer than what is left. */
      copy = tb_alloc((uint32_t)(reader->end - start));
      length = (uint32_t)(reader->at - start);
      __builtin_memcpy(copy, start, length);
    }
    reader->at++;
    if (reader->at >= reader->end) return false;
    int32_t point;
    switch (*reader->at++) {
      case '"': point = '"'; break;
      case '\\': point = '\\'; break;
      case '/': point = '/'; break;
      case 'b': point = '\b'; break;
      case 'f': point = '\f'; break;
      case 'n': point = '\n'; break;
      case 'r': point = '\r'; break;
      case 't': point = '\t'; break;
      case 'u': point = tb_read_escape(reader); break;
      default: return false;
    }
    if (point < 0) return false;
    length += tb_encode(copy + length, (uint32_t)point);
  }
  return false;
}

/* Numbers of any length, the lowest 32 bits first: enough for 2^1074 times 10^17. */
#define TB_WORDS 40
typedef struct tb_big {
  uint32_t words[TB_WORDS];
} tb_big;

/** Words that the numbers at hand can need; the others are 0. */
static int tb_words = TB_WORDS;

static void tb_big_multiply(tb_big *number, uint32_t factor) {
  uint64_t carry = 0;
  for (int index = 0; index < tb_words; index++) {
    carry += (uint64_t)number->words[index] * factor;
    number->words[index] = (uint32_t)carry;
    carry >>= 32;
  }
}

static void tb_big_shift(tb_big *number, uint32_t bits) {
  for (; bits >= 31; bits -= 31) tb_big_multiply(number, 1u << 31);
  tb_big_multiply(number, 1u << bits);
}

static int tb_big_compare(const tb_big *a, const tb_big *b) {
  for (int index = tb_words - 1; index >= 0; index--) {
    if (a->words[index] != b->words[index]) return a->words[index] < b->words[index] ? -1 : 1;
  }
  return 0;
}

static tb_big tb_big_sum(const tb_big *a, const tb_big *b) {
  tb_big sum = {{0}};
  uint64_t carry = 0;
  for (int index = 0; index < tb_words; index++) {
    carry += (uint64_t)a->words[index] + b->words[index];
    sum.words[index] = (uint32_t)carry;
    carry >>= 32;
  }
  return sum;
}

static void tb_big_subtract(tb_big *a, const tb_big *b) {
  int64_t borrow = 0;
  for (int index = 0; index < tb_words; index++) {
    borrow += (int64_t)a->words[index] - b->words[index];
    a->words[index] = (uint32_t)borrow;
    borrow >>= 32;
  }
}

/** A number that is not negative, as mantissa times a power of two. */
typedef struct tb_parts {
  uint64_t mantissa;
  int32_t exponent;
} tb_parts;

static tb_parts tb_take_apart(uint64_t bits) {
  uint64_t mantissa = bits & 0xfffffffffffffull;
  int32_t exponent = (int32_t)(bits >> 52) & 0x7ff;
  if (exponent == 0) return (tb_parts){mantissa, -1074};
  return (tb_parts){mantissa | 1ull << 52, exponent - 1075};
}

static void tb_big_power_of_ten(tb_big *number, uint32_t exponent) {
  for (; exponent >= 9; exponent -= 9) tb_big_multiply(number, 1000000000);
  for (; exponent > 0; exponent--) tb_big_multiply(number, 10);
}

/** Compares digits * 10^exponent with what lies halfway between a number and the next one above it. */
static int tb_compare_to_halfway(uint64_t digits, int32_t exponent, uint64_t bits) {
  tb_parts parts = tb_take_apart(bits);
  uint64_t halfway = parts.mantissa * 2 + 1;
  int32_t binary = parts.exponent - 1;
  tb_big left = {{(uint32_t)digits, (uint32_t)(digits >> 32)}};
  tb_big right = {{(uint32_t)halfway, (uint32_t)(halfway >> 32)}};
  tb_words = TB_WORDS;
  tb_big_power_of_ten(exponent > 0 ? &left : &right, (uint32_t)(exponent > 0 ? exponent : -exponent));
  tb_big_shift(binary > 0 ? &right : &left, (uint32_t)(binary > 0 ? binary : -binary));
  return tb_big_compare(&left, &right);
}

/** Ten to a power, by squaring. */
static double tb_power_of_ten(uint32_t exponent) {
  double result = 1;
  double base = 10;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}

/** The number nearest to digits * 10^exponent. */
static double tb_nearest(uint64_t digits, int32_t exponent) {
  if (digits == 0 || exponent < -345) return 0;
  union {
    double number;
    uint64_t bits;
  } cell = {(double)digits};
  /* Both factors are exact, so the product is right. */
  bool exact = digits <= 1ull << 53 && exponent >= -22 && exponent <= 22;
  if (exponent > 309) exponent = 310;
  if (exponent >= 0) {
    cell.number *= tb_power_of_ten((uint32_t)exponent);
  } else {
    /* In two steps, since 1e-320 is a number but 1e320 is not. */
    uint32_t down = (uint32_t)-exponent;
    uint32_t first = down > 300 ? 300 : down;
    cell.number = cell.number / tb_power_of_ten(first) / tb_power_of_ten(down - first);
  }
  if (exact) return cell.number;
  /* A few units of the last place off at most: step to the right one, telling by exact numbers. */
  const uint64_t infinity = 0x7ff0000000000000ull;
  if (cell.bits >= infinity) cell.bits = infinity - 1;
  while (cell.bits < infinity) {
    bool odd = cell.bits & 1;
    int above = tb_compare_to_halfway(digits, exponent, cell.bits);
    if (above > 0 || (above == 0 && odd)) {
      cell.bits++;
      continue;
    }
    if (cell.bits == 0) break;
    int below = tb_compare_to_halfway(digits, exponent, cell.bits - 1);
    if (below > 0 || (below == 0 && !odd)) break;
    cell.bits--;
  }
  return cell.number;
}

/** Reads a number; digits beyond the eighteenth count as 0. */
static bool tb_read_number(tb_reader *reader, double *value) {
  bool negative = tb_accept(reader, '-');
  if (!tb_is_digit(reader)) return false;
  uint64_t digits = 0;
  int32_t exponent = 0;
  if (!tb_accept(reader, '0')) {
    while (tb_is_digit(reader)) {
      if (digits < 100000000000000000u) digits = digits * 10 + (uint64_t)(*reader->at - '0');
      else exponent++;
      reader->at++;
    }
  }
  if (tb_accept(reader, '.')) {
    if (!tb_is_digit(reader)) return false;
    while (tb_is_digit(reader)) {
      if (digits < 100000000000000000u) {
        digits = digits * 10 + (uint64_t)(*reader->at - '0');
        exponent--;
      }
      reader->at++;
    }
  }
  if (tb_accept(reader, 'e') || tb_accept(reader, 'E')) {
    bool below = tb_accept(reader, '-');
    if (!below) tb_accept(reader, '+');
    if (!tb_is_digit(reader)) return false;
    int32_t shift = 0;
    while (tb_is_digit(reader)) {
      if (shift < 100000) shift = shift * 10 + (*reader->at - '0');
      reader->at++;
    }
    exponent += below ? -shift : shift;
  }
  double magnitude = tb_nearest(digits, exponent);
  *value = negative ? -magnitude : magnitude;
  return true;
}

static bool tb_read_word(tb_reader *reader, const char *word) {
  for (; *word != 0; word++) {
    if (!tb_accept(reader, *word)) return false;
  }
  return true;
}

/** Reads the entries of a list or object, its opening bracket already taken. */
static bool tb_read_entries(tb_reader *reader, tb_json *parent, uint32_t depth) {
  bool object = parent->kind == TB_OBJECT;
  char close = object ? '}' : ']';
  const tb_json **link = &parent->first;
  tb_skip_space(reader);
  if (tb_accept(reader, close)) return true;
  for (;;) {
    tb_text key = {"", 0};
    if (object) {
      tb_skip_space(reader);
      if (!tb_accept(reader, '"') || !tb_read_string(reader, &key)) return false;
      tb_skip_space(reader);
      if (!tb_accept(reader, ':')) return false;
    }
    tb_json *entry = tb_read_value(reader, depth + 1);
    if (!entry) return false;
    entry->key = key;
    *link = entry;
    link = &entry->next;
    parent->count++;
    tb_skip_space(reader);
    if (tb_accept(reader, close)) return true;
    if (!tb_accept(reader, ',')) return false;
  }
}

static tb_json *tb_read_value(tb_reader *reader, uint32_t depth) {
  if (depth > TB_MAX_DEPTH) {
    tb_fail(TB_INVALID_INPUT, "the input is nested too deeply");
    return 0;
  }
  tb_skip_space(reader);
  if (reader->at >= reader->end) return tb_malformed();
  tb_json *value = tb_alloc(sizeof(tb_json));
  *value = tb_missing;
  const char *start = reader->at;
  bool read;
  switch (*start) {
    case '{':
    case '[':
      reader->at++;
      value->kind = *start == '{' ? TB_OBJECT : TB_ARRAY;
      read = tb_read_entries(reader, value, depth);
      break;
    case '"':
      reader->at++;
      value->kind = TB_STRING;
      read = tb_read_string(reader, &value->text);
      break;
    case 't':
    case 'f':
      value->kind = TB_BOOLEAN;
      value->boolean = *start == 't';
      read = tb_read_word(reader, value->boolean ? "true" : "false");
      break;
    case 'n':
      value->kind = TB_NULL;
      read = tb_read_word(reader, "null");
      break;
    default:
      value->kind = TB_NUMBER;
      read = tb_read_number(reader, &value->number);
  }
  if (!read) return tb_malformed();
  value->source = (tb_text){start, (uint32_t)(reader->at - start)};
  return value;
}

/** Reads a whole text; 0, with the call failed, if it is not JSON. */
static const tb_json *tb_parse(const char *bytes, uint32_t length) {
  tb_reader reader = {bytes, bytes + length};
  const tb_json *value = tb_read_value(&reader, 1);
  tb_skip_space(&reader);
  if (value && reader.at != reader.end) return tb_malformed();
  return value;
}

static const tb_json *tb_get(const tb_json *object, const char *key) {
  const tb_json *found = &tb_missing;
  if (object->kind != TB_OBJECT) return found;
  tb_text wanted = {key, tb_length(key)};
  for (const tb_json *entry = object->first; entry; entry = entry->next) {
    if (tb_same(entry->key, wanted)) found = entry;
  }
  return found;
}

static tb_text tb_text_of(const tb_json *value) {
  if (value->kind == TB_STRING) return value->text;
  if (value->kind == TB_NUMBER || value->kind == TB_BOOLEAN) return value->source;
  return (tb_text){"", 0};
}

static double tb_number_of(const tb_json *value, double otherwise) {
  return value->kind == TB_NUMBER ? value->number : otherwise;
}

/* -- JSON out */

static char *tb_extend(tb_writer *out, uint32_t size) {
  if (size > out->capacity - out->length) {
    uint32_t capacity = out->capacity < 128 ? 256 : out->capacity * 2;
    while (capacity - out->length < size) capacity *= 2;
    char *bytes = tb_alloc(capacity);
    if (out->length > 0) __builtin_memcpy(bytes, out->bytes, out->length);
    out->bytes = bytes;
    out->capacity = capacity;
  }
  char *at = out->bytes + out->length;
  out->length += size;
  return at;
}

static void tb_raw(tb_writer *out, const char *bytes, uint32_t length) {
  if (length > 0) __builtin_memcpy(tb_extend(out, length), bytes, length);
}

static void tb_before_value(tb_writer *out) {
  if (out->comma) tb_raw(out, ",", 1);
  out->comma = true;
}

static void tb_open(tb_writer *out, const char *bracket) {
  tb_before_value(out);
  tb_raw(out, bracket, 1);
  out->comma = false;
}

static void tb_close(tb_writer *out, const char *bracket) {
  tb_raw(out, bracket, 1);
  out->comma = true;
}

static void tb_begin_object(tb_writer *out) { tb_open(out, "{"); }
static void tb_end_object(tb_writer *out) { tb_close(out, "}"); }
static void tb_begin_array(tb_writer *out) { tb_open(out, "["); }
static void tb_end_array(tb_writer *out) { tb_close(out, "]"); }

static void tb_put_text(tb_writer *out, tb_text text) {
  tb_before_value(out);
  tb_raw(out, "\"", 1);
  for (uint32_t index = 0; index < text.length; index++) {
    unsigned char c = (unsigned char)text.bytes[index];
    if (c == '"' || c == '\\') {
      char escaped[2] = {'\\', (char)c};
      tb_raw(out, escaped, 2);
    } else if (c < 0x20) {
      char escaped[6] = {'\\', 'u', '0', '0', (char)('0' + (c >> 4)), "0123456789abcdef"[c & 15]};
      tb_raw(out, escaped, 6);
    } else {
      *tb_extend(out, 1) = (char)c;
    }
  }
  tb_raw(out, "\"", 1);
}

static void tb_key(tb_writer *out, const char *key) {
  tb_put_text(out, (tb_text){key, tb_length(key)});
  tb_raw(out, ":", 1);
  out->comma = false;
}

static void tb_put_boolean(tb_writer *out, bool value) {
  tb_before_value(out);
  tb_raw(out, value ? "true" : "false", value ? 4 : 5);
}

static void tb_put_null(tb_writer *out) {
  tb_before_value(out);
  tb_raw(out, "null", 4);
}

static void tb_put_json(tb_writer *out, const tb_json *value) {
  if (value->kind == TB_MISSING) {
    tb_put_null(out);
    return;
  }
  tb_before_value(out);
  tb_raw(out, value->source.bytes, value->source.length);
}

/* -- failures */

static void tb_fail_with(int32_t code, const char *message, const tb_writer *details) {
  if (tb_failure_code != 0) return;
  tb_failure_code = code < 0 ? code : TB_ERROR;
  tb_failure_message = message;
  tb_failure_details = details ? (tb_text){details->bytes, details->length} : (tb_text){"", 0};
}

static void tb_fail_retryable(int32_t code, const char *message, double retry_after_ms) {
  if (tb_failure_code != 0) return;
  tb_writer details = {0};
  tb_begin_object(&details);
  tb_key(&details, "retryable");
  tb_put_boolean(&details, true);
  if (retry_after_ms >= 0) {
    tb_key(&details, "retry_after_ms");
    tb_put_number(&details, retry_after_ms);
  }
  tb_end_object(&details);
  tb_fail_with(code, message, &details);
}

static void tb_put_failure(tb_writer *out) {
  tb_begin_object(out);
  tb_key(out, "code");
  tb_put_number(out, tb_failure_code);
  tb_key(out, "message");
  tb_put_text(out, (tb_text){tb_failure_message, tb_length(tb_failure_message)});
  if (tb_failure_details.length > 0) {
    tb_key(out, "details");
    tb_raw(out, tb_failure_details.bytes, tb_failure_details.length);
    out->comma = true;
  }
  tb_end_object(out);
}

static int32_t tb_take_failure(void) {
  int32_t code = tb_failure_code;
  if (code != 0 && tb_failure_details.length > 0) {
    tb_writer out = {0};
    tb_put_failure(&out);
    tb_host_error(out.bytes, out.length);
  } else if (code != 0) {
    tb_host_error(tb_failure_message, tb_length(tb_failure_message));
  }
  tb_failure_code = 0;
  return code;
}

/**
 * The shortest digits of a positive number, by Steele and White's algorithm with exact numbers: value = numerator /
 * denominator, and the gaps to the neighbours determine how many digits are enough.
 *
 * @return The count of digits; `*point` is where the decimal point stands, counted from the first digit.
 */
static uint32_t tb_digits(double value, char *digits, int32_t *point) {
  union {
    double number;
    uint64_t bits;
  } cell = {value};
  tb_parts parts = tb_take_apart(cell.bits);
  int32_t exponent = parts.exponent;
  bool even = (parts.mantissa & 1) == 0;
  /* The gap below a power of two is half of the one above. */
  bool power = parts.mantissa == 1ull << 52 && exponent > -1074;

  /* Both sides have 53 bits and the exponent's, and room for a factor of ten, and for the shift by two. */
  tb_words = ((exponent < 0 ? -exponent : exponent) + 53 + 8) / 32 + 2;
  /* Everything times two, or four. */
  tb_big numerator = {{(uint32_t)parts.mantissa, (uint32_t)(parts.mantissa >> 32)}};
  tb_big denominator = {{1}};
  tb_big above = {{1}};
  tb_big below = {{1}};
  tb_big_shift(&numerator, (exponent > 0 ? (uint32_t)exponent : 0) + (power ? 2 : 1));
  tb_big_shift(&denominator, (exponent < 0 ? (uint32_t)-exponent : 0) + (power ? 2 : 1));
  if (exponent > 0) {
    tb_big_shift(&above, (uint32_t)exponent);
    tb_big_shift(&below, (uint32_t)exponent);
  }
  if (power) tb_big_shift(&above, 1);

  int32_t decimal = 0;
  /* Up to the first digit: numerator + above must be less than ten denominators, and at least one. */
  for (;;) {
    tb_big high = tb_big_sum(&numerator, &above);
    int order = tb_big_compare(&high, &denominator);
    if (order < 0 || (order == 0 && !even)) break;
    tb_big_multiply(&denominator, 10);
    decimal++;
  }
  for (;;) {
    tb_big high = tb_big_sum(&numerator, &above);
    tb_big_multiply(&high, 10);
    int order = tb_big_compare(&high, &denominator);
    if (order > 0 || (order == 0 && even)) break;
    tb_big_multiply(&numerator, 10);
    tb_big_multiply(&above, 10);
    tb_big_multiply(&below, 10);
    decimal--;
  }
  *point = decimal;
  for (uint32_t count = 0;;) {
    tb_big_multiply(&numerator, 10);
    tb_big_multiply(&above, 10);
    tb_big_multiply(&below, 10);
    char digit = '0';
    while (tb_big_compare(&numerator, &denominator) >= 0) {
      tb_big_subtract(&numerator, &denominator);
      digit++;
    }
    int low = tb_big_compare(&numerator, &below);
    tb_big sum = tb_big_sum(&numerator, &above);
    int high = tb_big_compare(&sum, &denominator);
    bool at_low = low < 0 || (low == 0 && even);
    bool at_high = high > 0 || (high == 0 && even);
    if (at_low && at_high) {
      tb_big twice = tb_big_sum(&numerator, &numerator);
      if (tb_big_compare(&twice, &denominator) >= 0) digit++;
    } else if (at_high) {
      digit++;
    }
    digits[count++] = digit;
    if (at_low || at_high) return count;
  }
}

static void tb_put_number(tb_writer *out, double value) {
  /* NaN is not equal to itself, and infinity minus itself is NaN. */
  if (value - value != 0) {
    tb_put_null(out);
    return;
  }
  tb_before_value(out);
  if (value == 0) {
    tb_raw(out, "0", 1);
    return;
  }
  if (value < 0) {
    tb_raw(out, "-", 1);
    value = -value;
  }
  char digits[20];
  int32_t point = 0;
  int32_t count = 0;
  if (value < 9007199254740992.0 && (double)(int64_t)value == value) {
    /* Whole numbers, such as counts, need no search. */
    char reversed[20];
    for (int64_t left = (int64_t)value; left > 0; left /= 10) reversed[count++] = (char)('0' + left % 10);
    for (int32_t index = 0; index < count; index++) digits[index] = reversed[count - 1 - index];
    point = count;
  } else {
    count = (int32_t)tb_digits(value, digits, &point);
  }
  if (point > 0 && point <= 21) {
    for (int32_t index = 0; index < point; index++) *tb_extend(out, 1) = index < count ? digits[index] : '0';
    if (count > point) {
      tb_raw(out, ".", 1);
      tb_raw(out, digits + point, (uint32_t)(count - point));
    }
    return;
  }
  if (point > -6 && point <= 0) {
    tb_raw(out, "0.", 2);
    for (int32_t index = point; index < 0; index++) tb_raw(out, "0", 1);
    tb_raw(out, digits, (uint32_t)count);
    return;
  }
  tb_raw(out, digits, 1);
  if (count > 1) {
    tb_raw(out, ".", 1);
    tb_raw(out, digits + 1, (uint32_t)(count - 1));
  }
  int32_t exponent = point - 1;
  tb_raw(out, exponent < 0 ? "e-" : "e", exponent < 0 ? 2 : 1);
  if (exponent < 0) exponent = -exponent;
  if (exponent >= 100) *tb_extend(out, 1) = (char)('0' + exponent / 100);
  if (exponent >= 10) *tb_extend(out, 1) = (char)('0' + exponent / 10 % 10);
  *tb_extend(out, 1) = (char)('0' + exponent % 10);
}

/* -- HTTP */

static const tb_json *tb_parse_quietly(const char *bytes, uint32_t length) {
  int32_t before = tb_failure_code;
  const tb_json *value = tb_parse(bytes, length);
  tb_failure_code = before;
  return value ? value : &tb_missing;
}

static bool tb_http_send(tb_text request, tb_response *response) {
  *response = (tb_response){tb_host_http_open(request.bytes, request.length), 0, &tb_missing, 0};
  if (response->handle < 0) {
    response->code = response->handle;
    return false;
  }
  uint32_t max = 4096;
  char *head = tb_alloc(max);
  int32_t length = tb_host_http_head(response->handle, head, max);
  if (length > (int32_t)max) {
    /* Long headers: again, with room for all. */
    max = (uint32_t)length;
    head = tb_alloc(max);
    length = tb_host_http_head(response->handle, head, max);
  }
  if (length < 0 || length > (int32_t)max) {
    response->code = length < 0 ? length : 0;
    tb_http_close(response->handle);
    return false;
  }
  const tb_json *parsed = tb_parse_quietly(head, (uint32_t)length);
  response->status = (uint32_t)tb_number_of(tb_get(parsed, "status"), 0);
  response->headers = tb_get(parsed, "headers");
  return true;
}

static bool tb_is_utf8(const char *bytes, uint32_t length) {
  for (uint32_t at = 0; at < length;) {
    uint32_t size = tb_sequence((const unsigned char *)bytes + at, length - at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

static bool tb_http_text(tb_response *response, tb_text *text) {
  *text = (tb_text){"", 0};
  response->code = 0;
  tb_writer body = {0};
  for (;;) {
    const uint32_t step = 16384;
    char *room = tb_extend(&body, step);
    int32_t length = tb_http_read(response->handle, room, step);
    body.length -= step;
    if (length < 0) response->code = length;
    if (length <= 0) break;
    body.length += (uint32_t)length;
  }
  tb_http_close(response->handle);
  if (response->code < 0 || !tb_is_utf8(body.bytes, body.length)) return false;
  *text = (tb_text){body.bytes, body.length};
  return true;
}

/* -- the score of a set */

static double tb_sum_of(const tb_sums *sums, const char *metric) {
  const tb_json *sum = tb_get(sums->all, metric);
  if (sum->kind != TB_NUMBER) {
    static const char start[] = "the sum of a metric is missing: ";
    uint32_t length = tb_length(metric);
    char *message = tb_alloc(sizeof(start) + length);
    __builtin_memcpy(message, start, sizeof(start) - 1);
    __builtin_memcpy(message + sizeof(start) - 1, metric, length + 1);
    tb_fail(TB_INVALID_INPUT, message);
  }
  return tb_number_of(sum, 0);
}

/** Hands an aggregate call, whose data are nothing but the sums and `n`, to `aggregate`, and any other call to `execute`. */
static void tb_run_evaluator(tb_execute execute, tb_aggregate aggregate, const tb_json *data, tb_writer *out) {
  const tb_json *all = tb_get(data, "aggregate");
  const tb_json *n = tb_get(data, "n");
  tb_sums sums = {all, tb_number_of(n, 0)};
  if (data->count == 2 && all->kind == TB_OBJECT && n->kind == TB_NUMBER) aggregate(&sums, out);
  else execute(data, out);
}

/* -- asking */

/** The input of the call. */
static const tb_json *tb_envelope = &tb_missing;
/** Items of a list; empty if nothing is asked. */
static tb_writer tb_asks = {0};
static tb_text tb_state = {"null", 4};

static void tb_ask_request(const tb_writer *request) {
  tb_before_value(&tb_asks);
  tb_raw(&tb_asks, request->bytes, request->length);
}

static void tb_ask_complete(tb_text provider, const tb_writer *data) {
  tb_begin_object(&tb_asks);
  tb_key(&tb_asks, "provider");
  tb_put_text(&tb_asks, provider);
  tb_key(&tb_asks, "complete");
  tb_raw(&tb_asks, data->bytes, data->length);
  tb_asks.comma = true;
  tb_end_object(&tb_asks);
}

static void tb_ask_embed(tb_text provider, tb_text model, const tb_text *texts, size_t count) {
  tb_begin_object(&tb_asks);
  tb_key(&tb_asks, "provider");
  tb_put_text(&tb_asks, provider);
  tb_key(&tb_asks, "embed");
  tb_begin_object(&tb_asks);
  tb_key(&tb_asks, "model");
  tb_put_text(&tb_asks, model);
  tb_key(&tb_asks, "input");
  tb_begin_array(&tb_asks);
  for (size_t at = 0; at < count; at++) tb_put_text(&tb_asks, texts[at]);
  tb_end_array(&tb_asks);
  tb_end_object(&tb_asks);
  tb_end_object(&tb_asks);
}

static void tb_ask_keep(const tb_writer *value) { tb_state = (tb_text){value->bytes, value->length}; }

static const tb_json *tb_answers(void) { return tb_get(tb_envelope, "answers"); }
static bool tb_is_answered(void) { return tb_answers()->kind == TB_ARRAY; }
static const tb_json *tb_kept(void) { return tb_get(tb_envelope, "continue"); }

/** Forgets what an earlier call, or an earlier entry of a batch, has asked. */
static void tb_begin_asking(const tb_json *envelope) {
  tb_envelope = envelope;
  tb_asks = (tb_writer){0};
  tb_state = (tb_text){"null", 4};
}

static void tb_put_asks(tb_writer *out) {
  tb_begin_object(out);
  tb_key(out, "ask");
  tb_begin_array(out);
  tb_raw(out, tb_asks.bytes, tb_asks.length);
  tb_end_array(out);
  tb_key(out, "continue");
  tb_raw(out, tb_state.bytes, tb_state.length);
  out->comma = true;
  tb_end_object(out);
}

/* -- the contract */

static int32_t tb_run_start(tb_start start, const char *bytes, uint32_t length) {
  tb_failure_code = 0;
  const tb_json *config = tb_parse(bytes, length);
  if (config && config->kind != TB_OBJECT) tb_fail(TB_INVALID_INPUT, "the configuration is not an object");
  if (!tb_failed() && start) start(config);
  int32_t code = tb_take_failure();
  /* What the start has taken stays. */
  if (code == 0) tb_base = tb_top;
  return code;
}

static void tb_run_one(tb_execute execute, const tb_json *envelope, tb_writer *out) {
  const tb_json *data = tb_get(envelope, "data");
  if (data->kind == TB_MISSING) {
    tb_fail(TB_INVALID_INPUT, "the input has no field \"data\"");
    return;
  }
  tb_writer before = *out;
  tb_begin_asking(envelope);
  tb_begin_object(out);
  tb_key(out, "data");
  execute(data, out);
  if (tb_asks.length > 0 && !tb_failed()) {
    out->length = before.length;
    out->comma = before.comma;
    tb_put_asks(out);
    return;
  }
  if (!out->comma) tb_fail(TB_ERROR, "the plugin wrote no output");
  tb_end_object(out);
}

static int64_t tb_run(tb_execute execute, const char *bytes, uint32_t length) {
  tb_failure_code = 0;
  tb_writer out = {0};
  const tb_json *envelope = tb_parse(bytes, length);
  if (envelope) tb_run_one(execute, envelope, &out);
  int32_t code = tb_take_failure();
  return code == 0 ? tb_hand_over(out.bytes, out.length) : code;
}

/** A failed entry becomes {"error": …}; the others go on. */
static int64_t tb_run_batch(tb_execute execute, const char *bytes, uint32_t length) {
  tb_failure_code = 0;
  tb_writer out = {0};
  const tb_json *list = tb_parse(bytes, length);
  if (list && list->kind != TB_ARRAY) tb_fail(TB_INVALID_INPUT, "a batch is a list");
  if (tb_failed()) return tb_take_failure();
  tb_begin_array(&out);
  for (const tb_json *envelope = list->first; envelope; envelope = envelope->next) {
    tb_writer before = out;
    tb_run_one(execute, envelope, &out);
    if (!tb_failed()) continue;
    /* What was written is dropped; bytes that grew into new room were copied with it. */
    out.length = before.length;
    out.comma = before.comma;
    tb_begin_object(&out);
    tb_key(&out, "error");
    tb_put_failure(&out);
    tb_end_object(&out);
    tb_failure_code = 0;
  }
  tb_end_array(&out);
  return tb_hand_over(out.bytes, out.length);
}

static int64_t tb_give_metadata(const char *text, uint32_t length) {
  char *copy = tb_alloc(length);
  __builtin_memcpy(copy, text, length);
  return tb_hand_over(copy, length);
}

static uint32_t tb_give_room(uint32_t size) {
  uint32_t room = tb_take(size);
  if (room != 0) tb_held++;
  return room;
}

static void tb_take_back(uint32_t room) {
  if (room == 0 || tb_held == 0) return;
  if (--tb_held == 0) tb_top = tb_base;
}

#pragma clang diagnostic pop

#define TB_EXPORT(name) __attribute__((export_name(#name)))

/**
 * Makes the plugin: `start` gets the configuration once, and may be 0; `execute` gets the data of each call. What stands in
 * braces is the metadata as JSON.
 */
#define TESTBENCH_PLUGIN(start, execute, ...)                                                        \
  static const char tb_metadata_text[] = #__VA_ARGS__;                                               \
  TB_EXPORT(plugin_alloc) uint32_t plugin_alloc(uint32_t size) { return tb_give_room(size); }        \
  TB_EXPORT(plugin_free) void plugin_free(uint32_t room, uint32_t size) {                            \
    (void)size;                                                                                      \
    tb_take_back(room);                                                                              \
  }                                                                                                  \
  TB_EXPORT(plugin_metadata) int64_t plugin_metadata(void) {                                         \
    return tb_give_metadata(tb_metadata_text, sizeof(tb_metadata_text) - 1);                         \
  }                                                                                                  \
  TB_EXPORT(plugin_init) int32_t plugin_init(const char *config, uint32_t length) {                  \
    return tb_run_start((start), config, length);                                                    \
  }                                                                                                  \
  TB_EXPORT(plugin_execute) int64_t plugin_execute(const char *input, uint32_t length) {             \
    return tb_run((execute), input, length);                                                         \
  }                                                                                                  \
  TB_EXPORT(plugin_execute_batch) int64_t plugin_execute_batch(const char *inputs, uint32_t length) { \
    return tb_run_batch((execute), inputs, length);                                                  \
  }                                                                                                  \
  TB_EXPORT(plugin_shutdown) int32_t plugin_shutdown(void) { return 0; }

/**
 * Makes an evaluator whose metrics add up, with `"aggregate": "sums"` in its metadata: as TESTBENCH_PLUGIN, and `aggregate` writes the
 * score of a whole set from the sums of its results' metrics.
 */
#define TESTBENCH_CORPUS_EVALUATOR(start, execute, aggregate, ...)               \
  static void tb_execute_either(const tb_json *data, tb_writer *out) {           \
    tb_run_evaluator((execute), (aggregate), data, out);                         \
  }                                                                              \
  TESTBENCH_PLUGIN(start, tb_execute_either, __VA_ARGS__)

#endif
