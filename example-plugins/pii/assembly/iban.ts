import { isDigitAt, isWord, Span } from "./span";

/** Lengths of the numbers of bank accounts, of the registry of SWIFT. */
const LENGTHS: string =
  "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27" +
  "GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24" +
  "PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/** Numbers of bank accounts, in upper case, also in groups of four, whose check digits are right. */
export function findAccounts(text: string, spans: Span[]): void {
  for (let index = 0; index + 4 < text.length; index++) {
    if (!isCapital(text, index) || isWord(text, index - 1)) continue;
    if (!isCapital(text, index + 1) || !isDigitAt(text, index + 2) || !isDigitAt(text, index + 3)) continue;
    const length = lengthOf(text.substring(index, index + 2));
    const end = length > 0 ? afterAccount(text, index, length) : -1;
    if (end < 0) continue;
    spans.push(new Span("IBAN_CODE", index, end));
    index = end - 1;
  }
}

function isCapital(text: string, index: i32): bool {
  return <u32>(text.charCodeAt(index) - 0x41) < 26;
}

function lengthOf(country: string): i32 {
  for (let index = 0; index < LENGTHS.length; index += 4) {
    if (LENGTHS.charCodeAt(index) != country.charCodeAt(0) || LENGTHS.charCodeAt(index + 1) != country.charCodeAt(1)) continue;
    return I32.parseInt(LENGTHS.substring(index + 2, index + 4));
  }
  return 0;
}

function afterAccount(text: string, start: i32, length: i32): i32 {
  let characters = "";
  let index = start;
  while (characters.length < length) {
    if (index >= text.length) return -1;
    const unit = text.charCodeAt(index);
    const separates = (unit == 0x20 || unit == 0x2d) && characters.length % 4 == 0 && characters.length > 0;
    if (separates) index++;
    if (index >= text.length || !(isCapital(text, index) || isDigitAt(text, index))) return -1;
    characters += text.charAt(index++);
  }
  return !isWord(text, index) && isRight(characters) ? index : -1;
}

/** ISO 7064, MOD 97-10: with the first four characters at the end and letters from 10 on, the rest is 1. */
function isRight(characters: string): bool {
  let rest = 0;
  for (let index = 0; index < characters.length; index++) {
    const unit = characters.charCodeAt((index + 4) % characters.length);
    rest = unit < 0x41 ? (rest * 10 + unit - 0x30) % 97 : (rest * 100 + unit - 0x37) % 97;
  }
  return rest == 1;
}
