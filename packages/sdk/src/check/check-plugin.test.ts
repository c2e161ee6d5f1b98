import {
  assemble,
  type GuestParts,
  guestWat,
  METADATA,
  packed,
  withMetadataSection,
} from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

import { type CheckFinding, checkPlugin } from './check-plugin.js';

/** Blocks one after the other from the second page on; when the host has freed everything, it starts again. */
const ALLOCATOR: GuestParts = {
  alloc: `
    (local $start i32)
    (if (i32.gt_u (local.get $size) (i32.const 0x1000000)) (then (return (i32.const 0))))
    (local.set $start (global.get $top))
    (global.set $top (i32.and (i32.add (i32.add (global.get $top) (local.get $size)) (i32.const 15)) (i32.const -8)))
    (block $room (loop $more
      (br_if $room (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
      (drop (memory.grow (i32.const 1)))
      (br $more)))
    (global.set $live (i32.add (global.get $live) (i32.const 1)))
    (local.get $start)`,
  free: `
    (if (i32.lt_u (local.get 0) (i32.const 65536)) (then (return)))
    (global.set $live (i32.sub (global.get $live) (i32.const 1)))
    (if (i32.eqz (global.get $live)) (then (global.set $top (i32.const 65536))))`,
  rest: `
    (global $live (mut i32) (i32.const 0))
    (global $top (mut i32) (i32.const 65536))`,
};

const plugin = (parts: GuestParts, section = METADATA): Uint8Array =>
  withMetadataSection(assemble(guestWat({ ...ALLOCATOR, ...parts })), section);

/** Findings that are not good, without the warning that this plugin always gets because it reads nothing. */
async function problems(
  bytes: Uint8Array,
  options: Parameters<typeof checkPlugin>[1] = {},
): Promise<CheckFinding[]> {
  const { ok, findings } = await checkPlugin(bytes, options);
  expect(ok).toBe(findings.every(({ status }) => status !== 'failed'));
  return findings.filter(
    ({ check, status }) =>
      status !== 'ok' && !(check === 'bad inputs' && status === 'warning') && check !== 'batch',
  );
}

describe('checkPlugin()', () => {
  it('finds nothing wrong with a sound plugin but that it reads nothing', async () => {
    const { ok, findings } = await checkPlugin(plugin({}));
    expect(ok).toBe(true);
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['module', 'ok'],
      ['metadata', 'ok'],
      ['allocator', 'ok'],
      ['configuration', 'ok'],
      ['good inputs', 'ok'],
      ['bad inputs', 'warning'],
      ['determinism', 'ok'],
      ['memory', 'ok'],
      ['batch', 'skipped'],
      ['shutdown', 'ok'],
      ['host', 'ok'],
    ]);
    expect(findings[5]!.detail).toBe('answers nothing at all as if it were JSON (and 7 more)');
  });

  it.each<[string, GuestParts, check: string, detail: RegExp]>([
    [
      'one block for all',
      { alloc: '(i32.const 65536)', memory: '(memory (export "memory") 8)' },
      'allocator',
      /^the block of \d+ bytes at 65536 was changed while another one was written or freed$/,
    ],
    ['no room', { alloc: '(i32.const 0)' }, 'allocator', /^plugin_alloc has no room for 2 bytes$/],
    [
      'blocks that are never freed',
      { free: '' },
      'allocator',
      /^memory grows by \d+ bytes when a block is taken and given back 3000 times/,
    ],
    [
      'a block beyond the memory',
      { alloc: '(i32.const 0x7fff0000)' },
      'allocator',
      /^the room for the input lies at 2147418112 with 2 bytes, beyond the 131072 of its memory$/,
    ],
    [
      'a trap for an empty input',
      { execute: `(if (i32.eqz (local.get $len)) (then unreachable)) ${packed(4096, 15)}` },
      'bad inputs',
      /^given nothing at all, plugin_execute traps: unreachable$/,
    ],
    [
      'an output beyond the memory',
      { execute: packed(0x10_0000, 15) },
      'good inputs',
      /^the result of plugin_execute lies at 1048576 with 15 bytes, beyond/,
    ],
    [
      'an output that is not JSON',
      { outputText: '{"data":' },
      'good inputs',
      /^the output is wrong: not valid JSON/,
    ],
    [
      'an output without the envelope',
      { outputText: '{"score":1}' },
      'good inputs',
      /^the output is wrong: the output/,
    ],
    [
      'memory that grows with each call',
      { execute: `(drop (memory.grow (i32.const 1))) ${packed(4096, 15)}` },
      'memory',
      /^memory grows by \d+ bytes in 3000 calls; free what a call takes$/,
    ],
    [
      'an error code above 0',
      {
        init: '(if (i32.ne (local.get $len) (i32.const 2)) (then (return (i32.const 7)))) (i32.const 0)',
      },
      'configuration',
      /^plugin_init answers 7 to ""; an error is negative$/,
    ],
    ['a bad end', { shutdown: '(i32.const -9)' }, 'shutdown', /^plugin_shutdown answers -9$/],
  ])('names %s', async (_what, parts, check, detail) => {
    const found = await problems(plugin(parts));
    expect(found.find((finding) => finding.check === check)).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(detail),
    });
  });

  it('ends a check that hangs, and goes on with the others', async () => {
    const hangs = plugin({
      execute: `(if (i32.eqz (local.get $len)) (then (loop $for_ever (br $for_ever)))) ${packed(4096, 15)}`,
    });
    expect(await problems(hangs, { stepTimeoutMs: 2000 })).toEqual([
      { check: 'bad inputs', status: 'failed', detail: 'it does not end within 2 s' },
    ]);
  });

  it('compares the answer with the section', async () => {
    const other = METADATA.replace('"1.0.0"', '"1.0.1"');
    const [found] = await problems(plugin({}, other));
    expect(found).toEqual({
      check: 'metadata',
      status: 'failed',
      detail:
        'metadata field "version": plugin_metadata says "1.0.0", the custom section "1.0.1"; write it in one place, and build again',
    });
  });

  it('takes configuration and inputs of the author, and tells when an input is refused', async () => {
    const picky = plugin({
      init: '(if (i32.eq (local.get $len) (i32.const 2)) (then (return (i32.const -2)))) (i32.const 0)',
      execute: `(if (i32.gt_u (local.get $len) (i32.const 20)) (then (return (i64.const -2)))) ${packed(4096, 15)}`,
    });
    expect((await checkPlugin(picky)).ok).toBe(false);
    const config = { key: 1 };
    expect(await problems(picky, { config, inputs: [1, 2] })).toEqual([]);
    expect(await problems(picky, { config, inputs: ['a text that is too long'] })).toEqual([
      {
        check: 'good inputs',
        status: 'warning',
        detail: expect.stringMatching(/^refuses "a text that is too long" with -2; give an input/),
      },
    ]);
  });

  it('refuses what no host would load, before anything runs', async () => {
    const text = METADATA.replace('"api_version":"1.0.0"', '"api_version":"2.0.0"');
    const { ok, findings } = await checkPlugin(plugin({ metadataText: text }, text));
    expect(ok).toBe(false);
    expect(findings).toEqual([
      {
        check: 'module',
        status: 'failed',
        detail:
          'metadata field "api_version": it is made for contract 2.0.0, hosts speak 1.0.0; set it to "1.0.0"',
      },
    ]);
  });

  it('warns of a missing section', async () => {
    const { ok, findings } = await checkPlugin(assemble(guestWat(ALLOCATOR)));
    expect(ok).toBe(true);
    expect(findings[0]).toMatchObject({ check: 'module', status: 'warning' });
  });
});
