import { toBase64 } from './compress.js';

/** The parts of a page. */
export interface PageParts {
  readonly title: string;
  readonly script: string;
  readonly styles: string;
  /** Whether the script may compile WebAssembly: this permits nothing else. */
  readonly hasPlugins: boolean;
  /** Whether the page has images, which are in the file itself. */
  readonly hasImages: boolean;
}

/** Before `</script` and `<!--`, which would end the script or change how it is read. */
const SCRIPT_BREAKERS = /<(?=\/script|!--|script)/gi;

/** The part of a page before its data. */
export async function formatDocumentHead({
  title,
  script,
  styles,
  hasPlugins,
  hasImages,
}: PageParts): Promise<string> {
  const code = script.replaceAll(SCRIPT_BREAKERS, '\\x3C');
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(code)}'${hasPlugins ? " 'wasm-unsafe-eval'" : ''}`,
    `style-src '${await hashOf(styles)}'`,
    ...(hasImages ? ['img-src data:'] : []),
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${styles}</style>
</head>
<body>
<main id="app"></main>
<noscript><p>This report shows its data with a script of its own, and nothing of it comes from a network. Allow scripts to read it.</p></noscript>
`;
}

/** An image as a data URL, which the page's script gives to an element; browsers do not run it. */
export function formatImage(id: string, mediaType: string, base64: string): string {
  return `<script type="text/plain" id="${id}">data:${mediaType};base64,${base64}</script>\n`;
}

/** The script comes after the index and before the blocks, so that the page appears while the blocks are read. */
export function formatScript(script: string): string {
  return `<script>${script.replaceAll(SCRIPT_BREAKERS, '\\x3C')}</script>\n`;
}

/** Data that the page's script reads; browsers do not run it. */
export function formatData(id: string, base64: string): string {
  return `<script type="application/gzip" id="${id}">${base64}</script>\n`;
}

export const DOCUMENT_END = '</body>\n</html>\n';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}

async function hashOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${toBase64(new Uint8Array(bytes))}`;
}
