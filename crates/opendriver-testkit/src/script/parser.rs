//! From tokens to statements.

use opendriver::abi::parse_message;

use super::check;
use super::lexer::{Kind, Token, tokens};
use super::{Answer, Argument, Call, Function, Hits, Problem, Rule, Script, ScriptError, Statement};

pub(super) fn parse(text: &str) -> Result<Script, ScriptError> {
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, rules: 0, used: Vec::new() };
    let mut statements = Vec::new();
    while parser.skip_ends() {
        statements.push(parser.statement()?);
        parser.end_of_statement()?;
    }
    let script = Script { statements };
    let set = script.variables();
    match parser.used.iter().find(|(name, _)| !set.contains(*name)) {
        Some((name, token)) => parser.fail(token, Problem::Unset((*name).to_owned())),
        None => Ok(script),
    }
}

/// So many blocks may be inside each other. Nobody writes as many, and reading and playing them takes stack.
const MOST_NESTED: usize = 100;

/// What a rule knows of the call that it acts on.
pub(super) const OF_A_CALL: [&str; 5] = ["self", "id", "msg", "l1", "l2"];

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    /// Inside how many blocks the next token is.
    depth: usize,
    /// Inside how many rules.
    rules: usize,
    /// The variables that are used, and where.
    used: Vec<(&'a str, &'a Token)>,
}

impl<'a> Parser<'a> {
    /// Whether anything is left.
    fn skip_ends(&mut self) -> bool {
        while self.tokens.get(self.at).is_some_and(|token| token.kind == Kind::End) {
            self.at += 1;
        }
        self.at < self.tokens.len()
    }

    fn peek(&self) -> &'a Token {
        // The last token is an end, and nothing goes past an end but `skip_ends`.
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn fail<T>(&self, token: &Token, problem: Problem) -> Result<T, ScriptError> {
        Err(ScriptError { line: token.line, column: token.column, problem })
    }

    fn unexpected<T>(&self, wanted: &'static str) -> Result<T, ScriptError> {
        let token = self.peek();
        self.fail(token, Problem::Unexpected { found: token.kind.shown(), wanted })
    }

    fn word(&mut self, wanted: &'static str) -> Result<(&'a str, &'a Token), ScriptError> {
        let token = self.peek();
        match &token.kind {
            Kind::Word(word) => {
                self.at += 1;
                Ok((word, token))
            }
            _ => self.unexpected(wanted),
        }
    }

    fn equals(&mut self) -> bool {
        let there = self.peek().kind == Kind::Equals;
        self.at += usize::from(there);
        there
    }

    fn end_of_statement(&mut self) -> Result<(), ScriptError> {
        match self.peek().kind {
            Kind::End => Ok(()),
            _ => self.unexpected("the end of the statement"),
        }
    }

    fn statement(&mut self) -> Result<Statement, ScriptError> {
        let (first, token) = self.word("a function, a variable or `rule`")?;
        if first == "rule" && self.peek().kind != Kind::Equals {
            self.rules += 1;
            let rule = self.rule(token.line)?;
            self.rules -= 1;
            return Ok(Statement::Rule(rule));
        }
        if self.equals() {
            if is_reserved(first) {
                return self.fail(token, Problem::Reserved(first.to_owned()));
            }
            let (name, place) = self.word("a function")?;
            return Ok(Statement::Call(self.call(Some(first.to_owned()), name, place)?));
        }
        Ok(Statement::Call(self.call(None, first, token)?))
    }

    fn call(&mut self, variable: Option<String>, name: &str, place: &Token) -> Result<Call, ScriptError> {
        let Some(function) = Function::named(name) else {
            let similar = Function::resembling(name);
            return self.fail(place, Problem::UnknownFunction { name: name.to_owned(), similar });
        };
        let line = place.line;
        if function.block {
            let block = self.block()?;
            return Ok(Call { line, variable, function, arguments: Vec::new(), block });
        }
        let mut arguments = Vec::new();
        let mut places = Vec::new();
        while let Kind::Word(_) | Kind::Text(_) = self.peek().kind {
            places.push(self.peek());
            arguments.push(self.argument()?);
        }
        let most = function.parameters.len();
        if !(most - function.optional..=most).contains(&arguments.len()) {
            return self.fail(place, Problem::ArgumentCount { function, found: arguments.len() });
        }
        if let Err((index, problem)) = check::arguments(function, &arguments) {
            return self.fail(places[index], Problem::Argument(problem));
        }
        Ok(Call { line, variable, function, arguments, block: Vec::new() })
    }

    fn block(&mut self) -> Result<Vec<Statement>, ScriptError> {
        let open = self.peek();
        if open.kind != Kind::Open {
            return self.unexpected("a block in braces");
        }
        self.at += 1;
        self.depth += 1;
        if self.depth > MOST_NESTED {
            return self.fail(open, Problem::Nested { most: MOST_NESTED });
        }
        let mut statements = Vec::new();
        loop {
            if !self.skip_ends() {
                return self.fail(open, Problem::OpenBlock);
            }
            if self.peek().kind == Kind::Close {
                self.at += 1;
                self.depth -= 1;
                return Ok(statements);
            }
            statements.push(self.statement()?);
            if !matches!(self.peek().kind, Kind::End | Kind::Close) {
                return self.unexpected("`;` or `}`");
            }
        }
    }

