import { isDigit, isWordCharacter, TextBuilder } from "@testbench/plugins-sdk";

/** Numbers as people write them, `-1,234.5`, without their commas. */
export function findNumbers(text: string): string[] {
  const numbers: string[] = [];
  for (let index = 0; index < text.length; index++) {
    if (!isDigitAt(text, index)) continue;
    const number = new TextBuilder();
    const signed = index > 0 && text.charCodeAt(index - 1) == 0x2d && !(index > 1 && isWordCharacter(text.charCodeAt(index - 2)));
    if (signed) number.addUnit(0x2d);
    let point = false;
    while (index < text.length) {
      const unit = text.charCodeAt(index);
      if (isDigit(unit)) number.addUnit(unit);
      else if (unit == 0x2e && !point && isDigitAt(text, index + 1)) number.addUnit(unit);
      else if (unit != 0x2c || point || !isThousand(text, index)) break;
      if (unit == 0x2e) point = true;
      index++;
    }
    numbers.push(number.toString());
  }
  return numbers;
}

function isDigitAt(text: string, index: i32): bool {
  return index < text.length && isDigit(text.charCodeAt(index));
}

/** True if three digits follow the comma, and no fourth. */
function isThousand(text: string, comma: i32): bool {
  for (let index = 1; index <= 3; index++) if (!isDigitAt(text, comma + index)) return false;
  return !isDigitAt(text, comma + 4);
}
