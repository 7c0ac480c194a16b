//! The part of the ONNX container that holds weights: named initializers, and the names that tie
//! the nodes of the graph together.
//!
//! The file comes from outside, so every length is checked against the bytes that are there, nothing
//! is allocated beyond what those bytes can fill, and the number of parts is bounded. Format: protobuf wire encoding, field
//! numbers from `onnx.proto` (IR version 8).

use super::LoadError;

/// One initializer of the graph. Data stays in the file's bytes until it is asked for.
#[derive(Clone)]
pub struct Tensor<'a> {
    /// Its name in the graph.
    pub name: &'a str,
    /// Its shape; empty for a scalar.
    pub dims: Vec<usize>,
    kind: u64,
    raw: Option<&'a [u8]>,
    /// The typed fields that small tensors use instead of raw bytes.
    packed_floats: &'a [u8],
    integers: Vec<i64>,
}

/// `TensorProto.DataType` values.
const FLOAT: u64 = 1;
const UINT8: u64 = 2;
const INT8: u64 = 3;
const INT32: u64 = 6;
const INT64: u64 = 7;
const BOOL: u64 = 9;

impl<'a> Tensor<'a> {
    /// The number of elements its shape asks for.
    fn count(&self) -> Option<usize> {
        self.dims.iter().try_fold(1_usize, |n, &d| n.checked_mul(d))
    }

    /// Its values as `f32`, row-major; none if it holds another type or its data does not fill its
    /// shape.
    pub fn floats(&self) -> Option<Vec<f32>> {
        let bytes = self.raw.unwrap_or(self.packed_floats);
        let (words, rest) = bytes.as_chunks::<4>();
        if self.kind != FLOAT || !rest.is_empty() || Some(words.len()) != self.count() {
            return None;
        }
        Some(words.iter().map(|&word| f32::from_le_bytes(word)).collect())
    }

    /// Its values as they lie in the file, one byte each; none if it is not of `i8`, `u8` or `bool`
    /// or its data does not fill its shape.
    pub fn bytes(&self) -> Option<&'a [u8]> {
        let raw = self.raw?;
        let fits = matches!(self.kind, INT8 | UINT8 | BOOL) && Some(raw.len()) == self.count();
        fits.then_some(raw)
    }

    /// Its values as integers, from any integer type; none if it is of floats or its data does not
    /// fill its shape.
    pub fn integers(&self) -> Option<Vec<i64>> {
        let values: Vec<i64> = match (self.raw, self.kind) {
            (None, UINT8 | INT8 | INT32 | INT64 | BOOL) => self.integers.clone(),
            (Some(raw), INT64) => {
                raw.as_chunks().0.iter().map(|&word| i64::from_le_bytes(word)).collect()
            }
            (Some(raw), INT32) => {
                raw.as_chunks().0.iter().map(|&word| i32::from_le_bytes(word).into()).collect()
            }
            (Some(raw), INT8) => raw.iter().map(|&byte| byte.cast_signed().into()).collect(),
            (Some(raw), UINT8 | BOOL) => raw.iter().map(|&byte| byte.into()).collect(),
            _ => return None,
        };
        (Some(values.len()) == self.count()).then_some(values)
    }
}

/// More nodes or initializers than any model of this family has by far.
const MOST_PARTS: usize = 1 << 16;
/// More dimensions than any of their tensors has.
const MOST_DIMS: usize = 8;

/// One node of the graph: its operator and the names of what it reads and writes.
pub(super) struct Node<'a> {
    pub operator: &'a str,
    pub inputs: Vec<&'a str>,
    pub outputs: Vec<&'a str>,
}

/// The initializers of the graph in `bytes`.
///
/// # Errors
/// [`LoadError::Malformed`] where the bytes are cut short or no ONNX file.
pub fn tensors(bytes: &[u8]) -> Result<Vec<Tensor<'_>>, LoadError> {
    Ok(read(bytes)?.0)
}

