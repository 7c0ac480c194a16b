"""What is trained on: recordings in rows of 80 logarithmic energies, put together anew for each step.

Adding sounds is adding energies here, so that noise, babble and loudness cost nothing. Speed and
echo change the sound itself and are prepared once. A clip is only ever mixed with clips of its own
fold: nothing of a fold that is measured is heard in training.
"""

import numpy as np
import scipy.signal

import clips as recordings
import features

ROWS = 240  # of an example: 2.4 s
SPEEDS = (0.88, 0.94, 1.06, 1.12)
BABBLES, TALKERS, BABBLE_SECONDS = 12, 8, 8
BATCH, WORDS = 48, 18  # examples in a step, and those among them with the word
TALK_AROUND = 0.5  # how often the word stands within other speech
BEHIND = 0.65  # how often something is heard behind
LOUDNESS = (-24.0, 9.0)  # decibels that are added
# Voices and microphones differ more than the few that were recorded: decibels of tilt, and of waves
# between so many points of the spectrum; how often everything above some pitch is missing.
TILT, WAVES, POINTS, DULL = 11.0, 4.0, 6, 0.08
SNR = (0.0, 22.0)
# Rows around the end of speech in which the word counts as said, and before which it does not.
EARLIEST, LATEST, NOT_YET = 30, 30, 20
DECIBEL = np.log(10) / 10


def prepare(clips, seed):
    """Rows of every clip as it is and changed; babble of each fold."""
    random = np.random.default_rng(seed)
    pool = []
    for clip in clips:
        versions = [_version(clip, 1.0, None)]
        if clip.kind == recordings.WORD:
            versions += [_version(clip, speed, None) for speed in SPEEDS]
            versions += [_version(clip, random.uniform(0.9, 1.1), random) for _ in range(2)]
        elif clip.kind == recordings.OTHER:
            versions.append(_version(clip, random.uniform(0.88, 1.12), None))
        pool.append(versions)
    babble = []
    for fold in range(recordings.FOLDS):
        speech = [c.pcm for c in clips if c.fold == fold and c.kind == recordings.OTHER]
        for _ in range(BABBLES):
            total = np.zeros(BABBLE_SECONDS * features.RATE, np.float32)
            for _ in range(TALKERS):
                total += talk(speech, len(total), random)
            babble.append((fold, features.log_mel(total * 0.02).astype(np.float16)))
    return pool, babble


def talk(speech, length, random):
    """Someone who does not stop, at a level of 1."""
    parts, have = [], 0
    while have < length:
        part = speech[random.integers(len(speech))]
        part = part[np.abs(part) > 0.02 * np.abs(part).max()] if len(part) < 1600 else part
        parts.append(part)
        have += len(part)
    sound = np.concatenate(parts)[:length]
    return sound / max(np.sqrt(np.mean(sound**2)), 1e-6)


def _version(clip, speed, random):
    """(rows, first and last row of speech)"""
    pcm = clip.pcm
    if speed != 1.0:
        # Playing faster raises the voice as well, which children and men need.
        at = np.arange(0, len(pcm) - 1, speed)
        pcm = np.interp(at, np.arange(len(pcm)), pcm).astype(np.float32)
    if random is not None:
        length = int(random.uniform(0.15, 0.5) * features.RATE)
        echo = random.normal(0, 1, length) * 10 ** (-3 * np.arange(length) / length)
        echo *= random.uniform(0.2, 0.8) / np.sqrt(np.sum(echo**2))
        echo[0] = 1.0
        pcm = scipy.signal.fftconvolve(pcm, echo)[: len(pcm)].astype(np.float32)
    first, last = (int(row / speed) for row in clip.span)
    return features.log_mel(pcm).astype(np.float16), first, last


