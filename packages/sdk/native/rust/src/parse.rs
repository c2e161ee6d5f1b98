use crate::{Failure, Json};

/// Levels of nested JSON that are read: each takes a frame of the stack.
const MAX_DEPTH: u32 = 512;

impl Json {
    /// Reads one JSON value. Half of a surrogate pair alone becomes U+FFFD, since a `String` cannot hold it.
    pub fn parse(text: &str) -> Result<Json, Failure> {
        let mut reader = Reader { text, at: 0 };
        let value = reader.value(1)?;
        reader.skip_space();
        if reader.at < text.len() {
            return Err(malformed());
        }
        Ok(value)
    }
}

fn malformed() -> Failure {
    Failure::invalid_input("the input is not JSON")
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), Failure> {
        if self.accept(byte) {
            Ok(())
        } else {
            Err(malformed())
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: u32) -> Result<Json, Failure> {
        if depth > MAX_DEPTH {
            return Err(Failure::invalid_input("the input is nested too deeply"));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                self.at += 1;
                Ok(Json::String(self.string()?))
            }
            Some(b't') => self.word("true", Json::Boolean(true)),
            Some(b'f') => self.word("false", Json::Boolean(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str, value: Json) -> Result<Json, Failure> {
        if !self.text[self.at..].starts_with(word) {
            return Err(malformed());
        }
        self.at += word.len();
        Ok(value)
    }

    fn array(&mut self, depth: u32) -> Result<Json, Failure> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.accept(b']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.skip_space();
            if self.accept(b']') {
                return Ok(Json::Array(items));
            }
            self.expect(b',')?;
        }
    }

    fn object(&mut self, depth: u32) -> Result<Json, Failure> {
        self.at += 1;
        let mut entries = Vec::new();
        self.skip_space();
        if self.accept(b'}') {
            return Ok(Json::Object(entries));
        }
        loop {
            self.skip_space();
            self.expect(b'"')?;
            let key = self.string()?;
            self.skip_space();
            self.expect(b':')?;
            entries.push((key, self.value(depth + 1)?));
            self.skip_space();
            if self.accept(b'}') {
                return Ok(Json::Object(entries));
            }
            self.expect(b',')?;
        }
    }

    fn digits(&mut self) -> Result<(), Failure> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start {
            Ok(())
        } else {
            Err(malformed())
        }
    }

    fn number(&mut self) -> Result<Json, Failure> {
        let start = self.at;
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            if !self.accept(b'-') {
                self.accept(b'+');
            }
            self.digits()?;
        }
        self.text[start..self.at].parse().map(Json::Number).map_err(|_| malformed())
    }

    /// A string, its opening quote already taken.
    fn string(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        let mut start = self.at;
        loop {
            match self.peek() {
                Some(b'"') => {
                    text.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    text.push_str(&self.text[start..self.at]);
                    self.at += 1;
                    text.push(self.escape()?);
                    start = self.at;
                }
                Some(byte) if byte >= 0x20 => self.at += 1,
                _ => return Err(malformed()),
            }
        }
    }

    /// A character behind a backslash.
    fn escape(&mut self) -> Result<char, Failure> {
        let byte = self.peek().ok_or_else(malformed)?;
        self.at += 1;
        Ok(match byte {
            b'"' | b'\\' | b'/' => byte as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                let point = if (0xd800..0xdc00).contains(&unit) { self.pair(unit) } else { unit };
                char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(malformed()),
        })
    }

    /// The code point of a pair whose first half was read; the half itself if the second one does not follow.
    fn pair(&mut self, high: u32) -> u32 {
        let before = self.at;
        if self.accept(b'\\') && self.accept(b'u') {
            if let Ok(low @ 0xdc00..=0xdfff) = self.hex() {
                return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        self.at = before;
        high
    }

    fn hex(&mut self) -> Result<u32, Failure> {
        let mut value = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| (byte as char).to_digit(16)).ok_or_else(malformed)?;
            value = value * 16 + digit;
            self.at += 1;
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            r#"{"a":[1,2.5,-3e-7,1e21],"b":null,"c":{"d":true,"e":"x"}}"#,
            r#"["\"\\","\u0000\u001f","é👋"]"#,
            "[]",
            "{}",
            "0.1",
        ] {
            assert_eq!(Json::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn reads_escapes_and_replaces_half_a_pair() {
        let cases = [
            (r#""\ud83d\udc4b""#, "👋"),
            (r#""a\ud800b""#, "a\u{fffd}b"),
            (r#""\udc00""#, "\u{fffd}"),
            (r#""\ud800\u0041""#, "\u{fffd}A"),
            (r#""\/\b\f\n\r\t""#, "/\u{8}\u{c}\n\r\t"),
        ];
        for (text, expected) in cases {
            assert_eq!(Json::parse(text).unwrap(), Json::from(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in
            ["", " ", "x", "[1,]", "{\"a\"}", "\"", "\"\n\"", "01", "1.", ".5", "+1", "NaN", "[1] 2", "\"\\x\"", "tru"]
        {
            assert_eq!(Json::parse(text), Err(malformed()), "{text}");
        }
        assert_eq!(Json::parse(&"[".repeat(100_000)).unwrap_err().code, -2);
    }
}
