"""How good it is: each recording is scored by the network that was trained without its fold."""

import json

import jax
import numpy as np

import batches
import clips as recordings
import features
import network

FRAMES_A_SECOND = features.RATE // (features.HOP * features.STACK)
# Hits closer than this are one.
SAME = FRAMES_A_SECOND
RATES = (0.5, 1, 2, 5, 10, 20)  # false hits an hour
BEFORE, BEHIND = 0.5, 1.0  # seconds of a quiet room around a clip
BUCKET = 250  # frames; lengths are rounded up, each length is compiled once
SNR = 10.0
CONDITIONS = ("clean", "ESC-10 10 dB", "babble 10 dB")


def report(clips, work, seed, steps, kept):
    """The text of REPORT.md."""
    measured = [clip for clip in clips if clip.measured]
    scorers = {}
    for fold in range(recordings.FOLDS):
        path = work / f"{fold}.cnn"
        if path.exists():
            scorers[fold] = Scorer(path.read_bytes())
    measured = [clip for clip in measured if clip.fold in scorers]
    false, samples = [], 0
    for clip in (clip for clip in measured if clip.kind != recordings.WORD):
        sound = np.concatenate([clip.pcm, _quiet(BEHIND)])
        samples += len(sound)
        false += _peaks(scorers[clip.fold](sound))
    hours = samples / features.RATE / 3600
    false = np.sort(false)[::-1]
    words = [clip for clip in measured if clip.kind == recordings.WORD]
    best = {name: [] for name in CONDITIONS}
    for index, clip in enumerate(words):
        for name in CONDITIONS:
            random = np.random.default_rng((seed, index))
            same = [other for other in measured if other.fold == clip.fold]
            sound = np.concatenate([_quiet(BEFORE), clip.pcm, _quiet(BEHIND)])
            sound = _mix(sound, clip.pcm, name, same, random)
            best[name].append(scorers[clip.fold](sound).max())
    voices = np.array([clip.group for clip in words])
    lines = _curve(false, hours, best, voices)
    count = network.count(network.start(0))
    head = [
        "# The small network for \"computer\"",
        "",
        "Written by `models/train/run`; do not edit.",
        "",
        f"Seed {seed}, {steps} steps of {batches.BATCH} examples, {count:,} weights. The network that is"
        f" kept was trained with {kept}; the figures are those of networks that were trained without the"
        " people (for noise: without the recording) they are measured with.",
        "",
        "| fold | clips of the word, measured | voices in them | trained with only | other clips | voices |",
        "|---|---|---|---|---|---|",
        *(_fold(clips, fold) for fold in range(recordings.FOLDS)),
        "",
        "A voice is a group of clips that sound alike, or a contributor where one is named; see `clips.py`."
        " Most people said the word about ten times, and some of the clips are one recording played ten"
        " or twenty times, so a voice that is not heard makes up to 8 % of all clips: the share of the"
        " clips, and behind it the mean of the shares of the voices.",
        "",
        f"Of {len(words)} clips of the word by {len(set(voices))} voices, with {hours:.2f} h of other"
        " speech and noise:",
        "",
    ]
    return "\n".join(head + lines) + "\n"


class Scorer:
    def __init__(self, data):
        self.weights = network.from_bytes(data)
        self.run = jax.jit(network.scores)

    def __call__(self, pcm):
        """Log-odds of each frame."""
        frames = features.frames(features.log_mel(pcm))
        padded = np.zeros((1, -(-len(frames) // BUCKET) * BUCKET, network.INPUTS), np.float32)
        padded[0, : len(frames)] = frames
        return np.asarray(self.run(self.weights, padded))[0, : len(frames)]


def _curve(false, hours, best, voices):
    lines = [f"| false an hour | log-odds | {' | '.join(f'missed, {n}: clips, voices %' for n in best)} |"]
    lines.append("|---|---|" + "---|" * len(best))
    for rate in RATES:
        allowed = int(rate * hours)
        threshold = false[allowed] if allowed < len(false) else -20.0
        missed = [_missed(np.array(scores) <= threshold, voices) for scores in best.values()]
        lines.append(f"| {rate} | {threshold:.2f} | {' | '.join(missed)} |")
    return lines


def _missed(missed, voices):
    by_voice = [np.mean(missed[voices == voice]) for voice in set(voices)]
    return f"{100 * np.mean(missed):.1f}, {100 * np.mean(by_voice):.1f}"


def _fold(clips, fold):
    mine = [clip for clip in clips if clip.fold == fold]
    words = [clip for clip in mine if clip.kind == recordings.WORD]
    measured = [clip for clip in words if clip.measured]
    others = [clip for clip in mine if clip.kind != recordings.WORD]
    voices = [len({clip.group for clip in some}) for some in (measured, others)]
    rest = len(words) - len(measured)
    return f"| {fold} | {len(measured)} | {voices[0]} | {rest} | {len(others)} | {voices[1]} |"


def _peaks(scores):
    """The highest score, the highest that is not near it, and so on."""
    scores, peaks = scores.copy(), []
    while len(scores) and scores.max() > -15:
        at = int(scores.argmax())
        peaks.append(float(scores[at]))
        scores[max(0, at - SAME) : at + SAME] = -np.inf
    return peaks


def _quiet(seconds):
    """A quiet room. Nothing at all is not what a microphone gives."""
    sound = np.full(int(seconds * features.RATE), 1e-4, np.float32)
    sound[1::2] *= -1
    return sound


def _mix(sound, word, name, same, random):
    if name == CONDITIONS[0]:
        return sound
    if name == CONDITIONS[1]:
        noises = [clip.pcm for clip in same if clip.kind == recordings.NOISE]
        behind = np.resize(noises[random.integers(len(noises))], len(sound))
    else:
        speech = [clip.pcm for clip in same if clip.kind == recordings.OTHER]
        behind = sum(batches.talk(speech, len(sound), random) for _ in range(batches.TALKERS))
    level = lambda pcm: np.sqrt(np.mean(pcm**2)) + 1e-9
    behind = behind * (level(word) / level(behind) * 10 ** (-SNR / 20))
    return np.clip(sound + behind, -1, 1).astype(np.float32)


def vector(data):
    """What the network sees of a sound and says to it, for the test in Rust, which makes the same sound
    to the last bit: it is a quotient of whole numbers."""
    at = np.arange(features.RATE)
    pcm = ((at * 7919 % 4001 - 2000) * (at // 160 % 50) / 400_000).astype(np.float32)
    frames = features.frames(features.log_mel(pcm))
    scores = Scorer(data)(pcm)
    rounded = lambda values: [round(float(value), 4) for value in values]
    return json.dumps({"frame_10": rounded(frames[10]), "scores": rounded(scores)}) + "\n"
