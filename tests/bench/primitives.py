"""How fast this machine does what no such program can do without, on all cores at once, in MB/s.

    primitives.py FOLDER…      prints them as JSON; zstd is measured with what is in each folder

A program of its own, because libcrypto looks at OPENSSL_ia32cap once, when it is loaded.
"""
import ctypes
import json
import os
import sys
import time

import corpora

PIECE = 1 << 20
SECONDS = 0.4
# The level that evault compresses with (vault/format/frame.c).
LEVEL = 3
SAMPLE = 16 << 20


def rate(work):
    """MB/s of all cores together; work() does some and says how many bytes that was."""
    children = []
    for _ in range(os.cpu_count()):
        reader, writer = os.pipe()
        if os.fork() == 0:
            done, began = 0, time.monotonic()
            while time.monotonic() - began < SECONDS:
                done += work()
            os.write(writer, b"%d" % (done / (time.monotonic() - began)))
            os._exit(0)
        os.close(writer)
        children.append(reader)
    total = 0
    for reader in children:
        total += int(os.read(reader, 64))
        os.close(reader)
        os.wait()
    return total / 1e6


class Crypto:
    """libcrypto's, a MiB at a time."""

    def __init__(self):
        self.lib = ctypes.CDLL("libcrypto.so.3")
        for name in ("EVP_sha256", "EVP_chacha20_poly1305", "EVP_CIPHER_CTX_new"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        self.sha256_type = ctypes.c_void_p(self.lib.EVP_sha256())
        self.chacha_type = ctypes.c_void_p(self.lib.EVP_chacha20_poly1305())
        self.ctx = ctypes.c_void_p(self.lib.EVP_CIPHER_CTX_new())
        self.text = os.urandom(PIECE)
        self.out = ctypes.create_string_buffer(PIECE + 64)

    def sha256(self):
        self.lib.EVP_Digest(self.text, ctypes.c_size_t(PIECE), self.out, None, self.sha256_type, None)
        return PIECE

    def chacha20_poly1305(self):
        length = ctypes.c_int()
        self.lib.EVP_EncryptInit_ex(self.ctx, self.chacha_type, None, self.text, self.text)
        self.lib.EVP_EncryptUpdate(self.ctx, self.out, ctypes.byref(length), self.text, PIECE)
        self.lib.EVP_EncryptFinal_ex(self.ctx, self.out, ctypes.byref(length))
        return PIECE


class Zstd:
    """libzstd's, over a sample in pieces of a MiB, as evault's frames are."""

    def __init__(self, sample):
        self.lib = ctypes.CDLL("libzstd.so.1")
        for name in ("ZSTD_createCCtx", "ZSTD_createDCtx"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        for name in ("ZSTD_compressCCtx", "ZSTD_decompressDCtx"):
            getattr(self.lib, name).restype = ctypes.c_size_t
        self.cctx = ctypes.c_void_p(self.lib.ZSTD_createCCtx())
        self.dctx = ctypes.c_void_p(self.lib.ZSTD_createDCtx())
        self.room = ctypes.create_string_buffer(2 * PIECE)
        self.pieces = [sample[i:i + PIECE] for i in range(0, len(sample), PIECE)]
        self.frames = [self.frame(piece) for piece in self.pieces]
        self.next = 0

    def frame(self, piece):
        size = self.lib.ZSTD_compressCCtx(self.cctx, self.room, ctypes.c_size_t(len(self.room)), piece,
                                          ctypes.c_size_t(len(piece)), LEVEL)
        return self.room.raw[:size]

    def compress(self):
        self.next = (self.next + 1) % len(self.pieces)
        piece = self.pieces[self.next]
        self.lib.ZSTD_compressCCtx(self.cctx, self.room, ctypes.c_size_t(len(self.room)), piece,
                                   ctypes.c_size_t(len(piece)), LEVEL)
        return len(piece)

    def decompress(self):
        self.next = (self.next + 1) % len(self.pieces)
        frame = self.frames[self.next]
        self.lib.ZSTD_decompressDCtx(self.dctx, self.room, ctypes.c_size_t(len(self.room)), frame,
                                     ctypes.c_size_t(len(frame)))
        return len(self.pieces[self.next])


class Copying:
    """From memory that no cache holds, into a buffer that one does: what read(2) of a cached file is."""

    def __init__(self):
        self.far = ctypes.create_string_buffer(64 * PIECE)
        ctypes.memset(self.far, 1, len(self.far))
        self.near = ctypes.create_string_buffer(PIECE)
        self.next = 0

    def copy(self):
        self.next = (self.next + 1) % 64
        ctypes.memmove(self.near, ctypes.addressof(self.far) + self.next * PIECE, PIECE)
        return PIECE


def main(folders):
    crypto = Crypto()
    found = {
        "sha256": rate(crypto.sha256),
        "chacha20_poly1305": rate(crypto.chacha20_poly1305),
        "copy": rate(Copying().copy),
    }
    for folder in folders:
        name = os.path.basename(folder)
        zstd = Zstd(corpora.sample(folder, SAMPLE))
        found["zstd " + name] = rate(zstd.compress)
        found["unzstd " + name] = rate(zstd.decompress)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