/// The initializers and the nodes of the graph in `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<(Vec<Tensor<'_>>, Vec<Node<'_>>), LoadError> {
    const MODEL_GRAPH: u64 = 7;
    const GRAPH_NODE: u64 = 1;
    const GRAPH_INITIALIZER: u64 = 5;
    let (mut tensors, mut nodes) = (Vec::new(), Vec::new());
    let mut graphs = 0;
    for field in Fields(bytes) {
        let (MODEL_GRAPH, Value::Bytes(graph)) = field? else { continue };
        graphs += 1;
        for field in Fields(graph) {
            match field? {
                (GRAPH_NODE, Value::Bytes(node)) => nodes.push(self::node(node)?),
                (GRAPH_INITIALIZER, Value::Bytes(initializer)) => {
                    tensors.push(tensor(initializer)?);
                }
                _ => {}
            }
            if nodes.len().max(tensors.len()) > MOST_PARTS {
                return Err(LoadError::Malformed);
            }
        }
    }
    if graphs == 1 { Ok((tensors, nodes)) } else { Err(LoadError::Malformed) }
}

fn node(bytes: &[u8]) -> Result<Node<'_>, LoadError> {
    let mut node = Node { operator: "", inputs: Vec::new(), outputs: Vec::new() };
    for field in Fields(bytes) {
        match field? {
            (1, Value::Bytes(name)) => node.inputs.push(text(name)?),
            (2, Value::Bytes(name)) => node.outputs.push(text(name)?),
            (4, Value::Bytes(name)) => node.operator = text(name)?,
            _ => {}
        }
    }
    Ok(node)
}

fn tensor(bytes: &[u8]) -> Result<Tensor<'_>, LoadError> {
    let mut tensor = Tensor {
        name: "",
        dims: Vec::new(),
        kind: 0,
        raw: None,
        packed_floats: &[],
        integers: Vec::new(),
    };
    for field in Fields(bytes) {
        match field? {
            (1, value) => integers(value, |dim| {
                tensor.dims.push(usize::try_from(dim).map_err(|_| LoadError::Malformed)?);
                if tensor.dims.len() > MOST_DIMS { Err(LoadError::Malformed) } else { Ok(()) }
            })?,
            (2, Value::Integer(kind)) => tensor.kind = kind,
            (4, Value::Bytes(floats)) => tensor.packed_floats = floats,
            (5 | 7, value) => integers(value, |integer| {
                tensor.integers.push(integer.cast_signed());
                Ok(())
            })?,
            (8, Value::Bytes(name)) => tensor.name = text(name)?,
            (9, Value::Bytes(raw)) => tensor.raw = Some(raw),
            _ => {}
        }
    }
    Ok(tensor)
}

/// Hands every integer of a repeated field to `take`, packed or not.
fn integers(
    value: Value<'_>,
    mut take: impl FnMut(u64) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    match value {
        Value::Integer(integer) => take(integer),
        Value::Bytes(mut packed) => {
            while !packed.is_empty() {
                take(varint(&mut packed)?)?;
            }
            Ok(())
        }
        Value::Fixed => Err(LoadError::Malformed),
    }
}

fn text(bytes: &[u8]) -> Result<&str, LoadError> {
    std::str::from_utf8(bytes).map_err(|_| LoadError::Malformed)
}

/// The value of one field.
#[derive(Clone, Copy)]
enum Value<'a> {
    Integer(u64),
    Bytes(&'a [u8]),
    /// Four or eight bytes of a type that no field we read has.
    Fixed,
}

/// Walks the fields of one protobuf message; ends after the first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), LoadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = field(&mut self.0);
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

fn field<'a>(bytes: &mut &'a [u8]) -> Result<(u64, Value<'a>), LoadError> {
    let key = varint(bytes)?;
    let value = match key & 7 {
        0 => Value::Integer(varint(bytes)?),
        1 => {
            split(bytes, 8)?;
            Value::Fixed
        }
        2 => {
            let length = varint(bytes)?;
            Value::Bytes(split(bytes, length)?)
        }
        5 => {
            split(bytes, 4)?;
            Value::Fixed
        }
        _ => return Err(LoadError::Malformed),
    };
    Ok((key >> 3, value))
}