    fn argument(&mut self) -> Result<Argument, ScriptError> {
        let token = self.peek();
        self.at += 1;
        Ok(match &token.kind {
            Kind::Text(text) => Argument::Text(text.clone()),
            Kind::Word(word) => match word.as_str() {
                "NULL" => Argument::Null,
                "bogus" => Argument::Bogus,
                word if looks_like_number(word) => Argument::Number(self.number(word, token)?),
                word => match message(word) {
                    Some(number) => Argument::Number(u64::from(number)),
                    None => {
                        if self.rules == 0 || !OF_A_CALL.contains(&word) {
                            self.used.push((word, token));
                        }
                        Argument::Name(word.to_owned())
                    }
                },
            },
            _ => {
                self.at -= 1;
                return self.unexpected("an argument");
            }
        })
    }

    fn number(&self, word: &str, token: &Token) -> Result<u64, ScriptError> {
        match number(word) {
            Some(number) => Ok(number),
            None => self.fail(token, Problem::Number(word.to_owned())),
        }
    }

    fn rule(&mut self, line: usize) -> Result<Rule, ScriptError> {
        let any = |word: &str| (word != "*").then(|| word.to_owned());
        let driver = any(self.word("the name of a driver or *")?.0);
        let (word, token) = self.word("a message or *")?;
        let message = match word {
            "*" => None,
            word => match message(word).or_else(|| u32::try_from(number(word)?).ok()) {
                Some(number) => Some(number),
                None => {
                    let wanted = "a message (a name such as DRV_OPEN, a 32-bit number, or *)";
                    return self.fail(token, Problem::Unexpected { found: word.to_owned(), wanted });
                }
            },
        };
        let mut rule = Rule { line, driver, message, hits: Hits::All, answer: None, block: Vec::new() };
        let mut has_block = false;
        loop {
            match self.peek().kind {
                Kind::Open if has_block => {
                    return self.fail(self.peek(), Problem::Twice("a block"));
                }
                Kind::Open => {
                    rule.block = self.block()?;
                    has_block = true;
                }
                Kind::Word(_) => self.option(&mut rule)?,
                Kind::End | Kind::Close => return Ok(rule),
                _ => return self.unexpected("an option of the rule"),
            }
        }
    }

    fn option(&mut self, rule: &mut Rule) -> Result<(), ScriptError> {
        let (option, place) = self.word("an option")?;
        if !["nth", "from", "ret"].contains(&option) {
            return self.fail(place, Problem::Option(option.to_owned()));
        }
        if !self.equals() {
            return self.unexpected("`=`");
        }
        if option == "ret" {
            if rule.answer.is_some() {
                return self.fail(place, Problem::Twice("ret="));
            }
            rule.answer = Some(match &self.peek().kind {
                Kind::Word(word) if word == "last" || word == "def" => {
                    self.at += 1;
                    if word == "last" { Answer::Last } else { Answer::Default }
                }
                Kind::Word(_) => Answer::Value(self.argument()?),
                _ => return self.unexpected("a number, `last`, `def`, or a name"),
            });
            return Ok(());
        }
        if rule.hits != Hits::All {
            return self.fail(place, Problem::HitsTwice);
        }
        let (word, token) = self.word("a number")?;
        let number = self.number(word, token)?;
        if number == 0 {
            return self.fail(token, Problem::NoHit);
        }
        rule.hits = if option == "nth" { Hits::Only(number) } else { Hits::From(number) };
        Ok(())
    }
}

/// What means something else where a variable could stand, so that no variable of that name could be read.
fn is_reserved(word: &str) -> bool {
    ["NULL", "bogus", "last", "def"].contains(&word)
        || OF_A_CALL.contains(&word)
        || looks_like_number(word)
        || message(word).is_some()
}

fn looks_like_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
}

/// The number of a message that is given by name.
fn message(word: &str) -> Option<u32> {
    word.starts_with(|c: char| c.is_ascii_alphabetic()).then(|| parse_message(word).ok()).flatten()
}

/// A number as scripts write it; negative ones are 64-bit two's complement.
fn number(word: &str) -> Option<u64> {
    match word.strip_prefix('-') {
        Some(rest) => {
            let magnitude = unsigned(rest)?;
            (magnitude <= 1 << 63).then(|| magnitude.wrapping_neg())
        }
        None => unsigned(word),
    }
}

fn unsigned(word: &str) -> Option<u64> {
    match word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_hexdigit()) => {
            u64::from_str_radix(digits, 16).ok()
        }
        Some(_) => None,
        None if word.starts_with(|c: char| c.is_ascii_digit()) => word.parse().ok(),
        None => None,
    }
}
