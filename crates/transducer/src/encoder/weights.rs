//! Maps the initializers of the file to the layers, and checks that every one has the shape that the
//! loops count on.

use super::{LoadError, embed::BANDS};
use super::{
    OUT_WIDTH, WIDTH, Weights,
    attention::{GATED, Gated, LEFT, POSITION, QUERY, Reach, Scores, VALUE, Values, value_width},
    convolution::{Convolution, Depthwise},
    embed::{Embed, FIRST_CHANNELS, HIDDEN, LINE, LINES, SECOND_CHANNELS, SQUARE},
    graph::Graph,
    kernels::Dense,
    layer::{FeedForward, Layer, MAX_HIDDEN, MAX_SCORES},
    onnx::Node,
    quant::Linear,
    stack::Stack,
};

/// Stacks of the encoder.
const STACKS: usize = 6;

type Result<T> = std::result::Result<T, LoadError>;

pub(super) fn encoder(graph: &Graph<'_>) -> Result<Weights> {
    let projection = linear(graph, "encoder_proj.bias", Some(WIDTH))?;
    shape("encoder_proj", projection.outputs == OUT_WIDTH)?;
    let quantised = graph.back(adder(graph, "encoder_proj.bias")?, &TO_QUANTISED)?;
    let halving = graph.back(quantised, &["Transpose", "ReduceSum", "Mul"])?;
    let halving = downsample(graph, halving, 2)?;
    let stacks = (0..STACKS).map(|index| stack(graph, index)).collect::<Result<_>>()?;
    Ok(Weights { embed: embed(graph)?, stacks, halving, projection })
}

fn shape(name: &str, fits: bool) -> Result<()> {
    if fits { Ok(()) } else { Err(LoadError::Shape(name.to_owned())) }
}

/// From the addition of a bias back to the product, and to what quantised its input.
const TO_PRODUCT: [&str; 3] = ["Mul", "Cast", "MatMulInteger"];
const TO_QUANTISED: [&str; 4] = ["Mul", "Cast", "MatMulInteger", "DynamicQuantizeLinear"];

fn adder<'g, 'a>(graph: &'g Graph<'a>, bias: &str) -> Result<&'g Node<'a>> {
    graph.reader(bias, "Add")
}

/// A quantised matrix as it is in the file.
struct Matrix {
    inputs: usize,
    outputs: usize,
    weights: Vec<i8>,
    scale: f32,
}

/// The weights of a `MatMulInteger` node, whose shape is `dims` without its leading ones.
fn matrix(graph: &Graph<'_>, product: &Node<'_>, scale: &Node<'_>) -> Result<(Matrix, Vec<usize>)> {
    let name = product.inputs.get(1).copied().unwrap_or_default();
    let tensor = graph.tensor(name)?;
    let zero = product.inputs.get(3).copied().unwrap_or_default();
    shape(zero, graph.tensor(zero)?.integers().is_some_and(|zero| zero == [0]))?;
    let [.., inputs, outputs] = tensor.dims[..] else { return Err(LoadError::Shape(name.into())) };
    let bytes = tensor.bytes().ok_or_else(|| LoadError::Shape(name.to_owned()))?;
    let weights = bytes.iter().map(|byte| byte.cast_signed()).collect();
    let scale = graph.scalar(graph.constant(scale)?)?;
    Ok((Matrix { inputs, outputs, weights, scale }, tensor.dims.clone()))
}

/// The matrix in front of the addition of `bias`, with that bias.
fn quantised(graph: &Graph<'_>, bias: &str) -> Result<(Matrix, Vec<f32>)> {
    let adder = adder(graph, bias)?;
    let product = graph.back(adder, &TO_PRODUCT)?;
    let scale = graph.back(adder, &["Mul", "Mul"])?;
    let (matrix, dims) = matrix(graph, product, scale)?;
    shape(bias, dims.len() == 2)?;
    let bias = graph.floats(bias, &[matrix.outputs])?;
    Ok((matrix, bias))
}

