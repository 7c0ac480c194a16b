//! The file with the weights: `HARKCNN` and a version, the shape, then numbers.

use crate::error::Error;

/// What a file of this kind and version begins with.
const MAGIC: &[u8] = b"HARKCNN\x01";
/// Values of one frame.
pub(super) const INPUTS: usize = 80;
/// Values between the layers.
pub(super) const CHANNELS: usize = 48;
/// Frames under a convolution: the newest and two before it.
pub(super) const TAPS: usize = 3;
/// More than any network of ours has; keeps foreign bytes from asking for a lot of memory.
const MOST_BLOCKS: usize = 32;
/// Longest dilation: 1.28 s.
const WIDEST: u32 = 64;

/// A convolution over time.
pub(super) struct Layer {
    /// Frames between those under it.
    pub(super) dilation: usize,
    /// `[TAPS][inputs][CHANNELS]`, the oldest frame first.
    pub(super) weights: Vec<[f32; CHANNELS]>,
    pub(super) bias: [f32; CHANNELS],
}

/// Everything that was learned.
pub(super) struct Weights {
    pub(super) front: Layer,
    pub(super) blocks: Vec<Layer>,
    pub(super) head: [f32; CHANNELS],
    pub(super) head_bias: f32,
}

impl Weights {
    /// Reads what `models/train` wrote. Bytes may come from anywhere: all lengths are checked before
    /// anything is taken.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(Error::NotWeights("it is no such file"))?;
        let mut reader = Reader(rest);
        let shape = [reader.count()?, reader.count()?];
        if shape != [INPUTS, CHANNELS] {
            return Err(Error::NotWeights("its shape is another one"));
        }
        let blocks = reader.count()?;
        if blocks > MOST_BLOCKS {
            return Err(Error::NotWeights("it has too many layers"));
        }
        let dilations: Vec<u32> = (0..blocks).map(|_| reader.word()).collect::<Result<_, _>>()?;
        if dilations.iter().any(|&dilation| dilation == 0 || dilation > WIDEST) {
            return Err(Error::NotWeights("its shape is another one"));
        }
        let front = reader.layer(INPUTS, 1)?;
        let blocks = dilations
            .into_iter()
            .map(|dilation| reader.layer(CHANNELS, dilation as usize))
            .collect::<Result<_, _>>()?;
        let head = reader.row()?;
        let head_bias = reader.number()?;
        if !reader.0.is_empty() {
            return Err(Error::NotWeights("it is too long"));
        }
        Ok(Self { front, blocks, head, head_bias })
    }
}

/// The bytes that are left.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn word(&mut self) -> Result<u32, Error> {
        let (word, rest) =
            self.0.split_first_chunk().ok_or(Error::NotWeights("it is cut short"))?;
        self.0 = rest;
        Ok(u32::from_le_bytes(*word))
    }

    fn count(&mut self) -> Result<usize, Error> {
        self.word().map(|word| word as usize)
    }

    fn number(&mut self) -> Result<f32, Error> {
        let number = f32::from_bits(self.word()?);
        // One of them would stay in the memory of the network for ever.
        if number.is_finite() { Ok(number) } else { Err(Error::NotWeights("it is damaged")) }
    }

    fn row(&mut self) -> Result<[f32; CHANNELS], Error> {
        let mut row = [0.0; CHANNELS];
        for slot in &mut row {
            *slot = self.number()?;
        }
        Ok(row)
    }

    fn layer(&mut self, inputs: usize, dilation: usize) -> Result<Layer, Error> {
        let weights = (0..TAPS * inputs).map(|_| self.row()).collect::<Result<_, _>>()?;
        Ok(Layer { dilation, weights, bias: self.row()? })
    }
}
