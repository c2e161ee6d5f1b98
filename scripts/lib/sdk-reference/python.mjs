// Collects what a script in Python can use from the stub for editors, and compares it with the module that scripts run with.
import { readFileSync } from 'node:fs';

/** Types that a script receives without naming them. */
const GIVEN = new Set(['Attachment', 'Context', 'Record', 'Response', 'State']);

/**
 * Classes of a stub, by name.
 *
 * @param stub Path of the stub.
 * @param runtime Files of the module; its classes with these names must have the same methods.
 */
export function collectPython(stub, ...runtime) {
  const text = readFileSync(stub, 'utf8');
  const module = runtime.map((path) => readFileSync(path, 'utf8')).join('\n');
  const entries = new Map();
  for (const [, signature, name, body] of text.matchAll(classes('\\w+'))) {
    const [, doc = ''] = /^ {4}"""([^]*?)"""/.exec(body) ?? [];
    const fields = body.matchAll(/^ {4}(\w+: .+)\n(?: {4}"""([^]*?)""")?/gm);
    const methods = body.matchAll(
      /^ {4}def (\w+)\(\s*self(?:,\s)?([^)]*)\) -> (.+):\n(?: {8}"""([^]*?)""")?/gm,
    );
    const members = [
      ...[...fields].map(([, field, its = '']) => ({ signature: field, doc: plain(its) })),
      ...[...methods].map(([, method, parameters, type, its = '']) => ({
        signature: `${method}(${parameters.replaceAll(/\s+/g, ' ').replace(/, $/, '').trim()}) -> ${type}`,
        doc: plain(its),
      })),
    ];
    entries.set(name, {
      signature: `class ${signature}`,
      doc: plain(doc),
      members,
      isGiven: GIVEN.has(name),
    });
    compare(name, body, classes(name).exec(module)?.[3] ?? '');
  }
  return entries;
}

const classes = (name) =>
  new RegExp(`^class ((${name})(?:\\([^)]*\\))?):\\n((?: {4}.*\\n|\\n)*)`, 'gm');
const plain = (doc) => doc.trim().replaceAll(/\s*\n\s*/g, ' ');
const methodsOf = (body) => [...body.matchAll(/^ {4}def ((?!_)\w+)\(/gm)].map(([, name]) => name);

function compare(name, stub, runtime) {
  const [there, said] = [methodsOf(runtime), methodsOf(stub)].map((names) =>
    names.toSorted((one, other) => (one < other ? -1 : 1)).join(', '),
  );
  if (there === said) return;
  throw new Error(
    `testbench.pyi says that ${name} has the methods ${said}; runtime.py has ${there}`,
  );
}
