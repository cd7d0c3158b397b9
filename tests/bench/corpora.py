"""What the programs are measured with: made of numbers from fixed seeds, so it is the same everywhere."""
import os
import random
import zipfile

MB = 1 << 20
LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Sizes:
    """How large the corpora are; quick ones show only that all of it works."""

    def __init__(self, quick):
        self.photographs = 6 if quick else 96
        self.photograph = (MB // 4, MB // 2) if quick else (3 * 10**6, 8 * 10**6)
        self.video = 8 * MB if quick else 512 * MB
        self.documents = 6 * MB if quick else 192 * MB
        self.texts = 300 if quick else 20_000
        self.large = 32 * MB if quick else 8 << 30
        self.items = 2_000 if quick else 1_000_000


def write_random(path, size, dice):
    """Bytes that no program can compress, nor find twice."""
    with open(path, "wb") as f:
        while size > 0:
            f.write(dice.randbytes(min(size, MB)))
            size -= MB


def vocabulary(dice, count=20_000):
    return ["".join(dice.choices(LETTERS, k=dice.randint(3, 9))) for _ in range(count)]


class Prose:
    """Words of which few are frequent, as in any language."""

    def __init__(self, dice):
        self.dice = dice
        self.words = vocabulary(dice)
        total, self.weights = 0.0, []
        for rank in range(len(self.words)):
            total += 1 / (rank + 1)
            self.weights.append(total)

    def text(self, size):
        """About so many bytes."""
        words = self.dice.choices(self.words, cum_weights=self.weights, k=max(1, size // 6))
        return (" ".join(words) + "\n").encode()


def incompressible(folder, sizes):
    """Photographs and a video."""
    dice = random.Random(1)
    for i in range(sizes.photographs):
        day = os.path.join(folder, "photographs", f"{i // 50:02}")
        os.makedirs(day, exist_ok=True)
        write_random(os.path.join(day, f"IMG_{i:04}.jpg"), dice.randint(*sizes.photograph), dice)
    os.makedirs(os.path.join(folder, "video"))
    write_random(os.path.join(folder, "video", "VID_0001.mp4"), sizes.video, dice)


def write_pdf_like(path, size, dice, prose):
    """Streams that are compressed already, between objects of text."""
    with open(path, "wb") as f:
        f.write(b"%PDF-1.7\n")
        while f.tell() < size:
            f.write(b"obj << /Length 40000 >> stream\n" + dice.randbytes(40_000) + b"\nendstream\n")
            f.write(prose.text(10_000))
        f.write(b"%%EOF\n")


def write_office(path, size, dice, prose):
    """A document of an office program: a zip of compressed XML, and a picture."""
    def entry(name):
        return zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    with zipfile.ZipFile(path, "w") as z:
        body = b"<w:document>" + prose.text(size) + b"</w:document>"
        z.writestr(entry("word/document.xml"), body, zipfile.ZIP_DEFLATED)
        z.writestr(entry("word/media/image1.png"), dice.randbytes(size // 2))


def documents(folder, sizes):
    """A third of the bytes each: plain text, PDF, office; 20 kB to 1 MB."""
    dice = random.Random(2)
    prose = Prose(dice)
    written, i = 0, 0
    os.makedirs(folder)
    while written < sizes.documents:
        size = dice.randint(20_000, 1_000_000)
        name = os.path.join(folder, f"document-{i:05}")
        if i % 3 == 0:
            name += ".txt"
            with open(name, "wb") as f:
                f.write(prose.text(size))
        elif i % 3 == 1:
            name += ".pdf"
            write_pdf_like(name, size, dice, prose)
        else:
            name += ".docx"
            write_office(name, size, dice, prose)
        written += os.path.getsize(name)
        i += 1


def write_texts(folder, count, smallest, largest):
    dice = random.Random(3)
    prose = Prose(dice)
    for i in range(count):
        day = os.path.join(folder, f"{i // 1000:03}")
        if i % 1000 == 0:
            os.makedirs(day)
        with open(os.path.join(day, f"statement-{i:06}.txt"), "wb") as f:
            f.write(b"%d " % i + prose.text(dice.randint(smallest, largest)))


def texts(folder, sizes):
    """Statements of 100 to 4,000 bytes."""
    write_texts(folder, sizes.texts, 100, 4000)


def large(folder, sizes):
    """One file, of random bytes."""
    os.makedirs(folder)
    write_random(os.path.join(folder, "VID_0002.mp4"), sizes.large, random.Random(4))


def items(folder, sizes):
    """Texts of about 100 bytes."""
    write_texts(folder, sizes.items, 90, 110)


MAKERS = {
    "incompressible": incompressible,
    "documents": documents,
    "texts": texts,
    "large": large,
    "items": items,
}


def files_below(folder):
    """Their paths below it, in order."""
    found = []
    for top, folders, names in os.walk(folder):
        folders.sort()
        found += [os.path.relpath(os.path.join(top, name), folder) for name in sorted(names)]
    return found


def bytes_below(folder):
    return sum(os.path.getsize(os.path.join(folder, path)) for path in files_below(folder))


def on_disk(folder):
    """Bytes that the file system has given to it."""
    return sum(os.lstat(os.path.join(folder, path)).st_blocks * 512 for path in files_below(folder))


def make(name, folder, sizes):
    """Makes the corpus NAME in FOLDER/NAME; its bytes."""
    path = os.path.join(folder, name)
    MAKERS[name](path, sizes)
    return bytes_below(path)


def sample(folder, size):
    """The first bytes of its files, one after the other; a large file gives a third at most."""
    got = b""
    for path in files_below(folder):
        if len(got) >= size:
            break
        with open(os.path.join(folder, path), "rb") as f:
            got += f.read(min(size - len(got), size // 3 + 1))
    return got
