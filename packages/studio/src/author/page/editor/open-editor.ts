import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import {
  bracketMatching,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic as Mark, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import type { Diagnostic } from '@testbench/sdk/compile';

import { completeSource, hoverDeclarations } from './assistance.js';

/** An editor in the page. */
export interface OpenEditor {
  /** Replaces the text, unless it is the same. */
  setText(text: string): void;
  /** Marks errors at their lines. */
  mark(diagnostics: readonly Diagnostic[]): void;
  focusLine(line: number): void;
  close(): void;
}

/** Uses the page's own colours, which adapt to light and dark mode. */
const THEME = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--card)', fontSize: '13px' },
  '.cm-content': { fontFamily: 'var(--mono)', caretColor: 'var(--text)' },
  '.cm-scroller': { minHeight: '320px', maxHeight: '70vh', overflow: 'auto' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-gutters': { backgroundColor: 'var(--page)', color: 'var(--muted)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 30%, transparent)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--card)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
  },
  '.cm-tooltip .author-info': { maxWidth: '480px', padding: '6px 8px' },
  '.cm-tooltip .author-info p': { margin: '4px 0 0', whiteSpace: 'pre-wrap' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--page)',
  },
});

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.controlKeyword], color: 'var(--code-keyword)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--muted)', fontStyle: 'italic' },
  { tag: [tags.typeName, tags.className, tags.meta], color: 'var(--code-type)' },
]);

const EXTENSIONS: Extension = [
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  indentOnInput(),
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  autocompletion({ override: [completeSource] }),
  hoverDeclarations,
  javascript({ typescript: true }),
  syntaxHighlighting(COLOURS),
  THEME,
  // Tab leaves the editor: keyboard users must be able to get out.
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...historyKeymap,
    ...completionKeymap,
    ...lintKeymap,
  ]),
  EditorView.lineWrapping,
];

/**
 * Opens an editor in an element.
 *
 * It lives in a shadow root: there its styles are objects rather than elements, so a strict policy allows them.
 */
export function openEditor(
  host: HTMLElement,
  { label, text, onChange, onRun }: EditorOptions,
): OpenEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  let isOurs = false;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([{ key: 'Mod-Enter', run: () => (onRun(), true) }]),
        EXTENSIONS,
        EditorView.contentAttributes.of({
          'aria-label': label,
          spellcheck: 'false',
          tabindex: '0',
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !isOurs) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(given) {
      const current = view.state.doc.toString();
      if (current === given) return;
      isOurs = true;
      view.dispatch({ changes: { from: 0, to: current.length, insert: given } });
      isOurs = false;
    },
    mark(diagnostics) {
      const marks = diagnostics.map((diagnostic) => markOf(view.state, diagnostic));
      view.dispatch(setDiagnostics(view.state, marks));
    },
    focusLine(line) {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
    close: () => view.destroy(),
  };
}

/** Options of an editor. */
export interface EditorOptions {
  /** Label for screen readers. */
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
  /** Control and Enter. */
  readonly onRun: () => void;
}

function markOf(state: EditorState, { line, column, message }: Diagnostic): Mark {
  const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
  const word = /^\w+/.exec(state.sliceDoc(from, at.to))?.[0].length ?? 0;
  return { from, to: Math.max(from + word, Math.min(from + 1, at.to)), severity: 'error', message };
}
