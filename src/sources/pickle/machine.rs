//! The stack machine that a pickle is a program for.

use super::{Document, Id, MAX_VALUES, Value};
use crate::error::{Error, Result};
use std::collections::HashMap;

/// Runs to STOP: the document, and how many bytes it took.
pub(super) fn run(bytes: &[u8], allowed: &[(&str, &str)]) -> Result<(Document, usize)> {
    let mut machine = Machine {
        bytes,
        position: 0,
        allowed,
        values: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: HashMap::new(),
    };
    loop {
        let at = machine.position;
        let step = machine.step();
        if let Some(root) = step.map_err(|error| error.at(format!("pickle, byte {at}")))? {
            let values = machine.values;
            return Ok((Document { values, root }, machine.position));
        }
    }
}

struct Machine<'a> {
    bytes: &'a [u8],
    position: usize,
    allowed: &'a [(&'a str, &'a str)],
    values: Vec<Value>,
    stack: Vec<Id>,
    marks: Vec<usize>,
    memo: HashMap<u64, Id>,
}

fn broken(what: impl Into<String>) -> Error {
    Error::input(what)
        .mend("the file is damaged, incomplete or not a pickle; fetch or save it again")
}

impl<'a> Machine<'a> {
    fn take(&mut self, n: u64) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let taken = usize::try_from(n).ok().and_then(|n| rest.get(..n));
        let taken =
            taken.ok_or_else(|| broken(format!("{n} bytes expected, {} left", rest.len())))?;
        self.position += taken.len();
        Ok(taken)
    }

    /// A little-endian unsigned integer of `n <= 8` bytes.
    fn uint(&mut self, n: u64) -> Result<u64> {
        let bytes = self.take(n)?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |value, &b| (value << 8) | u64::from(b)))
    }

    fn sized(&mut self, n: u64) -> Result<&'a [u8]> {
        let size = self.uint(n)?;
        self.take(size)
    }

    fn line(&mut self) -> Result<&'a str> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let end = rest.iter().position(|&b| b == b'\n');
        let line = end
            .and_then(|end| rest.get(..end))
            .ok_or_else(|| broken("a line without end"))?;
        self.position += line.len() + 1;
        std::str::from_utf8(line).map_err(|_| broken("a line that is not UTF-8"))
    }

    fn text(bytes: &[u8]) -> Result<Value> {
        // Python writes lone surrogates with `surrogatepass`; no name or label that is wanted here has them.
        let text = std::str::from_utf8(bytes).map_err(|_| broken("a text that is not UTF-8"))?;
        Ok(Value::Str(text.to_owned()))
    }

    fn store(&mut self, value: Value) -> Result<Id> {
        if self.values.len() >= MAX_VALUES {
            return Err(Error::input(format!(
                "a pickle of more than {MAX_VALUES} values is refused"
            )));
        }
        self.values.push(value);
        Ok(Id(self.values.len() - 1))
    }

    fn push(&mut self, value: Value) -> Result<()> {
        let id = self.store(value)?;
        self.stack.push(id);
        Ok(())
    }

    fn pop(&mut self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        let id = if self.stack.len() > floor {
            self.stack.pop()
        } else {
            None
        };
        id.ok_or_else(|| broken("the stack is empty where a value is needed"))
    }

    fn pop_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self
            .marks
            .pop()
            .ok_or_else(|| broken("a mark is missing"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn pop_pairs(&mut self) -> Result<Vec<(Id, Id)>> {
        let flat = self.pop_mark()?;
        if !flat.len().is_multiple_of(2) {
            return Err(broken("a key without a value"));
        }
        Ok(flat
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect())
    }

    fn top(&mut self) -> Result<&mut Value> {
        let id = self.pop()?;
        self.stack.push(id);
        self.values
            .get_mut(id.0)
            .ok_or_else(|| broken("a value is missing"))
    }

    fn append(&mut self, new: Vec<Id>) -> Result<()> {
        match self.top()? {
            Value::List(items) | Value::Reduce { items, .. } => items.extend(new),
            _ => return Err(broken("elements for something that is not a list")),
        }
        Ok(())
    }

    fn set_items(&mut self, new: Vec<(Id, Id)>) -> Result<()> {
        match self.top()? {
            Value::Dict(pairs) | Value::Reduce { pairs, .. } => pairs.extend(new),
            _ => return Err(broken("entries for something that is not a dict")),
        }
        Ok(())
    }

    fn global(&mut self, module: &str, name: &str) -> Result<Value> {
        if !self.allowed.contains(&(module, name)) {
            return Err(
                Error::input(format!("the pickle names `{module}.{name}`, which is not among the known harmless names"))
                    .mend("nothing was executed; use only files from a publisher you trust, or convert the file to .npz"),
            );
        }
        Ok(Value::Global {
            module: module.to_owned(),
            name: name.to_owned(),
        })
    }

    fn call(&mut self, callable: Id, args: Id) -> Result<()> {
        self.push(Value::Reduce {
            callable,
            args,
            state: None,
            items: Vec::new(),
            pairs: Vec::new(),
        })
    }

    fn build(&mut self) -> Result<()> {
        let new = self.pop()?;
        match self.top()? {
            Value::Reduce { state, .. } => *state = Some(new),
            _ => return Err(broken("a state for something that was not called")),
        }
        Ok(())
    }

    fn remember(&mut self, key: u64) -> Result<()> {
        let id = self.pop()?;
        self.stack.push(id);
        self.memo.insert(key, id);
        Ok(())
    }

    fn recall(&mut self, key: u64) -> Result<()> {
        let id = self
            .memo
            .get(&key)
            .ok_or_else(|| broken(format!("nothing was remembered as {key}")))?;
        self.stack.push(*id);
        Ok(())
    }

    fn tuple(&mut self, n: usize) -> Result<()> {
        let mut items = Vec::with_capacity(n);
        for _ in 0..n {
            items.push(self.pop()?);
        }
        items.reverse();
        self.push(Value::Tuple(items))
    }

    /// One opcode; the root value at STOP.
    fn step(&mut self) -> Result<Option<Id>> {
        let opcode = self.take(1)?.first().copied().unwrap_or_default();
        match opcode {
            b'.' => return self.pop().map(Some),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                // POP also takes back a mark that nothing stands on.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else {
                    self.pop()?;
                }
            }
            b'1' => drop(self.pop_mark()?),
            b'2' => {
                let id = self.pop()?;
                self.stack.extend([id, id]);
            }
            0x80 => {
                let protocol = self.uint(1)?;
                if protocol > 5 {
                    return Err(broken(format!("protocol {protocol}; 0 to 5 are known")));
                }
            }
            // A frame only groups opcodes for buffered reading.
            0x95 => drop(self.uint(8)?),
            b'p' => {
                let key = number(self.line()?)?;
                self.remember(key as u64)?;
            }
            b'q' => {
                let key = self.uint(1)?;
                self.remember(key)?;
            }
            b'r' => {
                let key = self.uint(4)?;
                self.remember(key)?;
            }
            0x94 => self.remember(self.memo.len() as u64)?,
            b'g' => {
                let key = number(self.line()?)?;
                self.recall(key as u64)?;
            }
            b'h' => {
                let key = self.uint(1)?;
                self.recall(key)?;
            }
            b'j' => {
                let key = self.uint(4)?;
                self.recall(key)?;
            }
            b'N' | 0x88 | 0x89 | b'I' | b'J' | b'K' | b'L' | b'M' | 0x8a | 0x8b | b'F' | b'G' => {
                let value = self.scalar(opcode)?;
                self.push(value)?;
            }
            b'S' | b'T' | b'U' | b'V' | b'X' | 0x8c | 0x8d | b'B' | b'C' | 0x8e | 0x96 => {
                let value = self.string(opcode)?;
                self.push(value)?;
            }
            _ => self.structure(opcode)?,
        }
        Ok(None)
    }

    fn scalar(&mut self, opcode: u8) -> Result<Value> {
        Ok(match opcode {
            b'N' => Value::None,
            0x88 => Value::Bool(true),
            0x89 => Value::Bool(false),
            b'I' => match self.line()? {
                "01" => Value::Bool(true),
                "00" => Value::Bool(false),
                line => Value::Int(number(line)?),
            },
            b'J' => Value::Int(i64::from((self.uint(4)? as u32).cast_signed())),
            b'K' => Value::Int(self.uint(1)?.cast_signed()),
            b'M' => Value::Int(self.uint(2)?.cast_signed()),
            b'L' => Value::Int(number(self.line()?.trim_end_matches('L'))?),
            b'F' => {
                let line = self.line()?;
                Value::Float(
                    line.trim()
                        .parse()
                        .map_err(|_| broken(format!("`{line}` is no float")))?,
                )
            }
            // BINFLOAT is the one big-endian number of the format.
            b'G' => Value::Float(f64::from_bits(self.uint(8)?.swap_bytes())),
            _ => {
                let bytes = self.sized(if opcode == 0x8a { 1 } else { 4 })?;
                two_s_complement(bytes).map_or_else(|| Value::BigInt(bytes.to_vec()), Value::Int)
            }
        })
    }

    fn string(&mut self, opcode: u8) -> Result<Value> {
        Ok(match opcode {
            b'S' => {
                let line = self.line()?.trim();
                let inner = line
                    .get(1..line.len().saturating_sub(1))
                    .unwrap_or_default();
                if inner.contains('\\') {
                    return Err(broken("an escaped text of protocol 0")
                        .mend("save the pickle again with protocol 2 or later"));
                }
                Value::Bytes(inner.as_bytes().to_vec())
            }
            b'V' => {
                let line = self.line()?;
                if line.contains('\\') {
                    return Err(broken("an escaped text of protocol 0")
                        .mend("save the pickle again with protocol 2 or later"));
                }
                Value::Str(line.to_owned())
            }
            b'T' | b'B' => Value::Bytes(self.sized(4)?.to_vec()),
            b'U' | b'C' => Value::Bytes(self.sized(1)?.to_vec()),
            b'X' => Self::text(self.sized(4)?)?,
            0x8c => Self::text(self.sized(1)?)?,
            0x8d => Self::text(self.sized(8)?)?,
            _ => Value::Bytes(self.sized(8)?.to_vec()),
        })
    }

    fn structure(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            b')' => self.push(Value::Tuple(Vec::new())),
            b']' | 0x8f => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x85 => self.tuple(1),
            0x86 => self.tuple(2),
            0x87 => self.tuple(3),
            b't' => {
                let items = self.pop_mark()?;
                self.push(Value::Tuple(items))
            }
            b'l' | 0x91 => {
                let items = self.pop_mark()?;
                self.push(Value::List(items))
            }
            b'd' => {
                let pairs = self.pop_pairs()?;
                self.push(Value::Dict(pairs))
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(items)
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_items(vec![(key, value)])
            }
            b'u' => {
                let pairs = self.pop_pairs()?;
                self.set_items(pairs)
            }
            _ => self.object(opcode),
        }
    }

    fn object(&mut self, opcode: u8) -> Result<()> {
        match opcode {
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                let global = self.global(module, name)?;
                self.push(global)
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let text = |id: Id| match self.values.get(id.0) {
                    Some(Value::Str(text)) => Ok(text.clone()),
                    _ => Err(broken("a global whose name is not a text")),
                };
                let (module, name) = (text(module)?, text(name)?);
                let global = self.global(&module, &name)?;
                self.push(global)
            }
            b'R' | 0x81 => {
                let (args, callable) = (self.pop()?, self.pop()?);
                self.call(callable, args)
            }
            0x92 => {
                let (keywords, args, callable) = (self.pop()?, self.pop()?, self.pop()?);
                match self.values.get(keywords.0) {
                    Some(Value::Dict(pairs)) if pairs.is_empty() => self.call(callable, args),
                    _ => Err(broken("a call with keyword arguments is not understood")),
                }
            }
            b'b' => self.build(),
            b'P' => {
                let key = self.line()?.to_owned();
                let id = self.store(Value::Str(key))?;
                self.push(Value::PersistentId(id))
            }
            b'Q' => {
                let id = self.pop()?;
                self.push(Value::PersistentId(id))
            }
            _ => Err(broken(format!(
                "opcode 0x{opcode:02x} is unknown or not supported"
            ))),
        }
    }
}

fn number(line: &str) -> Result<i64> {
    line.trim()
        .parse()
        .map_err(|_| broken(format!("`{line}` is no integer of 64 bits")))
}

/// A little-endian two's complement integer of at most 8 bytes; none means 0.
fn two_s_complement(bytes: &[u8]) -> Option<i64> {
    let negative = bytes.last().is_some_and(|b| b & 0x80 != 0);
    let mut wide = if negative { [0xff; 8] } else { [0; 8] };
    wide.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}
