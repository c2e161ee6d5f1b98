import { renderMermaidSVG } from 'beautiful-mermaid';

/** Draws each block of Mermaid as an SVG that follows the colours of the page. */
export function drawDiagrams(markdown: string): string {
  return markdown.replace(/^```mermaid\n([^]*?)^```$/gm, (_, source: string) => {
    const svg = renderMermaidSVG(source, {
      bg: 'var(--sl-color-bg)',
      fg: 'var(--sl-color-text)',
      transparent: true,
    });
    // Its fonts come over the network, and Markdown would end a block of HTML at an empty line.
    const oneBlock = svg.replace(/^.*@import url\(.*$/gm, '').replace(/\n(\s*\n)+/g, '\n');
    return `<figure class="diagram">\n${oneBlock}\n</figure>`;
  });
}
