import { askingGuest, askingProgram, type AskingStep } from '@testbench/test-kit/asking-guest';
import type { LoopbackServer } from '@testbench/test-kit/loopback';

import type { Arena } from '../arena.ts';
import { type Attack, insist, ISOLATED } from '../attack.ts';
import { withNames } from '../modules/fake-names.ts';
import { serving } from '../serving.ts';

const ROW = 196;
const guest = askingGuest();
const MOST_ROUNDS = 8;
const MOST_ASKS = 16;
const MiB = 2 ** 20;

interface Heard {
  /** `code` of each answer's error, 0 for an answer. */
  readonly codes: readonly number[];
  readonly text: string;
}

/** The answers that a plugin gets to these requests when it is granted `allowedHosts`. */
async function hear(
  arena: Arena,
  allowedHosts: readonly string[],
  asks: readonly object[],
  options: Parameters<Arena['call']>[1] = {},
): Promise<Heard> {
  const permissions =
    allowedHosts.length === 0 ? undefined : { network: true, allowedHosts: [...allowedHosts] };
  const { data } = await arena.call(guest, {
    ...options,
    limits: { timeoutMs: 5000 },
    data: askingProgram([{ ask: asks, continue: 1 }, 'echo']),
    ...(permissions === undefined ? {} : { load: { permissions } }),
  });
  const { answers } = data as { answers: { error?: { code: number } }[] };
  return {
    codes: answers.map(({ error }) => error?.code ?? 0),
    text: JSON.stringify(answers),
  };
}

/** A request that must not reach the server on this machine. */
const unreachable = (
  name: string,
  asks: (server: LoopbackServer) => readonly object[],
  expected: readonly number[],
  grant: (server: LoopbackServer) => readonly string[] = () => ['api.example.com'],
): Attack => ({
  row: ROW,
  name,
  modes: ISOLATED,
  run: (arena) =>
    serving(
      (_request, response) => response.end('secret'),
      async (server) => {
        const names = { 'name.example': ['127.0.0.1'] };
        const { codes, text } = await withNames(names, () =>
          hear(arena, grant(server), asks(server)),
        );
        insist(server.accepted() === 0 && !text.includes('secret'), 'it reached the server');
        insist(codes.join() === expected.join(), `it heard ${codes.join()}`);
        const denials = arena.logs.filter(({ message }) => message.startsWith('denied: '));
        insist(
          denials.length >= expected.filter((code) => code === -3).length,
          'nothing was logged',
        );
        return codes.join(', ');
      },
    ),
});

/** An output that must not be taken for a request. */
const malformed = (name: string, output: AskingStep, code = 'CALL_INVALID_OUTPUT'): Attack => ({
  row: ROW,
  name,
  modes: ISOLATED,
  run: (arena) =>
    arena.fail(guest, code, { limits: { timeoutMs: 10_000 }, data: askingProgram([output]) }),
});

const url = 'http://api.example.com/';

