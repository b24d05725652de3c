//! JSON as it is written, mistakes included.
//!
//! serde_json gives up a whole file for one `NaN` or `1e999`, rounds integers beyond 64 bits and forgets the
//! earlier of two equal keys. A county's figures need the opposite: everything kept as written.

/// A value with its text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as its digits stand there.
    Number(Box<str>),
    /// `NaN`, `Infinity`, `-Infinity`: not JSON, but written by several systems.
    NotFinite(Box<str>),
    /// A string, unescaped.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// An object, its keys in the order of the file, equal keys included.
    Object(Vec<(Box<str>, Value)>),
}

/// Where and why reading stopped; line and column from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What stood there instead of what.
    pub what: (&'static str, &'static str),
    /// Arrays and objects are nested too deeply.
    pub too_deep: bool,
}

type Fault = (usize, (&'static str, &'static str));

const TOO_DEEP: (&str, &str) = ("嵌套过深", "nested too deeply");

/// Reads one value or several one after the other (JSON Lines), arrays and objects nested `deepest` times at most.
pub(super) fn parse(text: &str, deepest: u64) -> Result<Vec<Value>, SyntaxError> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
        deepest,
    };
    let mut values = Vec::new();
    loop {
        reader.skip_space();
        // Some systems put a comma after each line.
        if !values.is_empty() && reader.peek() == Some(b',') {
            reader.at += 1;
            reader.skip_space();
        }
        if reader.at >= text.len() {
            break;
        }
        match reader.value() {
            Ok(value) => values.push(value),
            Err((at, what)) => return Err(locate(text, at, what)),
        }
    }
    Ok(values)
}

