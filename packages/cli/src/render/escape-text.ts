// Control characters could move the cursor, change colours or even the clipboard of a terminal; format
// characters (writing direction, invisible ones) could make a text read as what it is not.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Makes untrusted text safe to show on one line of a terminal. */
export function escapeText(text: string): string {
  return text.replaceAll(UNSAFE, (character) => SHORT[character] ?? escapeUnits(character));
}

/** Makes JSON safe to show: line ends stay, and everything else that is unsafe becomes a JSON escape. */
export function escapeJson(json: string): string {
  return json.replaceAll(UNSAFE, (character) =>
    character === '\n' ? '\n' : escapeUnits(character),
  );
}

/** JSON's escape: one for each UTF-16 unit. */
function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }).join('');
}
