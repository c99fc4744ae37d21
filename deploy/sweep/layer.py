"""A layer's part of the work: WORK_SECONDS / LAYER_COUNT seconds, LAYER_BYTES of noise on disk."""

import hashlib
import os
import sys
import time

MOST = 8
FOLDER = "/layers"


def make_layer(number):
    """Write this layer's file, the same bytes in every build, and wait until its time is over."""
    begin = time.monotonic()
    seconds, count = float(os.environ["WORK_SECONDS"]), int(os.environ["LAYER_COUNT"])
    if not 1 <= count <= MOST:
        sys.exit(f"LAYER_COUNT is {count}: it must be 1 to {MOST}.")
    if number > count:
        return
    write_noise(f"{FOLDER}/{number}", f"layer {number}", int(os.environ["LAYER_BYTES"]))
    time.sleep(max(0, begin + seconds / count - time.monotonic()))


def write_noise(path, seed, size):
    """Write bytes that no gzip makes fewer; SHAKE128 (FIPS 202) gives the same for a seed."""
    os.makedirs(FOLDER, exist_ok=True)
    with open(path, "wb") as file:
        file.write(hashlib.shake_128(seed.encode()).digest(size))
    # a layer's digest covers the times of its files and folders
    os.utime(path, (0, 0))
    os.utime(FOLDER, (0, 0))


if __name__ == "__main__":
    make_layer(int(sys.argv[1]))