fn locate(text: &str, at: usize, what: (&'static str, &'static str)) -> SyntaxError {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    SyntaxError {
        line: before.matches('\n').count() + 1,
        column: before[start..].chars().count() + 1,
        what,
        too_deep: what == TOO_DEEP,
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u64,
    deepest: u64,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<Value, Fault> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::Text),
            Some(b'-' | b'+' | b'.' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') => self.token(),
            Some(_) => Err((self.at, ("应为一个值", "expected a value"))),
            None => Err((self.at, ("文件在此中断", "the file ends here"))),
        }
    }

    fn nested(&mut self, inner: fn(&mut Self) -> Result<Value, Fault>) -> Result<Value, Fault> {
        self.depth += 1;
        if self.depth > self.deepest {
            return Err((self.at, TOO_DEEP));
        }
        self.at += 1;
        let value = inner(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// Steps over a closing bracket or a comma; true at the end of the list.
    fn closes(&mut self, bracket: u8) -> Result<bool, Fault> {
        self.skip_space();
        match self.peek() {
            Some(b) if b == bracket => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') => {
                self.at += 1;
                self.skip_space();
                // A comma before the closing bracket is a common slip and hides nothing.
                if self.peek() == Some(bracket) {
                    self.at += 1;
                    return Ok(true);
                }
                Ok(false)
            }
            Some(_) => Err((
                self.at,
                ("应为逗号或右括号", "expected a comma or a closing bracket"),
            )),
            None => Err((self.at, ("文件在此中断", "the file ends here"))),
        }
    }

    fn object(&mut self) -> Result<Value, Fault> {
        let mut members = Vec::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(members));
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err((
                    self.at,
                    ("应为带引号的键", "expected a key in quotation marks"),
                ));
            }
            let key = self.string()?;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err((self.at, ("应为冒号", "expected a colon")));
            }
            self.at += 1;
            self.skip_space();
            members.push((key.into(), self.value()?));
            if self.closes(b'}')? {
                return Ok(Value::Object(members));
            }
        }
    }

    fn array(&mut self) -> Result<Value, Fault> {
        let mut items = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.closes(b']')? {
                return Ok(Value::Array(items));
            }
        }
    }

    /// A number, a word, or a word that stands for a number.
    fn token(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        while let Some(b'-' | b'+' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z') =
            self.peek()
        {
            self.at += 1;
        }
        let token = &self.text[start..self.at];
        match token {
            "null" => Ok(Value::Null),
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ if is_number(token) => Ok(Value::Number(token.into())),
            _ if matches!(
                token
                    .trim_start_matches(['-', '+'])
                    .to_ascii_lowercase()
                    .as_str(),
                "nan" | "infinity" | "inf"
            ) =>
            {
                Ok(Value::NotFinite(token.into()))
            }
            _ => Err((
                start,
                (
                    "不是数字，也不是 true、false、null",
                    "neither a number nor true, false or null",
                ),
            )),
        }
    }

    fn string(&mut self) -> Result<String, Fault> {
        self.at += 1;
        let mut words = String::new();
        loop {
            let rest = &self.text[self.at..];
            let Some(stop) = rest.find(['"', '\\']) else {
                return Err((
                    self.text.len(),
                    ("字符串没有结束", "the string does not end"),
                ));
            };
            words.push_str(&rest[..stop]);
            self.at += stop;
            if self.peek() == Some(b'"') {
                self.at += 1;
                return Ok(words);
            }
            words.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let start = self.at;
        let fault = (start, ("无效的转义", "an escape that is none"));
        let escaped = *self.text.as_bytes().get(self.at + 1).ok_or(fault)?;
        self.at += 2;
        Ok(match escaped {
            b'"' | b'\\' | b'/' => char::from(escaped),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hex().ok_or(fault)?;
                if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
                    let back = self.at;
                    self.at += 2;
                    let low = self.hex().ok_or(fault)?;
                    if (0xdc00..0xe000).contains(&low) {
                        let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
                    }
                    self.at = back;
                }
                char::from_u32(high).unwrap_or('\u{fffd}')
            }
            _ => return Err(fault),
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }
}

/// JSON's own grammar of a number.
fn is_number(token: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, part) = match mantissa.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && part.is_none_or(digits)
        && exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Vec<Value>, SyntaxError> {
        super::parse(text, 128)
    }

    fn plain(value: &Value) -> serde_json::Value {
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(b) => (*b).into(),
            Value::Number(n) => n.parse::<f64>().unwrap().into(),
            Value::NotFinite(token) => token.as_ref().into(),
            Value::Text(words) => words.as_str().into(),
            Value::Array(items) => items.iter().map(plain).collect(),
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.to_string(), plain(value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    fn any_json() -> impl proptest::strategy::Strategy<Value = serde_json::Value> {
        use proptest::prelude::*;
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            (-1e9..1e9_f64).prop_map(Into::into),
            ".{0,12}".prop_map(serde_json::Value::String),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::Array),
                prop::collection::btree_map(".{0,6}", inner, 0..6)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest::proptest! {
        #[test]
        fn reads_what_serde_writes(value in any_json()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let read = parse(&text).unwrap();
                proptest::prop_assert_eq!(read.len(), 1);
                proptest::prop_assert_eq!(&plain(&read[0]), &value);
            }
        }
    }

    #[test]
    fn escapes_and_surrogates() {
        let read = parse(r#""a\u4e2d\ud83d\ude00\ud800x\n""#).unwrap();
        assert_eq!(read, [Value::Text("a中😀\u{fffd}x\n".into())]);
    }

    #[test]
    fn errors_have_line_and_column() {
        let error = parse("{\n  \"中\": 1\n  \"b\": 2}").unwrap_err();
        assert_eq!((error.line, error.column), (3, 3));
        assert_eq!(parse("{\"中\": x1}").unwrap_err().column, 7);
        assert!(parse(&"[".repeat(200_000)).unwrap_err().too_deep);
        for broken in [
            "{", "[1", "\"a", "{\"a\"", "{\"a\":}", "01", "\"\\q\"", "1.e3", "[1 2]",
        ] {
            assert!(parse(broken).is_err(), "{broken}");
        }
    }
}