/// The same, packed; `inputs` is checked where it is fixed from outside.
fn linear(graph: &Graph<'_>, bias: &str, inputs: Option<usize>) -> Result<Linear> {
    let (matrix, values) = quantised(graph, bias)?;
    shape(bias, inputs.is_none_or(|inputs| inputs == matrix.inputs))?;
    Linear::pack(bias, &matrix.weights, matrix.inputs, matrix.scale, values)
}

/// A matrix whose inputs and outputs move to other places among `inputs` and `outputs`; the places
/// between stay zero.
fn moved(
    name: &str,
    (matrix, bias): (Matrix, Vec<f32>),
    (inputs, outputs): (usize, usize),
    input: impl Fn(usize) -> usize,
    output: impl Fn(usize) -> usize,
) -> Result<Linear> {
    let mut weights = vec![0; inputs * outputs];
    for (index, &weight) in matrix.weights.iter().enumerate() {
        let place = input(index / matrix.outputs) * outputs + output(index % matrix.outputs);
        weights[place] = weight;
    }
    let mut biases = vec![0.0; outputs];
    for (index, &value) in bias.iter().enumerate() {
        biases[output(index)] = value;
    }
    Linear::pack(name, &weights, inputs, matrix.scale, biases)
}

fn norm(graph: &Graph<'_>, bias: &str) -> Result<(Vec<f32>, f32)> {
    let path = ["Sub", "Pow", "ReduceMean", "Pow", "Mul"];
    let scale = graph.scalar(graph.constant(graph.follow(bias, &path)?)?)?;
    Ok((graph.floats(bias, &[WIDTH])?, scale))
}

fn downsample(graph: &Graph<'_>, product: &Node<'_>, factor: usize) -> Result<Vec<f32>> {
    graph.floats(graph.constant(product)?, &[factor, 1, 1])
}

fn embed(graph: &Graph<'_>) -> Result<Embed> {
    const FIRST: &str = "encoder_embed.conv.0.weight";
    const SQUARE_BIAS: &str = "encoder_embed.convnext.depthwise_conv.bias";
    const OUT: &str = "encoder_embed.out.bias";
    let first_bias = graph.reader(FIRST, "Conv")?.inputs.get(2).copied().unwrap_or_default();
    let square = graph
        .floats("encoder_embed.convnext.depthwise_conv.weight", &[WIDTH, 1, SQUARE, SQUARE])?;
    let (norm_bias, norm_scale) = norm(graph, "encoder_embed.out_norm.bias")?;
    let out = quantised(graph, OUT)?;
    shape(OUT, (out.0.inputs, out.0.outputs) == (LINE, WIDTH))?;
    Ok(Embed {
        first: transpose(&graph.floats(FIRST, &[FIRST_CHANNELS, 1, 3, 3])?, FIRST_CHANNELS),
        first_bias: graph.floats(first_bias, &[FIRST_CHANNELS])?,
        second: convolution(graph, "encoder_embed.conv.4", FIRST_CHANNELS, SECOND_CHANNELS, 3)?,
        third: convolution(graph, "encoder_embed.conv.7", SECOND_CHANNELS, WIDTH, 3)?,
        square: transpose(&square, WIDTH),
        square_bias: graph.floats(SQUARE_BIAS, &[WIDTH])?,
        widen: convolution(graph, "encoder_embed.convnext.pointwise_conv1", WIDTH, HIDDEN, 1)?,
        narrow: convolution(graph, "encoder_embed.convnext.pointwise_conv2", HIDDEN, WIDTH, 1)?,
        // The file counts channels outermost, bands innermost; here it is the other way round.
        out: moved(OUT, out, (LINE, WIDTH), |i| i % BANDS * WIDTH + i / BANDS, |output| output)?,
        norm_bias,
        norm_scale,
    })
}