fn split<'a>(bytes: &mut &'a [u8], length: u64) -> Result<&'a [u8], LoadError> {
    let length = usize::try_from(length).map_err(|_| LoadError::Malformed)?;
    let (head, tail) = bytes.split_at_checked(length).ok_or(LoadError::Malformed)?;
    *bytes = tail;
    Ok(head)
}

fn varint(bytes: &mut &[u8]) -> Result<u64, LoadError> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, tail) = bytes.split_first().ok_or(LoadError::Malformed)?;
        *bytes = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(LoadError::Malformed)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Writes one length-delimited field.
    pub(in super::super) fn nested(number: u8, content: &[u8]) -> Vec<u8> {
        let mut bytes = vec![number << 3 | 2];
        let mut length = content.len();
        while length > 0x7f {
            bytes.push(length as u8 | 0x80);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes.extend_from_slice(content);
        bytes
    }

    /// A file of one node and two tensors, 2 × 2 floats and 3 bytes.
    fn small() -> Vec<u8> {
        let floats: Vec<u8> =
            [1.0_f32, -2.0, 0.5, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
        let matrix =
            [vec![0x0a, 2, 2, 2, 0x10, 1], nested(8, b"matrix"), nested(9, &floats)].concat();
        let bytes = [vec![0x08, 3, 0x10, 3], nested(8, b"bytes"), nested(9, &[1, 2, 255])].concat();
        let node = [nested(1, b"matrix"), nested(2, b"out"), nested(4, b"Neg")].concat();
        let graph = [nested(1, &node), nested(5, &matrix), nested(5, &bytes)].concat();
        [vec![0x08, 8], nested(7, &graph)].concat()
    }

    #[test]
    fn a_tensor_gives_its_values_in_its_own_type_only() {
        let file = small();
        let (tensors, nodes) = read(&file).unwrap();
        assert_eq!(tensors[0].name, "matrix");
        assert_eq!(tensors[0].dims, [2, 2]);
        assert_eq!(tensors[0].floats().unwrap(), [1.0, -2.0, 0.5, 4.0]);
        assert!(tensors[0].bytes().is_none());
        assert_eq!(tensors[1].bytes().unwrap(), [1, 2, 255]);
        assert_eq!(tensors[1].integers().unwrap(), [1, 2, -1]);
        assert!(tensors[1].floats().is_none());
        assert_eq!(nodes[0].operator, "Neg");
        assert_eq!((&nodes[0].inputs[..], &nodes[0].outputs[..]), (&["matrix"][..], &["out"][..]));
    }

    #[test]
    fn a_file_cut_anywhere_is_an_error() {
        let file = small();
        for end in 0..file.len() {
            assert!(read(&file[..end]).is_err(), "cut at {end}");
        }
    }

    /// Reads all there is to read; what comes out does not matter, that it returns does.
    fn probe(file: &[u8]) {
        if let Ok((tensors, _)) = read(file) {
            for tensor in tensors {
                let _ = (tensor.floats(), tensor.bytes(), tensor.integers());
            }
        }
    }

    #[test]
    fn flipped_bits_never_panic() {
        let file = small();
        for index in 0..file.len() {
            for bit in 0..8 {
                let mut flipped = file.clone();
                flipped[index] ^= 1 << bit;
                probe(&flipped);
                for end in (0..flipped.len()).step_by(7) {
                    probe(&flipped[..end]);
                }
            }
        }
    }

    #[test]
    fn a_shape_that_overflows_or_does_not_fit_gives_no_values() {
        let huge = [vec![0x08], vec![0xff; 9], vec![0x01]].concat();
        let tensor = [huge.clone(), huge, vec![0x10, 1], nested(9, &[0; 8])].concat();
        let file = nested(7, &nested(5, &tensor));
        assert!(read(&file).is_ok_and(|(tensors, _)| tensors[0].floats().is_none()));
    }
}
