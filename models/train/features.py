"""What the network sees: the rows of `transducer::Fbank`, two neighbouring bands averaged.

The definition has to be the one of crates/transducer/src/features.rs; crates/wake/src/cnn has a test
that compares both with the numbers of models/train/vector.json.
"""

import numpy as np

RATE = 16_000
HOP = 160  # samples from one row to the next: 10 ms
WINDOW = 400
LEAD = (WINDOW - HOP) // 2
FFT = 512
BANDS = 80
LOW_HZ, HIGH_HZ = 20.0, 7_600.0
PRE_EMPHASIS = 0.97
EPSILON = np.finfo(np.float32).eps
FLOOR = float(np.log(EPSILON))
# Values of the network's input: (logarithm of the energy + OFFSET) * SCALE.
OFFSET, SCALE = 7.0, 0.25
# Bands after averaging, and rows that make one frame of the network: 20 ms.
BINS = BANDS // 2
STACK = 2
BLOCK_ROWS = 20_000  # rows that are computed at once


def _mel(hz):
    return np.float32(1127.0) * np.log1p(hz / np.float32(700.0)).astype(np.float32)


def _bands():
    low, high = _mel(np.float32(LOW_HZ)), _mel(np.float32(HIGH_HZ))
    step = (high - low) / np.float32(BANDS + 1)
    at = _mel(np.arange(FFT // 2, dtype=np.float32) * np.float32(RATE / FFT))
    left = low + np.arange(BANDS, dtype=np.float32)[:, None] * step
    centre, right = left + step, left + 2 * step
    up, down = (at - left) / (centre - left), (right - at) / (right - centre)
    return np.maximum(np.minimum(up, down), 0).astype(np.float32)


_HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))
_TAPER = (_HANN**0.85).astype(np.float32)
_MEL = _bands().T.copy()


def log_mel(pcm):
    """16 kHz mono float samples to rows [n, 80] of natural logarithms of the energies."""
    pcm = np.asarray(pcm, np.float32)
    if len(pcm) < WINDOW - LEAD:
        return np.zeros((0, BANDS), np.float32)
    pcm = np.concatenate([pcm[:LEAD][::-1], pcm])
    windows = np.lib.stride_tricks.sliding_window_view(pcm, WINDOW)[::HOP]
    rows = [_rows(windows[i : i + BLOCK_ROWS]) for i in range(0, len(windows), BLOCK_ROWS)]
    return np.concatenate(rows)


def _rows(windows):
    sound = windows - windows.mean(axis=1, keepdims=True)
    before = np.concatenate([sound[:, :1], sound[:, :-1]], axis=1)
    spectrum = np.fft.rfft((sound - np.float32(PRE_EMPHASIS) * before) * _TAPER, FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)[:, : FFT // 2]
    return np.log(np.maximum(power @ _MEL, EPSILON))


def frames(rows):
    """Rows [..., n, 80] to frames of the network [..., n // 2, 80], 50 a second: two rows of 40."""
    count = rows.shape[-2] // STACK
    rows = rows[..., : count * STACK, :]
    rows = 0.5 * (rows[..., 0::2] + rows[..., 1::2])
    rows = (rows + np.float32(OFFSET)) * np.float32(SCALE)
    return rows.reshape(*rows.shape[:-2], count, STACK * BINS)
