"""The network: causal convolutions over 80 inputs 50 times a second, one score a frame.

A convolution of 80 to CHANNELS, then residual ones with growing gaps, then a weighted sum. It sees
1.26 s of the past. Everything before the first frame is zero, in every layer, as in a fresh stream.
"""

import struct

import jax
import jax.numpy as jnp
import numpy as np

import features

INPUTS = features.BINS * features.STACK
CHANNELS = 48
KERNEL = 3
DILATIONS = (1, 2, 4, 8, 1, 2, 4, 8)
MAGIC = b"HARKCNN\x01"


def start(seed):
    """Random weights; taps are in the order oldest to newest."""
    random = np.random.default_rng(seed)

    def layer(inputs, gain):
        scale = gain * np.sqrt(2.0 / (KERNEL * inputs))
        weights = random.normal(0, scale, (KERNEL, inputs, CHANNELS)).astype(np.float32)
        return {"w": weights, "b": np.zeros(CHANNELS, np.float32)}

    return {
        "front": layer(INPUTS, 1.0),
        "blocks": [layer(CHANNELS, 0.5) for _ in DILATIONS],
        "head": {
            "w": random.normal(0, 0.1, CHANNELS).astype(np.float32),
            "b": np.full((), -2.0, np.float32),
        },
    }


def _convolve(x, layer, dilation):
    past = (KERNEL - 1) * dilation
    padded = jnp.pad(x, ((0, 0), (past, 0), (0, 0)))
    taps = [padded[:, k * dilation : k * dilation + x.shape[1]] for k in range(KERNEL)]
    weights = layer["w"].reshape(-1, CHANNELS)
    return jnp.concatenate(taps, axis=-1) @ weights + layer["b"]


def scores(weights, frames):
    """Frames [clips, n, 80] to log-odds [clips, n] that the word has just been said."""
    x = _convolve(frames, weights["front"], 1)
    for layer, dilation in zip(weights["blocks"], DILATIONS):
        x = x + _convolve(jax.nn.relu(x), layer, dilation)
    return jax.nn.relu(x) @ weights["head"]["w"] + weights["head"]["b"]


def count(weights):
    return sum(np.size(leaf) for leaf in jax.tree.leaves(weights))


def to_bytes(weights):
    """The file that crates/wake/src/cnn/weights.rs reads: all numbers little-endian."""
    head = struct.pack("<3I", INPUTS, CHANNELS, len(DILATIONS))
    head += struct.pack(f"<{len(DILATIONS)}I", *DILATIONS)
    layers = [weights["front"], *weights["blocks"], weights["head"]]
    numbers = [np.ravel(layer[name]) for layer in layers for name in ("w", "b")]
    return MAGIC + head + np.concatenate(numbers).astype("<f4").tobytes()


def from_bytes(data):
    weights = start(0)
    offset = len(MAGIC) + 4 * (3 + len(DILATIONS))
    numbers = np.frombuffer(data, "<f4", offset=offset)
    layers = [weights["front"], *weights["blocks"], weights["head"]]
    for layer in layers:
        for name in ("w", "b"):
            size = np.size(layer[name])
            layer[name] = numbers[:size].reshape(np.shape(layer[name]))
            numbers = numbers[size:]
    return weights
