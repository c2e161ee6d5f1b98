import type { HostFunctionRow } from '../../packages/types/src/abi/host-functions.ts';
import type { Page } from '../pages/page.ts';
import { loadSource } from './load-source.ts';
import { codeCell, generatedPage, table } from './markdown.ts';

const SOURCE = 'packages/types/src/abi/host-functions.ts';

/** The host functions of the contract, from the table that the packages read. */
export async function hostFunctionsPage(root: string): Promise<Page> {
  const { HOST_FUNCTION_TABLE, HOST_MODULE } = await loadSource(root, SOURCE);
  const functions = Object.entries(HOST_FUNCTION_TABLE as Record<string, HostFunctionRow>);
  return generatedPage({
    address: 'reference/host-functions',
    source: 'docs/README.md',
    title: 'Host functions of the contract',
    description:
      'Every function that a plugin may import from its host: signature, permission, and the version that brought it.',
    body: [
      `A plugin imports them from the module \`${String(HOST_MODULE)}\`. [Network, files and state for plugins](host-functions.md) explains what they do, what they refuse, and how a host adds functions of its own.`,
      '',
      'A parameter of bytes is two numbers of 32 bits on the wire: a pointer and a length. *In* is read by the host; *out* is a buffer that the host fills.',
      ...table(
        ['function', 'on the wire', 'permission', 'may wait', 'since'],
        functions.map(([name, row]) => [
          codeCell(`${name}(${parametersOf(row)})`),
          codeCell(signatureOf(row)),
          row.permission === undefined ? '' : codeCell(row.permission),
          row.waits === true ? 'yes' : '',
          row.since,
        ]),
      ),
    ],
  });
}

function parametersOf({ parameters }: HostFunctionRow): string {
  return Object.entries(parameters)
    .map(([name, kind]) => (kind === 'number' ? name : `${name}: ${kind}`))
    .join(', ');
}

function signatureOf({ parameters, result = 'i32' }: HostFunctionRow): string {
  const wire = Object.values(parameters).flatMap((kind) =>
    kind === 'number' ? ['i32'] : ['i32', 'i32'],
  );
  return `(${wire.join(', ')}) -> ${result === 'nothing' ? '()' : result}`;
}