class Source:
    """Batches from the clips of some folds."""

    def __init__(self, clips, pool, babble, folds, seed):
        self.random = np.random.default_rng(seed)
        self.words, self.others, self.noises, self.babbles = {}, {}, {}, {}
        for clip, versions in zip(clips, pool):
            if clip.fold not in folds:
                continue
            if clip.kind == recordings.WORD:
                # By voice: some people said it ten times as often as others.
                voices = self.words.setdefault(clip.fold, {})
                voices.setdefault(clip.group, []).append(versions)
                continue
            place = self.others if clip.kind == recordings.OTHER else self.noises
            place.setdefault(clip.fold, []).append(versions)
        self.words = {fold: list(voices.values()) for fold, voices in self.words.items()}
        for fold, rows in babble:
            if fold in folds:
                self.babbles.setdefault(fold, []).append(rows)
        self.folds = sorted(folds)

    def batch(self):
        """frames [BATCH, n, 80], and for each frame: is the word over here, is it not."""
        rows = np.empty((BATCH, ROWS, features.BANDS), np.float32)
        said = np.zeros((BATCH, ROWS), bool)
        not_said = np.zeros((BATCH, ROWS), bool)
        for index in range(BATCH):
            fold = self._one(self.folds)
            if index < WORDS:
                self._word(fold, rows[index], said[index], not_said[index])
            else:
                rows[index] = self._others(fold, ROWS)
                not_said[index] = True
            self._change(fold, rows[index])
        # A frame is what most of its rows are; with two, what the second is.
        return features.frames(rows), said[:, 1::2], not_said[:, 1::2]

    def _one(self, things):
        return things[self.random.integers(len(things))]

    def _word(self, fold, rows, said, not_said):
        clip, first, last = self._one(self._one(self._one(self.words[fold])))
        before = int(self.random.integers(0, 40))
        begin = max(0, first - before)
        piece = clip[begin:].astype(np.float32)
        end = last - begin  # of the word, in the piece
        at = int(self.random.integers(100, ROWS - 15)) - end
        if at < 0:
            piece, end, at = piece[-at:], end + at, 0
        piece = piece[: ROWS - at]
        around = self.random.random() < TALK_AROUND
        fill = self._others if around else self._quiet
        rows[:] = self._level(fill(fold, ROWS), piece) if around else fill(fold, ROWS)
        rows[at : at + len(piece)] = piece
        if self.random.random() < TALK_AROUND:
            # Someone goes on speaking right behind the word.
            behind = at + end + int(self.random.integers(3, 40))
            if behind < ROWS:
                rows[behind:] = self._level(self._others(fold, ROWS - behind), piece)
        said[max(at + end - (last - first) // 2, at + end - EARLIEST) : at + end + LATEST] = True
        not_said[: max(0, at + end - (last - first) + NOT_YET)] = True

    def _level(self, rows, piece):
        """Other speech about as loud as the word."""
        change = np.percentile(piece.mean(axis=1), 90) - np.percentile(rows.mean(axis=1), 90)
        return rows + change + DECIBEL * self.random.uniform(-10, 5)

    def _quiet(self, _fold, count):
        return np.full((count, features.BANDS), features.FLOOR, np.float32)

    def _others(self, fold, count):
        """Cuts of other speech, sometimes of noise."""
        rows = np.empty((count, features.BANDS), np.float32)
        at = 0
        while at < count:
            kind = self.noises if self.random.random() < 0.12 else self.others
            clip = self._one(self._one(kind[fold]))[0]
            take = min(count - at, len(clip), int(self.random.integers(60, 240)))
            begin = int(self.random.integers(0, len(clip) - take + 1))
            rows[at : at + take] = clip[begin : begin + take]
            at += take
        return rows

    def _change(self, fold, rows):
        """Another voice, something behind, another loudness, another microphone."""
        rows += DECIBEL * self._colour()
        if self.random.random() < BEHIND:
            kind = self.random.random()
            if kind < 0.5:
                clip = self._one(self._one(self.noises[fold]))[0]
            elif kind < 0.85:
                clip = self._one(self.babbles[fold])
            else:
                clip = self._one(self._one(self.others[fold]))[0]
            begin = int(self.random.integers(0, len(clip)))
            behind = np.take(clip, np.arange(begin, begin + ROWS), axis=0, mode="wrap")
            behind = behind.astype(np.float32)
            loud = np.percentile(rows.mean(axis=1), 85) - np.percentile(behind.mean(axis=1), 70)
            behind += loud - DECIBEL * self.random.uniform(*SNR)
            np.logaddexp(rows, behind, out=rows)
        tilt = np.linspace(-1, 1, features.BANDS, dtype=np.float32)
        rows += DECIBEL * (self.random.uniform(*LOUDNESS) + self.random.uniform(-4, 4) * tilt)
        np.maximum(rows, features.FLOOR, out=rows)

    def _colour(self):
        """Decibels for each band."""
        at = np.linspace(-1, 1, features.BANDS)
        points = self.random.normal(0, WAVES, POINTS)
        colour = np.interp(at, np.linspace(-1, 1, POINTS), points)
        colour += self.random.uniform(-TILT, TILT) * at
        if self.random.random() < DULL:
            colour[int(self.random.integers(45, features.BANDS)) :] -= 30
        return colour.astype(np.float32)
