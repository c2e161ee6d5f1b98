import { lowerCase } from "@testbench/plugins-sdk";

import { isWord, Span } from "./span";

const SLASH: i32 = 0x2f;
const DOT: i32 = 0x2e;
const HYPHEN: i32 = 0x2d;

/** Top-level domains that are known without a scheme before them, besides those of countries. */
const DOMAINS: string = " com org net edu gov mil int info biz name pro app dev site online shop xyz cloud blog tech store ";
const COUNTRIES: string =
  "acadaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjbmbnbobrbsbtbwbybzcacccdcfcgchcickclcmcncocrcucvcwcxcyczdedjdkdmdodzeceeeger" +
  "eseteufifjfkfmfofrgagdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthuidieiliminioiqirisitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklr" +
  "lsltlulvlymamcmdmemgmhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngninlnonpnrnunzompapepfpgphpkplpmpnprpsptpwpyqareronrsrurwsasbscsd" +
  "sesgshsiskslsmsnsosrssstsvsxsysztctdtftgthtjtktltmtntotrtttvtwtzuaugukusuyuzvavcvevgvivnvuwfwsyeytzazmzw";

/** Addresses of web pages: with `http://` or `https://`, or a host name of a well-known top-level domain. */
export function findUrls(text: string, spans: Span[]): void {
  for (let index = 0; index < text.length; index++) {
    if (!isWord(text, index) || isWord(text, index - 1)) continue;
    const before = index > 0 ? text.charCodeAt(index - 1) : 0;
    const scheme = afterScheme(text, index);
    // Neither the host of an e-mail address nor the end of another name.
    if (scheme == index && (before == 0x40 || before == DOT || before == HYPHEN)) continue;
    const host = afterHost(text, scheme, scheme > index);
    if (host < 0 || (host < text.length && text.charCodeAt(host) == 0x40)) continue;
    let start = index;
    let end = afterPath(text, host);
    // Quotes belong to what they enclose.
    if (scheme > index && (before == 0x22 || before == 0x27) && end < text.length && text.charCodeAt(end) == before) {
      start--;
      end++;
    }
    spans.push(new Span("URL", start, end));
    index = end - 1;
  }
}

function afterScheme(text: string, start: i32): i32 {
  const head = lowerCase(text.substring(start, start + 8));
  if (head == "https://") return start + 8;
  return head.startsWith("http://") ? start + 7 : start;
}

/** Where the labels with points between them end; -1 if they are no host. */
function afterHost(text: string, start: i32, anyDomain: bool): i32 {
  let end = start;
  let label = start;
  let labels = 0;
  while (true) {
    label = end;
    while (isWord(text, end) || (end > label && end < text.length && text.charCodeAt(end) == HYPHEN && isWord(text, end + 1))) end++;
    if (end == label) return -1;
    labels++;
    if (end >= text.length || text.charCodeAt(end) != DOT || !isWord(text, end + 1)) break;
    end++;
  }
  return labels > 1 && isDomain(lowerCase(text.substring(label, end)), anyDomain) ? end : -1;
}

function isDomain(label: string, any: bool): bool {
  if (label.length < 2) return false;
  for (let index = 0; index < label.length; index++) {
    if (<u32>(label.charCodeAt(index) - 0x61) >= 26) return any && label.startsWith("xn--");
  }
  if (any || DOMAINS.includes(" " + label + " ")) return true;
  if (label.length != 2) return false;
  for (let index = 0; index < COUNTRIES.length; index += 2) if (COUNTRIES.startsWith(label, index)) return true;
  return false;
}

/** A port, a path, a query and a fragment, but not the mark that ends a sentence. */
function afterPath(text: string, start: i32): i32 {
  const first = start < text.length ? text.charCodeAt(start) : 0;
  if (first != SLASH && first != 0x3a && first != 0x3f && first != 0x23) return start;
  let end = start;
  while (end < text.length && (isWord(text, end) || "-._~:/?#[]@!$&()*+,;=%".includes(text.charAt(end)))) end++;
  while (end > start && ".,:;!?)".includes(text.charAt(end - 1))) end--;
  return end;
}
