//! From characters to tokens with their places.

use super::{Problem, ScriptError};

/// A token and where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word(String),
    Text(String),
    Equals,
    Open,
    Close,
    /// A line end or `;`.
    End,
}

impl Kind {
    /// The token as a reader of a message knows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Kind::Word(word) => word.clone(),
            Kind::Text(text) => format!("{text:?}"),
            Kind::Equals => "=".to_owned(),
            Kind::Open => "{".to_owned(),
            Kind::Close => "}".to_owned(),
            Kind::End => "the end of the statement".to_owned(),
        }
    }
}

/// Cuts a script into tokens. The last one is an end.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ScriptError> {
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let mut lexer = Lexer { chars: line.chars().collect(), at: 0, line: number + 1 };
        while let Some(token) = lexer.next()? {
            tokens.push(token);
        }
        tokens.push(lexer.token(lexer.at, Kind::End));
    }
    if tokens.is_empty() {
        tokens.push(Token { kind: Kind::End, line: 1, column: 1 });
    }
    Ok(tokens)
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
}

impl Lexer {
    fn next(&mut self) -> Result<Option<Token>, ScriptError> {
        while self.chars.get(self.at).is_some_and(|c| c.is_whitespace()) {
            self.at += 1;
        }
        let start = self.at;
        let Some(&first) = self.chars.get(start) else { return Ok(None) };
        self.at += 1;
        let kind = match first {
            '#' => {
                self.at = self.chars.len();
                return Ok(None);
            }
            '=' => Kind::Equals,
            '{' => Kind::Open,
            '}' => Kind::Close,
            ';' => Kind::End,
            '"' => Kind::Text(self.text(start)?),
            _ => {
                while self.chars.get(self.at).is_some_and(|&c| !c.is_whitespace() && !"={};\"#".contains(c)) {
                    self.at += 1;
                }
                Kind::Word(self.chars[start..self.at].iter().collect())
            }
        };
        Ok(Some(self.token(start, kind)))
    }

    fn token(&self, start: usize, kind: Kind) -> Token {
        Token { kind, line: self.line, column: start + 1 }
    }

    fn error(&self, at: usize, problem: Problem) -> ScriptError {
        ScriptError { line: self.line, column: at + 1, problem }
    }

    /// The text behind an opening quote. Escapes are UTF-16 code units, of which two may be one character.
    fn text(&mut self, start: usize) -> Result<String, ScriptError> {
        let mut units: Vec<u16> = Vec::new();
        loop {
            let at = self.at;
            let Some(&c) = self.chars.get(at) else { return Err(self.error(start, Problem::OpenText)) };
            self.at += 1;
            match c {
                '"' => return Ok(String::from_utf16_lossy(&units)),
                '\\' => units.push(self.escape(at)?),
                c => units.extend_from_slice(c.encode_utf16(&mut [0; 2])),
            }
        }
    }

    fn escape(&mut self, at: usize) -> Result<u16, ScriptError> {
        let letter = self.chars.get(self.at).copied();
        self.at += 1;
        let unit = match letter {
            Some('"') => Some(u16::from(b'"')),
            Some('\\') => Some(u16::from(b'\\')),
            Some('t') => Some(u16::from(b'\t')),
            Some('n') => Some(u16::from(b'\n')),
            Some('r') => Some(u16::from(b'\r')),
            Some('u') => {
                let digits: String = self.chars.iter().skip(self.at).take(4).collect();
                self.at += 4;
                let hexadecimal = digits.len() == 4 && digits.chars().all(|c| c.is_ascii_hexdigit());
                hexadecimal.then(|| u16::from_str_radix(&digits, 16).ok()).flatten()
            }
            _ => None,
        };
        unit.ok_or_else(|| {
            let end = self.at.min(self.chars.len());
            self.error(at, Problem::Escape(self.chars[at..end].iter().collect()))
        })
    }
}
