//! Python pickles as data: a reader that runs nothing.
//!
//! A pickle is a program for a small stack machine. Python runs it and calls whatever it names; this reader keeps every
//! call as a [`Value::Reduce`] node and leaves its meaning to the caller, who also names the only globals that may occur.
//! Protocols 0 to 5 without out-of-band buffers and extension codes (Python's `pickletools.py` is the specification).
//!
//! Values live in one arena, so that shared and cyclic references cost nothing and no nesting can overflow the stack.
//! Memory is linear in the input: no opcode makes more than one value, and strings are copied at most once.

mod machine;

use crate::error::Result;

/// Most values that one pickle may hold; CIFAR-100's 50,000 training labels and names need 150,000.
pub const MAX_VALUES: usize = 8_000_000;

/// The place of a value in its [`Document`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(usize);

/// One value; children are [`Id`]s.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`.
    None,
    /// `True`, `False`.
    Bool(bool),
    /// An integer of at most 64 bits.
    Int(i64),
    /// A larger integer: two's complement, little-endian.
    BigInt(Vec<u8>),
    /// A float.
    Float(f64),
    /// A text.
    Str(String),
    /// `bytes`, `bytearray` and the 8-bit strings of Python 2.
    Bytes(Vec<u8>),
    /// A list; sets and frozen sets are lists too.
    List(Vec<Id>),
    /// A tuple.
    Tuple(Vec<Id>),
    /// A dict in insertion order; a repeated key stands twice.
    Dict(Vec<(Id, Id)>),
    /// A class or a function by name; never looked up.
    Global {
        /// `collections`.
        module: String,
        /// `OrderedDict`.
        name: String,
    },
    /// A call that Python would have made: `callable(*args)`, then `__setstate__(state)`, `append`s and `[key] = value`s.
    Reduce {
        /// What would have been called.
        callable: Id,
        /// Its arguments: a tuple.
        args: Id,
        /// What BUILD gave.
        state: Option<Id>,
        /// What APPEND and APPENDS gave.
        items: Vec<Id>,
        /// What SETITEM and SETITEMS gave (the entries of an `OrderedDict`).
        pairs: Vec<(Id, Id)>,
    },
    /// A reference that the surrounding format resolves (torch: the storages).
    PersistentId(Id),
}

/// A loaded pickle.
#[derive(Debug, Clone)]
pub struct Document {
    values: Vec<Value>,
    root: Id,
}

/// A value together with its document; cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    document: &'a Document,
    id: Id,
}

impl Document {
    /// The value that the pickle stands for.
    #[must_use]
    pub fn root(&self) -> View<'_> {
        View {
            document: self,
            id: self.root,
        }
    }
}

impl<'a> View<'a> {
    fn sibling(self, id: Id) -> Self {
        Self {
            document: self.document,
            id,
        }
    }

