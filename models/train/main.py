"""Trains the small network for "computer": one network for each fold that is left out, which give the
honest figures, and one with everything, which is the one that is kept.

usage: main.py AUDIO WORK (see models/train/run)
"""

import pathlib
import pickle
import subprocess
import sys
import time

import batches
import clips as recordings
import measure
import network
import train

# Of the prepared sounds, and of the trainings.
POOL_SEED, SEED = 1, 20_261_122
STEPS = 700
AT_ONCE = 2  # trainings
ALL = "all"
HERE = pathlib.Path(__file__).parent
WEIGHTS = HERE.parent / "wake/computer.cnn"


def main(audio, work, only=None):
    work.mkdir(parents=True, exist_ok=True)
    pool = work / "pool.pickle"
    if only is not None:
        one(pool, work, only)
        return
    begun = time.time()
    say("reading the recordings")
    clips = recordings.load(audio)
    with open(pool, "wb") as file:
        pickle.dump((clips, *batches.prepare(clips, POOL_SEED)), file, protocol=5)
    table = "".join(f"{clip.path}\t{clip.fold}\n" for clip in clips)
    (work / "folds.tsv").write_text(table)
    parts = [str(fold) for fold in range(recordings.FOLDS)] + [ALL]
    waiting, running = parts[:], []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            command = [sys.executable, __file__, str(audio), str(work), waiting.pop(0)]
            running.append(subprocess.Popen(command))
        if running.pop(0).wait() != 0:
            raise SystemExit("a training failed")
    WEIGHTS.write_bytes((work / f"{ALL}.cnn").read_bytes())
    say("measuring")
    report = measure.report(clips, work, SEED, STEPS, "all recordings")
    (HERE / "REPORT.md").write_text(report)
    (HERE / "vector.json").write_text(measure.vector(WEIGHTS.read_bytes()))
    pool.unlink()
    say(f"done after {(time.time() - begun) / 60:.0f} minutes")


def one(pool, work, part):
    """Trains without fold `part`, or with all of them."""
    with open(pool, "rb") as file:
        clips, versions, babble = pickle.load(file)
    folds = {fold for fold in range(recordings.FOLDS) if str(fold) != part}
    seed = SEED + (recordings.FOLDS if part == ALL else int(part))
    source = batches.Source(clips, versions, babble, folds, seed)
    weights = train.train(source, STEPS, seed, lambda text: say(f"{part}: {text}"))
    (work / f"{part}.cnn").write_bytes(network.to_bytes(weights))


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), *sys.argv[3:])
