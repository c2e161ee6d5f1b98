import { useEffect, useRef } from 'preact/hooks';
import type { JSX } from 'preact';
import type { Diagnostic } from '@testbench/sdk/compile';

import type { AuthorStore } from '../author-store.js';
import { type OpenEditor, openEditor } from './open-editor.js';

const ENTRY = 'assembly/index.ts';

/** The source, with the compiler's messages below it. */
export function SourceEditor({ store }: { readonly store: AuthorStore }): JSX.Element {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<OpenEditor | undefined>(undefined);
  useEffect(() => {
    const opened = openEditor(host.current!, {
      label: 'Source of the plugin, in AssemblyScript',
      text: store.source.peek(),
      onChange: (text) => {
        store.written.value = text;
      },
      onRun: () => void store.run(),
    });
    editor.current = opened;
    return () => opened.close();
  }, [store]);
  const source = store.source.value;
  const outcome = store.outcome.value;
  const diagnostics = outcome?.kind === 'failed' ? outcome.failed.diagnostics : [];
  // The current source, not the one at the time of rendering: the user may have typed since.
  useEffect(() => editor.current?.setText(store.source.peek()), [source]);
  useEffect(() => {
    editor.current?.mark(diagnostics.filter(({ file, line }) => file === ENTRY && line > 0));
  }, [outcome]);
  const isByHand = store.written.value !== undefined;
  return (
    <div>
      <p class="author-hint">
        {isByHand
          ? 'Edited by hand: the form does not change it any more. '
          : 'Made by the form. Change it here, and it is yours to edit from then on. '}
        Tab leaves the editor; Ctrl+Enter runs.
      </p>
      {isByHand && (
        <button
          type="button"
          onClick={() => {
            store.written.value = undefined;
          }}
        >
          Back to what the form makes
        </button>
      )}
      <div class="author-editor" ref={host} />
      <Mistakes diagnostics={diagnostics} onOpen={({ line }) => editor.current?.focusLine(line)} />
    </div>
  );
}

function Mistakes({
  diagnostics,
  onOpen,
}: {
  readonly diagnostics: readonly Diagnostic[];
  readonly onOpen: (diagnostic: Diagnostic) => void;
}): JSX.Element | null {
  if (diagnostics.length === 0) return null;
  return (
    <ul class="author-mistakes" aria-label="Mistakes">
      {diagnostics.slice(0, 20).map((diagnostic, index) => (
        <li key={index}>
          {diagnostic.file === ENTRY && diagnostic.line > 0 && (
            <button type="button" class="author-link" onClick={() => onOpen(diagnostic)}>
              Line {diagnostic.line}
            </button>
          )}{' '}
          {diagnostic.message}
        </li>
      ))}
    </ul>
  );
}