    /// The value itself.
    #[must_use]
    pub fn value(self) -> &'a Value {
        // Ids are only made by the machine below, for values that it has stored.
        self.document.values.get(self.id.0).unwrap_or(&Value::None)
    }

    /// The identity of this value: equal for two references to one object.
    #[must_use]
    pub fn id(self) -> Id {
        self.id
    }

    /// An integer (or a bool, as in Python).
    #[must_use]
    pub fn as_int(self) -> Option<i64> {
        match self.value() {
            Value::Int(v) => Some(*v),
            Value::Bool(v) => Some(i64::from(*v)),
            _ => None,
        }
    }

    /// A text, or the 8-bit string of Python 2 where it is UTF-8.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self.value() {
            Value::Str(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// Bytes, also in the form in which Python 3 writes them with protocol 2: `_codecs.encode(text, "latin1")`.
    #[must_use]
    pub fn as_bytes(self) -> Option<std::borrow::Cow<'a, [u8]>> {
        if let Value::Bytes(bytes) = self.value() {
            return Some(bytes.into());
        }
        let (("_codecs", "encode"), args) = (self.called()?, self.arguments()) else {
            return None;
        };
        let text = args.first()?.as_str()?;
        let bytes: Option<Vec<u8>> = text
            .chars()
            .map(|c| u8::try_from(u32::from(c)).ok())
            .collect();
        Some(bytes?.into())
    }

    /// The elements of a list or tuple (or what was appended to a called object); empty for anything else.
    #[must_use]
    pub fn items(self) -> Vec<Self> {
        match self.value() {
            Value::List(ids) | Value::Tuple(ids) | Value::Reduce { items: ids, .. } => {
                ids.iter().map(|&id| self.sibling(id)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Keys and values of a dict or of a called mapping (`OrderedDict`), in insertion order.
    #[must_use]
    pub fn pairs(self) -> Vec<(Self, Self)> {
        match self.value() {
            Value::Dict(pairs) | Value::Reduce { pairs, .. } => pairs
                .iter()
                .map(|&(key, value)| (self.sibling(key), self.sibling(value)))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The value of a text key; of a repeated key the last, as in Python.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        let pairs = self.pairs();
        let found = pairs.iter().rev().find(|(k, _)| k.as_str() == Some(key))?;
        Some(found.1)
    }

    /// Module and name of a global.
    #[must_use]
    pub fn as_global(self) -> Option<(&'a str, &'a str)> {
        match self.value() {
            Value::Global { module, name } => Some((module, name)),
            _ => None,
        }
    }

    /// Module and name of what a [`Value::Reduce`] would have called.
    #[must_use]
    pub fn called(self) -> Option<(&'a str, &'a str)> {
        match self.value() {
            Value::Reduce { callable, .. } => self.sibling(*callable).as_global(),
            _ => None,
        }
    }

    /// The arguments of a [`Value::Reduce`]; empty for anything else.
    #[must_use]
    pub fn arguments(self) -> Vec<Self> {
        match self.value() {
            Value::Reduce { args, .. } => self.sibling(*args).items(),
            _ => Vec::new(),
        }
    }

    /// The state that BUILD gave to a [`Value::Reduce`].
    #[must_use]
    pub fn state(self) -> Option<Self> {
        match self.value() {
            Value::Reduce { state, .. } => state.map(|id| self.sibling(id)),
            _ => None,
        }
    }

    /// What a [`Value::PersistentId`] refers to.
    #[must_use]
    pub fn persistent(self) -> Option<Self> {
        match self.value() {
            Value::PersistentId(id) => Some(self.sibling(*id)),
            _ => None,
        }
    }
}

/// Loads one pickle. `allowed` lists every `(module, name)` that may occur; any other global is an input error.
pub fn load(bytes: &[u8], allowed: &[(&str, &str)]) -> Result<Document> {
    load_prefix(bytes, allowed).map(|(document, _)| document)
}

/// Loads the pickle at the start of `bytes` and says how many bytes it took (torch's old format has five in a row).
pub fn load_prefix(bytes: &[u8], allowed: &[(&str, &str)]) -> Result<(Document, usize)> {
    machine::run(bytes, allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dict_remembered_before_it_is_filled_is_seen_filled() {
        // Python: d = {}; pickle.dumps([d, d]) after d["a"] = -2; protocol 2, written by hand.
        let bytes = b"\x80\x02]q\x00(}q\x01U\x01aJ\xfe\xff\xff\xffsh\x01e.";
        let document = load(bytes, &[]).unwrap();
        let items = document.root().items();
        assert_eq!(items.len(), 2);
        assert_eq!(items[1].get("a").and_then(View::as_int), Some(-2));
        assert_eq!(items[0].id(), items[1].id());
    }

    #[test]
    fn a_name_that_is_not_allowed_is_refused_and_nothing_runs() {
        let error = load(
            b"cos\nsystem\n(S'true'\ntR.",
            &[("collections", "OrderedDict")],
        )
        .unwrap_err();
        assert!(error.message().contains("os.system"), "{error}");
    }

    #[test]
    fn an_ordered_dict_keeps_its_entries() {
        let bytes = b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\x00\x00\x00kK\x07u.";
        let document = load(bytes, &[("collections", "OrderedDict")]).unwrap();
        assert_eq!(
            document.root().called(),
            Some(("collections", "OrderedDict"))
        );
        assert_eq!(document.root().get("k").and_then(View::as_int), Some(7));
    }

    #[test]
    fn integers_have_their_sign_and_width() {
        let of = |bytes: &[u8]| load(bytes, &[]).unwrap().root().value().clone();
        assert_eq!(of(b"\x8a\x01\xff."), Value::Int(-1));
        assert_eq!(of(b"\x8a\x00."), Value::Int(0));
        assert_eq!(of(b"\x8a\x02\xff\x00."), Value::Int(255));
        assert_eq!(of(b"I01\n."), Value::Bool(true));
        assert_eq!(of(b"G\x3f\xf8\0\0\0\0\0\0."), Value::Float(1.5));
        assert!(matches!(
            of(b"\x8a\x09\0\0\0\0\0\0\0\0\x01."),
            Value::BigInt(_)
        ));
    }

    #[test]
    fn broken_pickles_are_errors() {
        for bytes in [
            &b""[..],
            b".",
            b"\x80\x09.",
            b"X\xff\xff\xff\xff",
            b"e.",
            b"K\x01s.",
            b"(K\x01u.",
            b"h\x00.",
            b"\xff",
            b"K\x01K\x01b.",
        ] {
            assert!(load(bytes, &[]).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn deep_nesting_neither_overflows_nor_hangs() {
        let mut bytes = vec![b')'];
        bytes.extend(std::iter::repeat_n(0x85, 1_000_000));
        bytes.push(b'.');
        let document = load(&bytes, &[]).unwrap();
        assert!(matches!(document.root().value(), Value::Tuple(items) if items.len() == 1));
    }
}
