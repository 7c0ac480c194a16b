//! Products of float matrices, for the convolutions in front of the encoder, which the file keeps in
//! floats.

use super::wide::{self, LANES, Wide, eight};
use crate::encoder::LoadError;

/// Rows that are multiplied together: 6 × 16 sums leave four of AVX2's registers for operands.
const TILE_ROWS: usize = 6;
/// Columns that are multiplied together.
const COLUMNS: usize = 16;
/// Tiles that stay in the first cache while the panels of weights pass.
const TILES: usize = 4;
/// The longest row.
pub(in crate::encoder) const MAX_INPUTS: usize = 384;

/// One input of [`TILE_ROWS`] rows.
pub(in crate::encoder) type Tile = [f32; TILE_ROWS];

/// Tiles for [`dense`] to work in.
pub(in crate::encoder) fn tiles() -> Vec<Tile> {
    vec![Tile::default(); TILES * MAX_INPUTS]
}

/// What happens to each value of a product.
#[derive(Clone, Copy)]
pub(in crate::encoder) enum Activation {
    /// Nothing.
    Linear,
    /// ln(1 + e^(x − shift)) − 0.08·x − offset.
    Swoosh { shift: f32, offset: f32 },
}

impl Activation {
    /// Swoosh-L and Swoosh-R of the zipformer paper (Yao et al. 2023, equations 4 and 5).
    pub const SWOOSH_L: Self = Self::Swoosh { shift: 4.0, offset: 0.035 };
    pub const SWOOSH_R: Self = Self::Swoosh { shift: 1.0, offset: 0.313_261_7 };
}

/// A float matrix with its bias, packed in panels of 16 columns.
pub(in crate::encoder) struct Dense {
    inputs: usize,
    pub outputs: usize,
    panels: Vec<[f32; COLUMNS]>,
    bias: Vec<f32>,
}

impl Dense {
    /// Packs the matrix whose weight from `input` to `output` is `weight(input, output)`.
    pub fn pack(
        name: &str,
        inputs: usize,
        bias: Vec<f32>,
        weight: impl Fn(usize, usize) -> f32,
    ) -> Result<Self, LoadError> {
        let outputs = bias.len();
        if inputs > MAX_INPUTS || !outputs.is_multiple_of(COLUMNS) {
            return Err(LoadError::Shape(name.to_owned()));
        }
        let mut panels = Vec::with_capacity(inputs * outputs / COLUMNS);
        for panel in 0..outputs / COLUMNS {
            for input in 0..inputs {
                panels.push(std::array::from_fn(|column| weight(input, panel * COLUMNS + column)));
            }
        }
        Ok(Self { inputs, outputs, panels, bias })
    }
}

/// Where the rows of a product lie in its input: a grid of `lines` × `per_line` rows, each of
/// `parts` runs of `run` values.
#[derive(Clone, Copy)]
pub(in crate::encoder) struct Rows {
    pub lines: usize,
    pub per_line: usize,
    pub line_stride: usize,
    pub row_stride: usize,
    pub parts: usize,
    pub run: usize,
    pub part_stride: usize,
}

impl Rows {
    /// Rows of `width` values, one after the other.
    pub fn contiguous(count: usize, width: usize) -> Self {
        Self {
            lines: 1,
            per_line: count,
            line_stride: 0,
            row_stride: width,
            parts: 1,
            run: width,
            part_stride: 0,
        }
    }

    fn offset(&self, row: usize) -> usize {
        row / self.per_line * self.line_stride + row % self.per_line * self.row_stride
    }
}

#[inline(always)]
pub(super) fn dense<W: Wide>(
    x: &[f32],
    rows: Rows,
    weights: &Dense,
    activation: Activation,
    tiles: &mut [Tile],
    out: &mut [f32],
) {
    let (inputs, outputs) = (weights.inputs, weights.outputs);
    debug_assert_eq!(rows.parts * rows.run, inputs);
    debug_assert_eq!(rows.lines * rows.per_line * outputs, out.len());
    let mut first = 0;
    for out in out.chunks_mut(TILES * TILE_ROWS * outputs) {
        let tiles = &mut tiles[..out.len().div_ceil(TILE_ROWS * outputs) * inputs];
        for row in 0..out.len() / outputs {
            gather(x, rows, first + row, &mut tiles[row / TILE_ROWS * inputs..], row % TILE_ROWS);
        }
        first += out.len() / outputs;
        let panels = weights.panels.chunks_exact(inputs).zip(weights.bias.as_chunks().0);
        for (index, (panel, bias)) in panels.enumerate() {
            let blocks = out.chunks_mut(TILE_ROWS * outputs);
            for (tile, rows) in tiles.chunks_exact(inputs).zip(blocks) {
                let sums = multiply::<W>(tile, panel, bias);
                for (row, sums) in rows.chunks_exact_mut(outputs).zip(sums) {
                    let row = &mut row[index * COLUMNS..][..COLUMNS];
                    for (out, sum) in row.as_chunks_mut().0.iter_mut().zip(sums) {
                        match activation {
                            Activation::Linear => sum,
                            Activation::Swoosh { shift, offset } => {
                                wide::swoosh(sum, shift, offset)
                            }
                        }
                        .store(out);
                    }
                }
            }
        }
    }
}

/// Copies one row of the input into its place in a tile.
#[inline(always)]
fn gather(x: &[f32], rows: Rows, row: usize, tile: &mut [Tile], place: usize) {
    for (part, tile) in tile.chunks_mut(rows.run).take(rows.parts).enumerate() {
        let run = &x[rows.offset(row) + part * rows.part_stride..][..rows.run];
        for (slot, &value) in tile.iter_mut().zip(run) {
            slot[place] = value;
        }
    }
}

#[inline(always)]
fn multiply<W: Wide>(
    tile: &[Tile],
    panel: &[[f32; COLUMNS]],
    bias: &[f32; COLUMNS],
) -> [[W; 2]; TILE_ROWS] {
    let [mut s0, mut s1, mut s2, mut s3, mut s4, mut s5] =
        [[W::load(eight(bias)), W::load(eight(&bias[LANES..]))]; TILE_ROWS];
    for (values, weights) in tile.iter().zip(panel) {
        let weights = [W::load(eight(weights)), W::load(eight(&weights[LANES..]))];
        let step = |sums: [W; 2], value: f32| {
            let value = W::splat(value);
            [value.mul_add(weights[0], sums[0]), value.mul_add(weights[1], sums[1])]
        };
        s0 = step(s0, values[0]);
        s1 = step(s1, values[1]);
        s2 = step(s2, values[2]);
        s3 = step(s3, values[3]);
        s4 = step(s4, values[4]);
        s5 = step(s5, values[5]);
    }
    [s0, s1, s2, s3, s4, s5]
}