/** Row 196: plugins that ask instead of giving a result. */
export const asking: readonly Attack[] = [
  {
    row: ROW,
    name: 'asking without end',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => response.end('again'),
        async (server) => {
          const asks = Array.from({ length: MOST_ASKS }, () => ({ url: server.origin }));
          const code = await arena.fail(guest, 'CALL_ASKS_EXCEEDED', {
            limits: { timeoutMs: 20_000 },
            load: { permissions: { network: true, allowedHosts: [server.origin] } },
            data: askingProgram([{ ask: asks, continue: 0 }]),
          });
          // Two calls.
          insist(server.accepted() <= 2 * MOST_ROUNDS * MOST_ASKS, 'it asked on');
          return `${code} after ${MOST_ROUNDS} rounds`;
        },
      ),
  },
  {
    row: ROW,
    name: 'asking without end, with little fuel',
    modes: ISOLATED,
    run: (arena) =>
      arena.fail(askingGuest({ turns: 100_000 }), 'CALL_FUEL_EXHAUSTED', {
        limits: { maxFuel: 2_000_000 },
        data: askingProgram([{ ask: [{ url }], continue: 0 }]),
      }),
  },
  malformed('a state that grows beyond its limit', {
    ask: [{ url }],
    continue: [0, 'x'.repeat(300_000)],
  }),
  malformed('a list of 17 asks', { ask: Array.from({ length: 17 }, () => ({ url })) }),
  malformed('a list of 40,000 asks', `{"ask":[${'{"url":"http://a.example"},'.repeat(40_000)}1]}`),
  malformed('asks of many parts', `{"ask":[${'[],'.repeat(400_000)}1]}`, 'CALL_OUTPUT_TOO_LARGE'),
  malformed('an ask and a result at once', { ask: [{ url }], data: 1 }),
  malformed('asks that are none', { ask: [null] }),
  malformed('an ask under the name of a prototype', '{"ask":[{"__proto__":{"url":"http://a"}}]}'),
  malformed('a completion by nobody', { ask: [{ complete: {} }] }),
  {
    row: ROW,
    name: 'asking where the metadata do not say so',
    modes: ISOLATED,
    run: (arena) =>
      arena.fail(askingGuest({ asking: false }), 'CALL_INVALID_OUTPUT', {
        data: askingProgram([{ ask: [{ url }] }]),
      }),
  },
  unreachable(
    'an ask without a grant',
    ({ origin }) => [{ url: origin }],
    [-3],
    () => [],
  ),
  unreachable('an ask to a host that was not granted', ({ origin }) => [{ url: origin }], [-3]),
  unreachable(
    'asks to addresses of this machine in disguise',
    ({ port }) =>
      ['127.1', '0x7f000001', '[::ffff:127.0.0.1]'].map((host) => ({
        url: `http://${host}:${port}/`,
      })),
    [-3, -3, -3],
  ),
  unreachable(
    'an ask to a granted name that resolves to this machine',
    ({ port }) => [{ url: `http://name.example:${port}/` }],
    [-3],
    ({ port }) => [`http://name.example:${port}`],
  ),
  unreachable(
    'asks with fields and headers that none may have',
    ({ origin }) => [
      { url: origin, socketPath: '/x' },
      { url: origin, headers: { host: 'other' } },
      { url: origin, headers: { 'x-a': '1\r\nx-b: 2' } },
      { url: origin, method: 'CONNECT' },
      { url: 'file:///etc/passwd' },
      { url: origin, body: 'a', body_base64: 'YQ==' },
    ],
    [-2, -3, -2, -2, -2, -2],
    ({ origin }) => [origin],
  ),
  {
    row: ROW,
    name: 'a redirect of an ask to a host that was not granted',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        (_request, response) => response.end('secret'),
        (inner) =>
          serving(
            (_request, response) => response.writeHead(302, { location: inner.origin }).end(),
            async (server) => {
              const { codes } = await hear(arena, [server.origin], [{ url: server.origin }]);
              insist(inner.accepted() === 0, 'it followed');
              insist(codes.join() === '-3', `it heard ${codes.join()}`);
              return codes.join();
            },
          ),
      ),
  },
  {
    row: ROW,
    name: 'answers that are too long, alone and together',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        ({ url: path }, response) => response.end('x'.repeat((path === '/5' ? 5 : 1) * MiB)),
        async (server) => {
          const asks = [5, 1, 1].map((size) => ({ url: `${server.origin}/${size}` }));
          // The guest has room for inputs of 3 MiB, and the host would give it more.
          const { data } = await arena.call(guest, {
            limits: { timeoutMs: 10_000, maxInputBytes: 1.5 * MiB },
            load: { permissions: { network: true, allowedHosts: [server.origin] } },
            data: askingProgram([{ ask: asks, continue: 1 }, { data: 'fine' }]),
          });
          insist(data === 'fine', 'the call did not go on');
          return 'errors in their places';
        },
      ),
  },
  {
    row: ROW,
    name: 'a completion by a provider that there is not, and without a host that answers',
    modes: ISOLATED,
    async run(arena) {
      const ask = { provider: 'tested', complete: { model: 'm' } };
      const asked: string[] = [];
      const { codes } = await hear(arena, ['api.example.com'], [ask], {
        askModel: ({ provider }) => {
          asked.push(provider);
          throw new Error('postgres://admin:hunter2@db');
        },
      });
      const without = await hear(arena, ['api.example.com'], [ask]);
      const ungranted = await hear(arena, [], [ask], {
        askModel: () => insist(false, 'it was asked without a grant'),
      });
      const all = [...codes, ...without.codes, ...ungranted.codes];
      insist(all.join() === '-5,-3,-3', `it heard ${all.join()}`);
      const told = JSON.stringify(arena.logs);
      insist(!told.includes('hunter2'), 'the error of the host was told');
      return all.join(', ');
    },
  },
  {
    row: ROW,
    name: 'calls that ask a server which never answers',
    modes: ISOLATED,
    run: (arena) =>
      serving(
        () => {},
        async (server) => {
          const manager = await arena.manager({ limits: { timeoutMs: 1000 } });
          const permissions = { network: true, allowedHosts: [server.origin] };
          await manager.load(guest, { id: 'attacker', permissions });
          const data = askingProgram([{ ask: [{ url: server.origin }], continue: 1 }]);
          const codes = await Promise.all(
            Array.from({ length: 300 }, () =>
              manager.execute('attacker', { data }).then(
                () => 'answered',
                (error: { code: string }) => error.code,
              ),
            ),
          );
          const others = codes.filter((code) => code !== 'CALL_DEADLINE_EXCEEDED');
          insist(others.length === 0, `some ended by ${others[0]}`);
          return 'CALL_DEADLINE_EXCEEDED, and the neighbour was served';
        },
      ),
  },
];