/// A convolution as a matrix; its inputs are counted as the taps lie in memory, channels innermost.
fn convolution(
    graph: &Graph<'_>,
    name: &str,
    from: usize,
    to: usize,
    side: usize,
) -> Result<Dense> {
    let weights = graph.floats(&format!("{name}.weight"), &[to, from, side, side])?;
    let bias = graph.floats(&format!("{name}.bias"), &[to])?;
    let taps = side * side;
    Dense::pack(name, from * taps, bias, |input, output| {
        weights[(output * from + input % from) * taps + input / from]
    })
}

/// Rows to columns, of a matrix with this many rows.
fn transpose(x: &[f32], rows: usize) -> Vec<f32> {
    let columns = x.len() / rows;
    (0..x.len()).map(|index| x[index % rows * columns + index / rows]).collect()
}

fn stack(graph: &Graph<'_>, index: usize) -> Result<Stack> {
    let outer = format!("encoder.encoders.{index}");
    let inner = if index == 0 { "layers.0" } else { "encoder.layers.0" };
    let prefix = format!("{outer}.{inner}");
    let combiner = format!("{outer}.out_combiner.bypass_scale");
    let (factor, downsample, combine) = if index == 0 {
        (1, Vec::new(), Vec::new())
    } else {
        let in_proj = format!("{prefix}.feed_forward1.in_proj.bias");
        let quantised = graph.back(adder(graph, &in_proj)?, &TO_QUANTISED)?;
        let product = graph.back(quantised, &["ReduceSum", "Mul"])?;
        let factor = graph.tensor(graph.constant(product)?)?.dims.first().copied().unwrap_or(0);
        shape(&outer, matches!(factor, 2 | 4 | 8))?;
        (factor, self::downsample(graph, product, factor)?, graph.floats(&combiner, &[WIDTH])?)
    };
    let reach = Reach { frames: LINES / factor, left: LEFT / factor };
    Ok(Stack { layer: layer(graph, &prefix, reach)?, reach, downsample, combine })
}

fn layer(graph: &Graph<'_>, prefix: &str, reach: Reach) -> Result<Layer> {
    let scores = scores(graph, &format!("{prefix}.self_attn_weights.in_proj.bias"), reach)?;
    let heads = scores.heads;
    let (norm_bias, norm_scale) = norm(graph, &format!("{prefix}.norm.bias"))?;
    let feed_forward =
        |number: usize| feed_forward(graph, &format!("{prefix}.feed_forward{number}"));
    let convolution =
        |number: usize| line_convolution(graph, &format!("{prefix}.conv_module{number}"), reach);
    let values = |number: usize| values(graph, &format!("{prefix}.self_attn{number}"), heads);
    let gated = Gated {
        in_proj: linear(graph, &format!("{prefix}.nonlin_attention.in_proj.bias"), Some(WIDTH))?,
        out_proj: linear(graph, &format!("{prefix}.nonlin_attention.out_proj.bias"), Some(GATED))?,
    };
    shape(prefix, (gated.in_proj.outputs, gated.out_proj.outputs) == (3 * GATED, WIDTH))?;
    Ok(Layer {
        scores,
        feed_forward: [feed_forward(1)?, feed_forward(2)?, feed_forward(3)?],
        gated,
        values: [values(1)?, values(2)?],
        convolution: [convolution(1)?, convolution(2)?],
        bypass_middle: graph.floats(&format!("{prefix}.bypass_mid.bypass_scale"), &[WIDTH])?,
        bypass: graph.floats(&format!("{prefix}.bypass.bypass_scale"), &[WIDTH])?,
        norm_bias,
        norm_scale,
    })
}

fn feed_forward(graph: &Graph<'_>, name: &str) -> Result<FeedForward> {
    let in_proj = linear(graph, &format!("{name}.in_proj.bias"), Some(WIDTH))?;
    let out_proj = linear(graph, &format!("{name}.out_proj.bias"), Some(in_proj.outputs))?;
    shape(name, in_proj.outputs <= MAX_HIDDEN && out_proj.outputs == WIDTH)?;
    Ok(FeedForward { in_proj, out_proj })
}

