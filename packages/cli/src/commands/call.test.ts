import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extismGuest } from '@testbench/test-kit/extism-guests';
import { describe, expect, it } from 'vitest';

import { captureIo } from '../__fixtures__/captured-io.js';
import { examplePlugin, ROOT, temporaryFolder } from '../__fixtures__/paths.js';
import { main } from '../main.js';

const TOKEN_F1 = examplePlugin('token-f1');
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const INPUT = '{"output":"the cat sat","expected":"a cat"}';

describe('testbench call', () => {
  it('prints the output, and what it took to stderr', async () => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(['call', TOKEN_F1, '--input', INPUT], io)).toBe(0);
    expect(JSON.parse(stdout())).toMatchObject({
      score: 2 / 3,
      metrics: { precision: 0.5, recall: 1 },
    });
    expect(stderr()).toMatch(/^time [\d.]+ ms · fuel [\d,]+ · memory 64 KiB\n$/);
  });

  it('prints everything as one JSON object with --json', async () => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(['call', TOKEN_F1, '--input', INPUT, '--json'], io)).toBe(0);
    expect(stderr()).toBe('');
    const output = JSON.parse(stdout()) as { metadata: { fuelUsed: number } };
    expect(output).toMatchObject({ data: { score: 2 / 3 }, metadata: { memoryUsedBytes: 65_536 } });
    expect(output.metadata.fuelUsed).toBeGreaterThan(1000);
  });

  it('takes a plugin by name from the package that is installed for the working directory', async () => {
    const cwd = await temporaryFolder();
    await mkdir(join(cwd, 'node_modules/@testbench'), { recursive: true });
    await symlink(join(ROOT, 'packages/plugins'), join(cwd, 'node_modules/@testbench/plugins'));
    const { io, stdout } = captureIo({ cwd });
    expect(await main(['call', 'token-f1', '--input', INPUT], io)).toBe(0);
    expect(JSON.parse(stdout())).toMatchObject({ score: 2 / 3 });
  });

  it('calls a function of an Extism module, and prints bytes as text or in base64', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'guest.wasm'), extismGuest());
    const call = async (data: object): Promise<unknown> => {
      const { io, stdout } = captureIo({ cwd: folder });
      expect(await main(['call', 'guest.wasm', '--input', JSON.stringify(data)], io)).toBe(0);
      return JSON.parse(stdout());
    };
    expect(await call({ function: 'echo', input: 'said' })).toBe('said');
    expect(await call({ function: 'nothing' })).toBeNull();
    expect(await call({ function: 'part', input: 'aäbc' })).toEqual({ base64: 'pGJj' });
  });

  it('hands over files, to plugins that read some', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'dot.png'), PIXEL);
    const call = async (plugin: string, ...args: string[]) => {
      const { io, stdout, stderr } = captureIo({ cwd });
      const code = await main(
        ['call', examplePlugin(plugin), '--input', '{"output":""}', ...args],
        io,
      );
      return { code, text: stdout() + stderr() };
    };
    const { text } = await call('image-info', '--attach', 'dot.png');
    expect(text).toContain('"explanation": "png, 1 x 1 pixels"');
    expect(await call('image-info', '--attach', 'photo=dot.png')).toMatchObject({ code: 0 });
    expect(await call('image-info', '--attach', 'none.png')).toMatchObject({
      code: 1,
      text: expect.stringContaining('the file does not exist') as string,
    });
    expect(await call('token-f1', '--attach', 'dot.png')).toMatchObject({
      code: 2,
      text: expect.stringContaining('multi_modal_evaluation') as string,
    });
  });

  it.each(['inline', 'process'])('gives the same with --isolation %s', async (isolation) => {
    const { io, stdout } = captureIo();
    const args = ['call', TOKEN_F1, '--input', INPUT, '--isolation', isolation];
    expect(await main(args, io)).toBe(0);
    expect(JSON.parse(stdout())).toMatchObject({ score: 2 / 3 });
  });

  it('reads a file with a byte order mark, and names another encoding', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'in.json'), `\uFEFF${INPUT}`);
    await writeFile(join(folder, 'wide.json'), Buffer.from(INPUT, 'utf16le'));
    const marked = captureIo({ cwd: folder });
    expect(await main(['call', TOKEN_F1, '--input', '@in.json'], marked.io)).toBe(0);
    const wide = captureIo({ cwd: folder });
    expect(await main(['call', TOKEN_F1, '--input', '@wide.json'], wide.io)).toBe(2);
    expect(wide.stderr()).toContain('--input file "wide.json" is not JSON: it is UTF-16');
  });

  it('refuses another isolation', async () => {
    const { io, stderr } = captureIo();
    const args = ['call', TOKEN_F1, '--input', INPUT, '--isolation', 'container'];
    expect(await main(args, io)).toBe(2);
    expect(stderr()).toContain('--isolation is "container", expected inline, thread, process');
  });

  it('reads input and configuration from files', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'in.json'), '{"output":"A CAT","expected":"a cat"}');
    await writeFile(join(cwd, 'config.json'), '{"ignore_case":true}');
    const args = ['call', examplePlugin('exact-match'), '--input', '@in.json'];
    const strict = captureIo({ cwd });
    expect(await main(args, strict.io)).toBe(0);
    expect(JSON.parse(strict.stdout())).toMatchObject({ score: 0 });
    const lenient = captureIo({ cwd });
    expect(await main([...args, '--config', '@config.json'], lenient.io)).toBe(0);
    expect(JSON.parse(lenient.stdout())).toMatchObject({ score: 1 });
  });

  it.each([
    {
      args: ['--max-fuel', '100'],
      code: 'CALL_FUEL_EXHAUSTED',
      hint: 'raise the limit with "maxFuel"',
    },
    { args: ['--config', '{"normalise":true}'], code: 'LOAD_INIT_FAILED', hint: '' },
  ])('fails with $code for $args', async ({ args, code, hint }) => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(['call', TOKEN_F1, '--input', INPUT, ...args], io)).toBe(1);
    expect(stdout()).toBe('');
    expect(stderr().startsWith(`error ${code}: `)).toBe(true);
    expect(stderr()).toContain(hint);
  });

  it('refuses a file that is no module', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'text.wasm'), '(module)');
    const { io, stderr } = captureIo({ cwd });
    expect(await main(['call', 'text.wasm', '--input', '{}'], io)).toBe(1);
    expect(stderr()).toMatch(/^error LOAD_INVALID_MODULE: .*\n {2}hint: /);
  });
});
