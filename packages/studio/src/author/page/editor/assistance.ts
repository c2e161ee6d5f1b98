import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { hoverTooltip } from '@codemirror/view';
import { SDK_DECLARATIONS } from 'virtual:sdk-declarations';

import { BUILT_IN, classOf, declarationOf, type Member, MEMBERS, membersOf } from './symbols.js';

/** Offers the library's exports, members after a dot, and words of the source. */
export function completeSource(context: CompletionContext): CompletionResult | null {
  const source = context.state.doc.toString();
  const dotted = context.matchBefore(/([\w$]+)\.(\w*)$/);
  if (dotted !== null) {
    const dot = dotted.text.indexOf('.');
    const owner = classOf(source, dotted.from, dotted.text.slice(0, dot));
    const known = owner === undefined ? [] : membersOf(owner);
    const members = known.length > 0 ? known : MEMBERS;
    return {
      from: dotted.from + dot + 1,
      options: members.map(memberCompletion),
      validFor: /^\w*$/,
    };
  }
  const word = context.matchBefore(/\w+$/);
  if (word === null && !context.explicit) return null;
  const exported = Object.entries(SDK_DECLARATIONS).map(
    ([label, { signature, doc }]): Completion => ({
      label,
      type: /^(?:class|interface)/.test(signature) ? 'class' : 'function',
      detail: 'plugins-sdk',
      info: infoOf(signature, doc),
      boost: 1,
    }),
  );
  const words = new Set([...(source.match(/\b[A-Za-z_]\w{2,}\b/g) ?? []), ...BUILT_IN]);
  const others = [...words]
    .filter((label) => declarationOf(label) === undefined && label !== word?.text)
    .map((label): Completion => ({ label, type: 'variable' }));
  return { from: word?.from ?? context.pos, options: [...exported, ...others], validFor: /^\w*$/ };
}

function memberCompletion({ name, owner, signature, doc, isMethod }: Member): Completion {
  return {
    label: name,
    type: isMethod ? 'method' : 'property',
    detail: owner,
    info: infoOf(signature, doc),
  };
}

/** Shows the declaration of the name under the pointer. */
export const hoverDeclarations = hoverTooltip((view, at) => {
  const word = view.state.wordAt(at);
  if (word === null) return null;
  const source = view.state.doc.toString();
  const name = source.slice(word.from, word.to);
  const before = /([\w$]+)\.$/.exec(source.slice(0, word.from))?.[1];
  const owner = before === undefined ? undefined : classOf(source, word.from, before);
  const found =
    before === undefined
      ? declarationOf(name)
      : (owner === undefined ? MEMBERS : membersOf(owner)).find((member) => member.name === name);
  if (found === undefined) return null;
  return {
    pos: word.from,
    end: word.to,
    create: () => ({ dom: infoOf(found.signature, found.doc)() }),
  };
});

/** Text only: docstrings are not rendered as HTML. */
function infoOf(signature: string, doc: string): () => HTMLElement {
  return () => {
    const element = document.createElement('div');
    element.className = 'author-info';
    const code = document.createElement('code');
    code.textContent = signature;
    const text = document.createElement('p');
    text.textContent = doc.replaceAll('`', '');
    element.append(code, text);
    return element;
  };
}