fn scores(graph: &Graph<'_>, bias: &str, reach: Reach) -> Result<Scores> {
    let in_proj = linear(graph, bias, Some(WIDTH))?;
    let path = ["Add", "Slice", "Reshape", "Transpose", "DynamicQuantizeLinear", "MatMulInteger"];
    let product = graph.follow(bias, &path)?;
    let output = product.outputs.first().copied().unwrap_or_default();
    let scale = graph.back(graph.follow(output, &["Cast", "Mul"])?, &["Mul"])?;
    let (matrix, dims) = matrix(graph, product, scale)?;

    let distances = 2 * reach.frames - 1 + reach.left;
    let heads = dims.first().copied().unwrap_or(0);
    shape(bias, dims == [heads, 1, POSITION, distances])?;
    shape(bias, in_proj.outputs == heads * (2 * QUERY + POSITION))?;
    let fits = heads * VALUE <= WIDTH && heads * reach.frames * reach.stride() <= MAX_SCORES;
    shape(bias, fits)?;

    let position_stride = reach.frames - 1 + reach.stride();
    let mut positions = Vec::with_capacity(heads * POSITION * position_stride);
    for row in matrix.weights.chunks_exact(distances) {
        positions.extend(row.iter().map(|&weight| f32::from(weight)));
        positions.resize(positions.len() + position_stride - distances, 0.0);
    }
    Ok(Scores { heads, in_proj, positions, position_stride, position_scale: matrix.scale })
}

fn values(graph: &Graph<'_>, name: &str, heads: usize) -> Result<Values> {
    let (into, back) = (format!("{name}.in_proj.bias"), format!("{name}.out_proj.bias"));
    let (in_proj, out_proj) = (quantised(graph, &into)?, quantised(graph, &back)?);
    let length = in_proj.0.outputs / heads;
    let fits = in_proj.0.inputs == WIDTH
        && (1..=VALUE).contains(&length)
        && length * heads == in_proj.0.outputs
        && (out_proj.0.inputs, out_proj.0.outputs) == (in_proj.0.outputs, WIDTH);
    shape(name, fits)?;
    let spread = |index: usize| index / length * VALUE + index % length;
    let width = value_width(heads);
    Ok(Values {
        in_proj: moved(&into, in_proj, (WIDTH, width), |input| input, spread)?,
        out_proj: moved(&back, out_proj, (width, WIDTH), spread, |output| output)?,
    })
}

fn line_convolution(graph: &Graph<'_>, name: &str, reach: Reach) -> Result<Convolution> {
    let in_proj = linear(graph, &format!("{name}.in_proj.bias"), Some(WIDTH))?;
    let out_proj = linear(graph, &format!("{name}.out_proj.bias"), Some(WIDTH))?;
    shape(name, (in_proj.outputs, out_proj.outputs) == (2 * WIDTH, WIDTH))?;
    let causal = format!("{name}.depthwise_conv.causal_conv");
    let chunk = format!("{name}.depthwise_conv.chunkwise_conv");
    let causal_weight = format!("{causal}.weight");
    let chunk_weight = format!("{chunk}.weight");

    let taps = graph.tensor(&causal_weight)?.dims.last().copied().unwrap_or(0);
    shape(&causal, (1..=64).contains(&taps))?;
    let scale = graph.constant(graph.follow(&chunk_weight, &["Conv", "Mul"])?)?;
    let depthwise = Depthwise {
        past: taps - 1,
        causal: transpose(&graph.floats(&causal_weight, &[WIDTH, 1, taps])?, WIDTH),
        causal_bias: graph.floats(&format!("{causal}.bias"), &[WIDTH])?,
        chunk: transpose(&graph.floats(&chunk_weight, &[WIDTH, 1, 2 * taps - 1])?, WIDTH),
        chunk_bias: graph.floats(&format!("{chunk}.bias"), &[WIDTH])?,
        chunk_scale: transpose(&graph.floats(scale, &[WIDTH, reach.frames])?, WIDTH),
    };
    Ok(Convolution { in_proj, depthwise, out_proj })
}
