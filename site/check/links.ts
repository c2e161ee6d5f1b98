import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What following every link of the built site found. */
export interface LinkReport {
  readonly problems: readonly string[];
  readonly links: number;
  /** Hosts that pages link to; nothing is loaded from them. */
  readonly hosts: ReadonlySet<string>;
}

/** Made by other tools, which check their own links. */
const OTHERS = /^(api|playground|pagefind)\//;

/** Elements that load what they name, so that they must name something of the site. */
const LOADING = new Set(['script', 'img', 'iframe', 'source', 'video', 'audio', 'object', 'embed']);

/** Follows every link of the HTML below a folder: each must lead to a file of the site, and to an anchor of it. */
export function checkLinks(folder: string): LinkReport {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html') && !OTHERS.test(path));
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (path: string): ReadonlySet<string> => {
    const known = anchors.get(path) ?? idsOf(readFileSync(join(folder, path), 'utf8'));
    anchors.set(path, known);
    return known;
  };
  const problems: string[] = [];
  const hosts = new Set<string>();
  let links = 0;
  for (const file of files) {
    for (const { element, address } of addressesOf(readFileSync(join(folder, file), 'utf8'))) {
      links += 1;
      const loads = LOADING.has(element) || (element === 'link' && !address.endsWith('.xml'));
      if (/^(https?:)?\/\//.test(address)) {
        if (loads) problems.push(`${file}: <${element}> loads ${address}`);
        else hosts.add(new URL(address, 'https://x').host);
      } else if (!/^(mailto|data):/.test(address)) {
        const problem = problemOf(folder, file, address, anchorsOf);
        if (problem !== undefined) problems.push(`${file}: ${problem}`);
      }
    }
  }
  return { problems, links, hosts };
}

function problemOf(
  folder: string,
  file: string,
  address: string,
  anchorsOf: (path: string) => ReadonlySet<string>,
): string | undefined {
  const [path = '', anchor = ''] = address.split('#', 2);
  const clean = decodeURIComponent(path.split('?', 1)[0]!);
  const target =
    clean === '' ? file : fileOf(folder, posix.join('/', posix.dirname(file), clean), clean);
  if (target === undefined) return `"${address}" leads to nothing`;
  if (anchor === '' || !target.endsWith('.html') || OTHERS.test(target)) return undefined;
  return anchorsOf(target).has(decodeURIComponent(anchor))
    ? undefined
    : `"${address}" names an anchor that its page has not`;
}

/** The file that a server would give for an address. */
function fileOf(folder: string, relative: string, clean: string): string | undefined {
  const path = (clean.startsWith('/') ? clean : relative).replace(/^\//, '');
  const candidates = [path, `${path}/index.html`, `${path}index.html`].map((name) =>
    posix.normalize(name),
  );
  return candidates.find(
    (name) => existsSync(join(folder, name)) && statSync(join(folder, name)).isFile(),
  );
}

function idsOf(html: string): ReadonlySet<string> {
  const ids = [...html.matchAll(/<[^>]*\s(?:id|name)="([^"]*)"/g)].map((match) =>
    unescape(match[1]!),
  );
  return new Set(['top', '_top', ...ids]);
}

function addressesOf(html: string): { element: string; address: string }[] {
  const text = html.replace(/<(script|style)\b([^>]*)>[^]*?<\/\1>/g, '<$1$2>');
  return [...text.matchAll(/<([a-z]+)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map((match) => ({
    element: match[1]!,
    address: unescape(match[2]!),
  }));
}

function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&#x26;', '&')
    .replaceAll('&amp;', '&');
}
