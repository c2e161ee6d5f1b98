/** A text that reveals a secret, and how much of it has to be present. */
export interface SecretForm {
  /** In lower case: letters are compared without regard to case. */
  readonly text: string;
  /** This many consecutive characters of it are masked, wherever they are in it. */
  readonly minLength: number;
}

/** Shorter parts are ignored: most of them reveal little and occur by coincidence. */
const MIN_PART_LENGTH = 12;

/**
 * The forms in which a secret is searched for: as it is, in base64 and base64url at every alignment, and in hexadecimal.
 *
 * Escapes (`%41`, `\u0041`, `&#65;`) are not among them: they are undone in the searched text.
 *
 * Half of a secret counts as the secret. It must not be less: a plugin that makes a server echo its guesses could find the
 * rest from there, character by character, and the common prefix of many secrets is publicly known (`sk-ant-api03-`).
 */
export function formsOf(secret: string): readonly SecretForm[] {
  const bytes = Buffer.from(secret, 'latin1');
  // In form encoding, a space is a plus sign.
  const texts = new Set([secret, secret.replaceAll(' ', '+'), bytes.toString('hex')]);
  for (let before = 0; before < 3; before += 1) {
    const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
    // The first and the last character may also contain bits of the surrounding text.
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor((shifted.length * 8) / 6);
    const base64 = shifted.toString('base64').slice(start, end);
    // The buffers of browsers do not support base64url.
    texts.add(base64).add(base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return Array.from(texts, (text) => ({
    text: lowerAscii(text),
    minLength: Math.min(text.length, Math.max(MIN_PART_LENGTH, Math.ceil(text.length / 2))),
  }));
}

/** Converts ASCII letters to lower case; other characters, and therefore all positions, stay the same. */
export function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
