import { createRequire, syncBuiltinESMExports } from 'node:module';

/** Addresses of a name, or a function that is called each time. */
export type Addresses = readonly string[] | (() => readonly string[]);

/** While `action` runs, these names resolve to these addresses, and others as usual: the attacker controls a name server. */
export async function withNames<T>(
  names: Readonly<Record<string, Addresses>>,
  action: () => Promise<T>,
): Promise<T> {
  type Lookup = (name: string, options: object) => Promise<unknown>;
  const dns = createRequire(import.meta.url)('node:dns/promises') as { lookup: Lookup };
  const { lookup } = dns;
  dns.lookup = async (name, options) => {
    const found = Object.hasOwn(names, name) ? names[name]! : undefined;
    if (found === undefined) return await lookup(name, options);
    const addresses = typeof found === 'function' ? found() : found;
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  syncBuiltinESMExports();
  try {
    return await action();
  } finally {
    dns.lookup = lookup;
    syncBuiltinESMExports();
  }
}
