"""The recordings: which there are, who may be the speaker, and in which fold they are.

The files do not say who speaks. The wake words come from "more than 50" people who said each word
several times, so clips that sound alike (voice, microphone, room) are taken for the same person and
stay in one fold, over all words. Two people in one group do no harm; one person in two folds would
make the figures too good.
"""

import csv
import dataclasses
import pathlib

import numpy as np
import scipy.cluster.hierarchy as hierarchy
import scipy.fft
import scipy.signal
import soundfile

import features

FOLDS = 4
# Groups that the clips of the wake words are divided into: several for each of the "more than 50".
GROUPS = 90
WORD, OTHER, NOISE = "word", "other", "noise"
# Folders below `audio`, and what is said there. The rest of the folders that hold the word is not
# measured with because nobody knows how many people speak in them.
WAKE = ["computer", "alexa", "jarvis", "smart_mirror", "snowboy", "view_glass"]
COMMUNITY = [
    "computer",
    "heycomputer",
    "amelia",
    "athena",
    "heychatterbox",
    "heysavant",
    "not-wake-words",
]


@dataclasses.dataclass
class Clip:
    path: str  # below `audio`
    kind: str
    measured: bool
    group: str
    pcm: np.ndarray
    fold: int = -1
    span: tuple = (0, 0)  # rows from the first to behind the last one of speech


def load(audio):
    """Every recording, with its fold."""
    clips = []
    for word in WAKE:
        kind = WORD if word == "computer" else OTHER
        clips += _folder(audio, f"wake/{word}", kind, True, "")
    for name in COMMUNITY:
        kind = WORD if name.endswith("computer") else OTHER
        # One folder may be one contributor: it is one group.
        clips += _folder(audio, f"speech/precise_community/{name}", kind, kind != WORD, name)
    speakers = {}
    with open(audio / "speech/common_voice/validated.csv", newline="") as table:
        for row in csv.DictReader(table):
            speakers[pathlib.Path(row["path"]).stem] = row["client_id"][:16]
    for clip in _folder(audio, "speech/common_voice", OTHER, True, ""):
        clip.group = speakers.get(pathlib.Path(clip.path).stem, clip.path)
        clips.append(clip)
    clips += _folder(audio, "commands", OTHER, True, "commands")
    for clip in _folder(audio, "noise/esc10", NOISE, True, ""):
        # "2-81731-A": cuts of the recording 81731.
        clip.group = pathlib.Path(clip.path).stem.split("-")[1]
        clips.append(clip)
    for clip in clips:
        clip.span = _span(clip.pcm)
    _guess_speakers([clip for clip in clips if clip.path.startswith("wake/")])
    _deal(clips)
    return clips


def _folder(audio, name, kind, measured, group):
    found = sorted((audio / name).rglob("*.flac"))
    if not found:
        raise SystemExit(f"there are no recordings in {audio / name}")
    return [
        Clip(str(file.relative_to(audio)), kind, measured, group, _read(file)) for file in found
    ]


def _read(file):
    pcm, rate = soundfile.read(file, dtype="float32", always_2d=True)
    pcm = pcm.mean(axis=1)
    if rate != features.RATE:
        pcm = scipy.signal.resample_poly(pcm, features.RATE, rate).astype(np.float32)
    return pcm


def _span(pcm):
    """Rows of speech, by level: the stretch around the loudest row without a long pause."""
    rows = features.log_mel(np.concatenate([pcm, np.zeros(features.HOP * 2, np.float32)]))
    level = np.log(np.exp(rows[:, 8:60]).sum(axis=1) + 1e-9)
    level = np.convolve(level, np.ones(5) / 5, "same")
    low, high = np.percentile(level, 10), level.max()
    voiced = np.flatnonzero(level > low + 0.4 * (high - low))
    loudest = np.searchsorted(voiced, level.argmax())
    first = last = min(loudest, len(voiced) - 1)
    while first > 0 and voiced[first] - voiced[first - 1] < 25:
        first -= 1
    while last + 1 < len(voiced) and voiced[last + 1] - voiced[last] < 25:
        last += 1
    return int(voiced[first]), int(voiced[last]) + 1


def _guess_speakers(clips):
    """Groups clips by the colour of voice and background, whatever the word."""
    prints = []
    for clip in clips:
        rows = features.log_mel(clip.pcm)
        speech = rows[slice(*clip.span)]
        speech = speech[speech.mean(axis=1) >= np.median(speech.mean(axis=1))]
        quiet = rows[rows.mean(axis=1) <= np.percentile(rows.mean(axis=1), 20)]
        voice, room = speech.mean(axis=0), quiet.mean(axis=0)
        cepstra = [scipy.fft.dct(part, norm="ortho")[1:13] for part in (voice, room)]
        prints.append(np.concatenate([*cepstra, [room.mean() - voice.mean()]]))
    prints = np.array(prints)
    prints = (prints - prints.mean(axis=0)) / prints.std(axis=0)
    tree = hierarchy.linkage(prints, "ward")
    for clip, group in zip(clips, hierarchy.fcluster(tree, GROUPS, "maxclust")):
        clip.group = f"voice-{group}"


def _deal(clips):
    """Gives whole groups to folds, the largest first, each to the fold that has least of its kind."""
    groups = {}
    for clip in clips:
        groups.setdefault((clip.path.split("/")[0], clip.group), []).append(clip)
    full = {}
    for (source, _), members in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        share = full.setdefault(source, np.zeros(FOLDS))
        fold = int(np.argmin(share))
        # The word counts more: misses are shares of few clips.
        share[fold] += len(members) + 5 * sum(clip.kind == WORD for clip in members)
        for clip in members:
            clip.fold = fold
