/**
 * The start of a text, for an explanation or a message: at most `most` UTF-16 units and an ellipsis.
 *
 * An explanation goes into every row of the results, so it must not repeat a whole answer.
 */
export function excerpt(text: string, most: i32 = 100): string {
  if (text.length <= most) return text;
  // Not between the two halves of a character.
  const cut = (text.charCodeAt(most - 1) & 0xfc00) == 0xd800 ? most - 1 : most;
  return text.substring(0, cut) + "…";
}
