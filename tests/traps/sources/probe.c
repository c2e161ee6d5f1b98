#include "testbench.h"

static volatile int32_t zero = 0;

__attribute__((noinline)) static int32_t divide(int32_t a, int32_t b) {
  return (a + 1) / b; // at: divide
}

__attribute__((noinline)) static void outside(uint32_t address) {
  *(volatile int32_t *)address = 7; // at: bounds
}

static void never(tb_text text) {
  if (text.length > 3) __builtin_trap(); // at: unreachable
}

__attribute__((noinline)) static int32_t deeper(int32_t depth) {
  volatile char room[256];
  room[depth & 255] = 1; // at: stack
  return deeper(depth + 1) + room[0];
}

static uint32_t turns(uint32_t start) {
  volatile uint32_t value = start;
  while (value != 0) value = (value * 3 + 1) | 1; // at: fuel
  return value;
}

static void execute(const tb_json *data, tb_writer *out) {
  tb_text what = tb_text_of(data);
  uint32_t start = what.length;
  if (tb_same(what, TB("bounds"))) outside(0x7ffffff0); // at: bounds-caller
  else if (tb_same(what, TB("divide"))) tb_put_number(out, divide(what.length, zero));
  else if (tb_same(what, TB("unreachable"))) never(what);
  else if (tb_same(what, TB("stack"))) tb_put_number(out, deeper(1));
  else if (tb_same(what, TB("fuel"))) tb_put_number(out, turns(start));
  else tb_put_null(out);
}

TESTBENCH_PLUGIN(0, execute, {
  "name": "probe-c",
  "version": "1.0.0",
  "plugin_type": "custom",
  "api_version": "1.0.0"
})
