import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
};

/** One file of the page. */
export interface PageFile {
  readonly bytes: Uint8Array;
  readonly type: string;
  /** A worker gets the policy that its own file is served with. */
  readonly runsWasm: boolean;
}

/** Files of the page by their name, listed once: a request can name only one of these. */
export class PageFiles {
  readonly #folder: string;
  readonly #names: ReadonlySet<string>;
  readonly #read = new Map<string, Buffer>();

  /** @throws {Error} From the file system, if the page was not built. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#names = new Set(readdirSync(folder).filter((name) => extname(name) in TYPES));
  }

  get(name: string): PageFile | undefined {
    if (!this.#names.has(name)) return undefined;
    let bytes = this.#read.get(name);
    if (bytes === undefined) {
      bytes = readFileSync(join(this.#folder, name));
      this.#read.set(name, bytes);
    }
    return { bytes, type: TYPES[extname(name)]!, runsWasm: name.endsWith('-worker.js') };
  }
}

/** The only document: a page's script does the rest. */
export const DOCUMENT = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Testbench Studio</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/styles.css">
<script type="module" src="/assets/main.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>The studio needs JavaScript.</noscript>
</body>
</html>
`;

/** A document that requests the same page again, now from our own origin. */
export function stepDocument(query: URLSearchParams): string {
  // The result consists of letters, digits and a few other characters, of which only "&" has a meaning in HTML.
  const again = new URLSearchParams([...query, ['again', '']]).toString().replaceAll('&', '&amp;');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="refresh" content="0; url=?${again}">
<title>Testbench Studio</title>
<a href="?${again}">Open the studio</a>
</html>
`;
}
