/** A text that gives a secret away, and how much of it has to be there. */
export interface SecretForm {
  /** In lower case: letters are compared without regard to case. */
  readonly text: string;
  /** So many characters of it in a row are masked, wherever they stand in it. */
  readonly minLength: number;
}

/** Shorter parts are ignored: most of them reveal little and occur by coincidence. */
const MIN_PART_LENGTH = 12;

/**
 * The forms in which a secret is looked for: as it is, in base64 and base64url at every alignment, and in hexadecimal.
 *
 * Escapes (`%41`, `\u0041`, `&#65;`) are not among them: they are undone in what is searched.
 *
 * Half of a secret counts as the secret. It must not be less: a plugin that lets a server repeat what it guesses could find the
 * rest from there, character by character, and how many secrets begin is not a secret (`sk-ant-api03-`).
 */
export function formsOf(secret: string): readonly SecretForm[] {
  const bytes = Buffer.from(secret, 'latin1');
  // A space is a plus sign in forms.
  const texts = new Set([secret, secret.replaceAll(' ', '+'), bytes.toString('hex')]);
  for (let before = 0; before < 3; before += 1) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    // The first and the last character may also hold bits of what stands around it.
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    const base64 = shifted.toString('base64').slice(start, end);
    // The buffers of browsers do not know base64url.
    texts.add(base64).add(base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return Array.from(texts, (text) => ({
    text: lowerAscii(text),
    minLength: Math.min(text.length, Math.max(MIN_PART_LENGTH, Math.ceil(text.length / 2))),
  }));
}

/** Lower case of ASCII letters; other characters, and so all positions, stay. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
