import { Filter, invalidInput, Json, JsonWriter, oneOf, plugin, TextBuilder, TextField, textsIn } from "@testbench/plugins-sdk";

import { findEmails } from "./email";
import { findAccounts } from "./iban";
import { findAddresses } from "./ip";
import { findCards, findPhones, findSocialSecurityNumbers } from "./numbers";
import { Span } from "./span";
import { findUrls } from "./url";
import { findWallets } from "./wallet";

const ENTITIES: string[] = ["EMAIL_ADDRESS", "URL", "IBAN_CODE", "CREDIT_CARD", "CRYPTO", "US_SSN", "IP_ADDRESS", "PHONE_NUMBER"];

/** What names an item or scores it: left as it is where all texts are redacted. */
const NOT_TEXTS: string[] = ["id", "index", "model", "score", "scores"];

class Options {
  /** Kinds of data to look for: `EMAIL_ADDRESS`, `PHONE_NUMBER`, `CREDIT_CARD`, `IBAN_CODE`, `CRYPTO`, `US_SSN`, `IP_ADDRESS`, `URL`. Empty: all but `URL`. */
  entities: string[] = [];
  /** Drops items with personal data, or replaces the data. */
  @oneOf(["drop", "redact"])
  action: string = "drop";
  /** Field with the text: keys separated by dots. Empty: the first of `text` and `output` to drop, every text but `id` and `model` to redact. */
  field: string = "";
  /** Text in place of the data; `{entity}` is its kind. */
  replacement: string = "<{entity}>";
  /** Also accepts weak patterns, such as nine digits in a row as a social security number. */
  weak: bool = false;
}

@plugin({ name: "pii" })
export class Pii extends Filter {
  config: Options = new Options();
  private field: TextField = new TextField();

  start(): void {
    const wanted = this.config.entities;
    for (let index = 0; index < wanted.length; index++) {
      if (!ENTITIES.includes(wanted[index])) {
        invalidInput('Cannot look for "' + wanted[index] + '": expected one of ' + ENTITIES.join(", "));
      }
    }
    this.field = new TextField(this.config.field);
  }

  keep(item: Json): bool {
    const texts = textsIn(this.field.require(item));
    const reason = new TextBuilder();
    let found = 0;
    for (let index = 0; index < texts.length; index++) {
      const text = texts[index];
      const spans = this.find(text);
      let unit = 0;
      let point = 0;
      for (let number = 0; number < spans.length; number++) {
        for (; unit < spans[number].start; point++) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
        if (found++ > 0) reason.add(", ");
        reason.add(spans[number].entity).add(" ").add(point.toString()).add("-");
        for (; unit < spans[number].end; point++) unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
        reason.add(point.toString());
      }
    }
    return found == 0 || this.drop(reason.toString());
  }

  handle(data: Json, out: JsonWriter): void {
    const items = data.get("items");
    if (this.config.action == "drop" || !items.isArray) {
      super.handle(data, out);
      return;
    }
    out.object().key("items").array();
    for (let index = 0; index < items.length; index++) this.rewriteItem(items.at(index), out);
    out.end().key("dropped").array().end().end();
  }

  private rewriteItem(item: Json, out: JsonWriter): void {
    const path = this.config.field;
    if (!item.isObject) {
      this.rewrite(item, out);
    } else if (path.length > 0) {
      this.field.require(item);
      const isKey = item.get(path).exists;
      this.rewriteAt(item, isKey ? [path] : path.split("."), 0, out);
    } else {
      out.object();
      for (let index = 0; index < item.length; index++) {
        const key = item.keyAt(index);
        out.key(key);
        if (NOT_TEXTS.includes(key)) out.json(item.at(index));
        else this.rewrite(item.at(index), out);
      }
      out.end();
    }
  }

  /** Writes a value with what stands at the end of the path redacted. */
  private rewriteAt(value: Json, keys: string[], depth: i32, out: JsonWriter): void {
    if (depth == keys.length) {
      this.rewrite(value, out);
    } else if (value.isObject) {
      out.object();
      for (let index = 0; index < value.length; index++) {
        const key = value.keyAt(index);
        out.key(key);
        if (key == keys[depth]) this.rewriteAt(value.at(index), keys, depth + 1, out);
        else out.json(value.at(index));
      }
      out.end();
    } else if (value.isArray) {
      out.array();
      for (let index = 0; index < value.length; index++) {
        if (index.toString() == keys[depth]) this.rewriteAt(value.at(index), keys, depth + 1, out);
        else out.json(value.at(index));
      }
      out.end();
    } else {
      out.json(value);
    }
  }

  /** Writes a value with all texts in it redacted, keys included. A whole number that is personal data becomes a text. */
  private rewrite(value: Json, out: JsonWriter): void {
    if (value.isString) {
      out.string(this.redact(value.text()));
    } else if (value.isArray) {
      out.array();
      for (let index = 0; index < value.length; index++) this.rewrite(value.at(index), out);
      out.end();
    } else if (value.isObject) {
      out.object();
      for (let index = 0; index < value.length; index++) {
        out.key(this.redact(value.keyAt(index)));
        this.rewrite(value.at(index), out);
      }
      out.end();
    } else {
      const source = value.isNumber ? value.source() : "";
      const isWhole = !source.includes(".") && !source.includes("e") && !source.includes("E");
      if (isWhole && this.find(source).length > 0) out.string(this.redact(source));
      else out.json(value);
    }
  }

  private redact(text: string): string {
    const spans = this.find(text);
    if (spans.length == 0) return text;
    const result = new TextBuilder();
    let copied = 0;
    for (let index = 0; index < spans.length; index++) {
      result.addPart(text, copied, spans[index].start).add(this.config.replacement.replaceAll("{entity}", spans[index].entity));
      copied = spans[index].end;
    }
    return result.addPart(text, copied, text.length).toString();
  }

  /** What is found, in order; of two that overlap the first, of two that begin together the longer one. */
  private find(text: string): Span[] {
    const spans: Span[] = [];
    if (this.wants("EMAIL_ADDRESS")) findEmails(text, spans);
    if (this.wants("IBAN_CODE")) findAccounts(text, spans);
    if (this.wants("CREDIT_CARD")) findCards(text, spans);
    if (this.wants("US_SSN")) findSocialSecurityNumbers(text, this.config.weak, spans);
    if (this.wants("CRYPTO")) findWallets(text, spans);
    if (this.config.entities.includes("URL")) findUrls(text, spans);
    if (this.wants("IP_ADDRESS")) findAddresses(text, spans);
    if (this.wants("PHONE_NUMBER")) findPhones(text, spans);
    spans.sort((a, b) => (a.start != b.start ? a.start - b.start : b.end - a.end));
    const apart: Span[] = [];
    let end = 0;
    for (let index = 0; index < spans.length; index++) {
      if (spans[index].start < end) continue;
      apart.push(spans[index]);
      end = spans[index].end;
    }
    return apart;
  }

  private wants(entity: string): bool {
    return this.config.entities.length == 0 || this.config.entities.includes(entity);
  }
}
