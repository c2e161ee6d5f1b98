// An Extism plugin in AssemblyScript, with Extism's own kit.
import { Config, Host, LogLevel, Memory, Var } from '@extism/as-pdk';

@external('extism:host/user', 'lookup')
declare function lookup(offset: u64): u64;

@external('extism:host/env', 'length')
declare function length(offset: u64): u64;

// Functions that the kit has no words for.
@external('extism:host/env', 'error_set')
declare function error_set(offset: u64): void;
@external('extism:host/env', 'http_request')
declare function http_request(request: u64, body: u64): u64;

function fail(message: string): void {
  error_set(Memory.allocateString(message).offset);
}

export function abort(
  message: string | null,
  fileName: string | null,
  lineNumber: u32,
  columnNumber: u32,
): void {
  fail(message === null ? 'abort' : message);
  unreachable();
}

export function count_vowels(): i32 {
  let vowels = Config.get('vowels');
  if (vowels === null) vowels = 'aeiouAEIOU';
  const input = Host.inputString();
  let count = 0;
  for (let index = 0; index < input.length; index += 1) {
    if (vowels.includes(input.charAt(index))) count += 1;
  }
  let total = count;
  const known = Var.get('total');
  if (known !== null) total += known[0];
  const kept = new Uint8Array(1);
  kept[0] = <u8>total;
  Var.set('total', kept);
  Host.outputString(
    '{"count":' + count.toString() + ',"total":' + total.toString() + ',"vowels":"' + vowels + '"}',
  );
  return 0;
}

export function echo(): i32 {
  Host.output(Host.input());
  return 0;
}

export function upper(): i32 {
  Host.outputString(Host.inputString().toUpperCase());
  return 0;
}

export function forget(): i32 {
  Var.remove('total');
  return 0;
}

export function refuse(): i32 {
  fail('cannot do ' + Host.inputString());
  return 1;
}

export function log(): i32 {
  Host.log(LogLevel.Info, 'info ' + Host.inputString());
  Host.log(LogLevel.Warn, 'warn ' + Host.inputString());
  Host.log(LogLevel.Error, 'error ' + Host.inputString());
  return 0;
}

export function ask(): i32 {
  const offset = lookup(Memory.allocateString(Host.inputString()).offset);
  Host.outputMemory(new Memory(offset, length(offset)));
  return 0;
}

export function fetch(): i32 {
  const request = Memory.allocateString('{"url":"' + Host.inputString() + '"}');
  const body = http_request(request.offset, 0);
  Host.outputMemory(new Memory(body, length(body)));
  return 0;
}

export function aborts(): i32 {
  const none = new Uint8Array(0);
  return none[Host.input().length];
}
