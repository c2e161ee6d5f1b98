import { effectsIn, factsTable, fuelText, optionsTable } from './facts.js';
import type { PageHosts } from './page-hosts.js';
import { writeJson } from './write-json.js';

/** The page as it should be: its facts, options and outputs come from the built plugin. */
export async function fillPage(page: string, hosts: PageHosts): Promise<string> {
  let filled = page;
  for (const [whole, kind = '', plugin = '', body = ''] of page.matchAll(
    /<!-- (facts|options): ([\w-]+) -->\n([^]*?)<!-- end -->/g,
  )) {
    const { fuelUsed, metadata } = await hosts.measure(plugin);
    const before = /^\| Fuel per call \| (.*) \|$/m.exec(body)?.[1] ?? '';
    const table =
      kind === 'facts'
        ? factsTable(metadata, fuelText(fuelUsed, before))
        : optionsTable(metadata, effectsIn(body));
    filled = filled.replace(whole, () => `<!-- ${kind}: ${plugin} -->\n${table}\n<!-- end -->`);
  }
  for (const { whole, command, plugin, config, input } of callsOf(page)) {
    const { data } = await hosts.call(plugin, input, config);
    const output = `<!-- output -->\n\`\`\`json\n${writeJson(data)}\n\`\`\`\n<!-- end -->`;
    filled = filled.replace(whole, () => `${command}\n\n${output}`);
  }
  return filled;
}

/** A command in a page that calls a plugin, with the output that follows it. */
interface Call {
  readonly whole: string;
  readonly command: string;
  readonly plugin: string;
  readonly config: object | undefined;
  readonly input: unknown;
}

function callsOf(page: string): Call[] {
  const found = page.matchAll(
    /(```sh\ntestbench call ([\w-]+)\.wasm([^`]*)```)\n\n<!-- output -->\n[^]*?<!-- end -->/g,
  );
  return Array.from(found, ([whole, command = '', plugin = '', rest = '']) => {
    const config = /--config '([^']*)'/.exec(rest)?.[1];
    const input: unknown = JSON.parse(/--input '([^']*)'/.exec(rest)?.[1] ?? '');
    const parsed = config === undefined ? undefined : (JSON.parse(config) as object);
    return { whole, command, plugin, config: parsed, input };
  });
}
