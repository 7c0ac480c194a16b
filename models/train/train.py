"""One training: Adam on what the loudest frames of an example say."""

import functools
import time

import jax
import jax.numpy as jnp
import numpy as np

import network

RATE, DECAY, WARM = 4e-3, 1e-4, 60
AVERAGE = 0.995  # the weights that are kept are a running mean
SHARP = 1.0  # how much the highest scores count among those of an example
NEGATIVE = 2.0  # weight of what is not the word


def _pool(values, scores, mask):
    """The mean over the masked frames, the highest scores counting most."""
    attention = jnp.where(mask, SHARP * jax.lax.stop_gradient(scores), -1e9)
    return jnp.sum(jax.nn.softmax(attention, axis=1) * values, axis=1)


def loss(weights, frames, said, not_said):
    scores = network.scores(weights, frames)
    is_word = jnp.any(said, axis=1)
    hit = jax.nn.softplus(-_pool(scores, scores, said))
    false = _pool(jax.nn.softplus(scores), scores, not_said)
    has_other = jnp.any(not_said, axis=1)
    hits = jnp.sum(hit * is_word) / jnp.maximum(jnp.sum(is_word), 1)
    falses = jnp.sum(false * has_other) / jnp.maximum(jnp.sum(has_other), 1)
    return hits + NEGATIVE * falses


@functools.partial(jax.jit, donate_argnums=0)
def _step(state, rate, frames, said, not_said):
    weights, mean, square, average, count = state
    value, gradient = jax.value_and_grad(loss)(weights, frames, said, not_said)
    norm = jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, 2.0 / norm), gradient)
    count = count + 1
    mean = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, mean, gradient)
    square = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, square, gradient)

    def update(w, m, s):
        m, s = m / (1 - 0.9**count), s / (1 - 0.999**count)
        return w - rate * (m / (jnp.sqrt(s) + 1e-8) + DECAY * w)

    weights = jax.tree.map(update, weights, mean, square)
    keep = jnp.minimum(AVERAGE, count / (count + 10.0))
    average = jax.tree.map(lambda a, w: keep * a + (1 - keep) * w, average, weights)
    return (weights, mean, square, average, count), value


def train(source, steps, seed, say):
    """Weights after so many steps."""
    weights = jax.tree.map(jnp.asarray, network.start(seed))
    zero = jax.tree.map(jnp.zeros_like, weights)
    copy = jax.tree.map(jnp.copy, (zero, zero, weights))
    state = (weights, copy[0], copy[1], copy[2], jnp.float32(0))
    losses, begun = [], time.process_time()
    for step in range(steps):
        rate = RATE * min(1, (step + 1) / WARM) * 0.5 * (1 + np.cos(np.pi * step / steps))
        state, value = _step(state, np.float32(rate), *source.batch())
        losses.append(float(value))
        if (step + 1) % 100 == 0:
            cpu = time.process_time() - begun
            say(f"step {step + 1} of {steps}, loss {np.mean(losses[-100:]):.3f}, {cpu:.0f} s of CPU")
    return jax.tree.map(np.asarray, state[3])
