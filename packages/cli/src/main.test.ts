import { describe, expect, it } from 'vitest';

import { captureIo } from './__fixtures__/captured-io.js';
import { temporaryFolder } from './__fixtures__/paths.js';
import { main } from './main.js';

describe('main()', () => {
  it.each([
    { args: ['--help'], start: 'USAGE\n  testbench run' },
    { args: ['-h'], start: 'USAGE\n  testbench run' },
    { args: ['help'], start: 'USAGE\n  testbench run' },
    { args: ['run', '--help'], start: 'USAGE\n  testbench run ' },
    { args: ['inspect', '-h'], start: 'USAGE\n  testbench inspect ' },
    { args: ['call', 'x.wasm', '--help'], start: 'USAGE\n  testbench call ' },
  ])('shows help for $args', async ({ args, start }) => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(args, io)).toBe(0);
    expect(stdout().startsWith(start)).toBe(true);
    expect(stderr()).toBe('');
  });

  it('shows its version', async () => {
    const { io, stdout } = captureIo();
    expect(await main(['--version'], io)).toBe(0);
    expect(stdout()).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it.each([
    { args: [], message: 'a command is missing', help: 'testbench --help' },
    { args: ['--debug'], message: 'a command is missing', help: 'testbench --help' },
    {
      args: ['eval'],
      message: 'unknown command "eval", expected one of run, resume, merge',
      help: 'testbench --help',
    },
    {
      args: ['rnu'],
      message: 'unknown command "rnu", did you mean run?',
      help: 'testbench --help',
    },
    { args: ['--verbose'], message: 'unknown option "--verbose"', help: 'testbench --help' },
    { args: ['toString'], message: 'unknown command "toString"', help: 'testbench --help' },
    { args: ['run'], message: '<config> is missing', help: 'testbench run --help' },
    {
      args: ['run', 'a.yaml', 'b.yaml'],
      message: 'unexpected argument "b.yaml"',
      help: 'testbench run --help',
    },
    {
      args: ['run', 'a.yaml', '--jsno'],
      message: 'unknown option "--jsno", did you mean --json?',
      help: 'testbench run --help',
    },
    {
      args: ['run', 'a.yaml', '--output-dir'],
      message: '--output-dir is missing, or its value is',
      help: 'testbench run --help',
    },
    { args: ['inspect'], message: '<plugin.wasm> is missing', help: 'testbench inspect --help' },
    { args: ['call', 'x.wasm'], message: '--input is missing', help: 'testbench call --help' },
    {
      args: ['call', 'x.wasm', '--input', '{'],
      message: '--input is not JSON',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', '@/none.json'],
      message: '--input file "/none.json" cannot be read',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', '{"a":1,"a":2}'],
      message: '--input is not JSON: the key "a" is there twice in one object',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', ''],
      message: '--input',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', '1', '--config', 'x'],
      message: '--config is not JSON',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', '1', '--max-fuel', '-1'],
      message: 'max-fuel',
      help: 'testbench call --help',
    },
    {
      args: ['call', 'x.wasm', '--input', '1', '--max-fuel', '1e9'],
      message: '--max-fuel is "1e9", expected a whole number from 1',
      help: 'testbench call --help',
    },
  ])('rejects the command line $args', async ({ args, message, help }) => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(args, io)).toBe(2);
    expect(stdout()).toBe('');
    const [first, second] = stderr().split('\n');
    expect(first).toContain(`error USAGE: `);
    expect(first).toContain(message);
    expect(second).toBe(`  hint: ${help}`);
  });

  it.each([
    {
      args: ['run', '/none.yaml'],
      line: 'error BENCH_CONFIG_UNREADABLE: Cannot read configuration "/none.yaml": no such file or directory',
    },
    {
      args: ['inspect', '/none.wasm'],
      line: 'error LOAD_NOT_FOUND: Cannot read "/none.wasm": no such file',
    },
    { args: ['inspect', '/'], line: 'error LOAD_UNREADABLE: Cannot read "/": it is a directory' },
    {
      args: ['call', '/none.wasm', '--input', '{}'],
      line: 'error LOAD_NOT_FOUND: Cannot read "/none.wasm": no such file',
    },
  ])('fails with one line and no stack: $line', async ({ args, line }) => {
    const { io, stdout, stderr } = captureIo();
    expect(await main(args, io)).toBe(1);
    expect(stdout()).toBe('');
    expect(stderr().split('\n')[0]).toBe(line);
    expect(stderr()).not.toContain('    at ');
  });

  it('shows stack and causes with --debug', async () => {
    const { io, stderr } = captureIo();
    expect(await main(['run', '/none.yaml', '--debug'], io)).toBe(1);
    expect(stderr()).toContain('    at ');
    expect(stderr()).toContain('caused by:');
    expect(stderr()).toContain('ENOENT');
  });

  it('escapes what could steer a terminal', async () => {
    const { io, stderr } = captureIo();
    await main(['run', `${await temporaryFolder()}/\u001B[31m\u202Ex.yaml`], io);
    expect(stderr()).not.toContain('\u001B');
    expect(stderr()).not.toContain('\u202E');
    expect(stderr()).toContain('\\u202e');
  });

  it.each([
    ['run', 'a.yaml', '--output-dir'],
    ['run', 'a.yaml', '--policy'],
    ['run', 'a.yaml', '--limit'],
    ['call', 'x.wasm', '--input', '1', '--config'],
    ['call', 'x.wasm', '--input', '1', '--isolation'],
    ['call', 'x.wasm', '--input', '1', '--state'],
    ['call', 'x.wasm', '--input', '1', '--id'],
    ['call', 'x.wasm', '--input', '1', '--allow-host', 'a.b', '--allow-read'],
    ['call', 'x.wasm', '--input', '1', '--allow-write'],
    ['call', 'x.wasm', '--input', '1', '--allow-host', 'a.b', '--allow-host'],
    ['call', 'x.wasm', '--input'],
    ['inspect', 'x.wasm', '--policy'],
    ['new', 'x', '--type'],
  ])('refuses an empty value: %s %s %s %s %s %s %s', async (...args) => {
    const { io, stderr } = captureIo();
    expect(await main([...args, ''], io)).toBe(2);
    expect(stderr().split('\n')[0]).toBe(`error USAGE: ${args.at(-1)} is empty`);
  });

  it.each([
    { args: ['run', ''], name: '<config>' },
    { args: ['inspect', ''], name: '<plugin.wasm>' },
    { args: ['new', ''], name: '<folder>' },
  ])('refuses an empty $name', async ({ args, name }) => {
    const { io, stderr } = captureIo();
    expect(await main(args, io)).toBe(2);
    expect(stderr()).toContain(`error USAGE: ${name} is empty`);
  });

  it('ends with 130 whatever fails after a signal', async () => {
    const { io, stderr } = captureIo({ signal: AbortSignal.abort() });
    expect(await main(['inspect', '/none.wasm'], io)).toBe(130);
    expect(stderr()).toContain('LOAD_NOT_FOUND');
  });
});
