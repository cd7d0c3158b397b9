"""Reads keys on paper as FORMAT.md defines them, without evault: the second implementation,
and the way back when there is no evault any more.

  paper.py <TEXT     one recovery key, or as many shares as are needed; prints the age identity

A text is 16 groups of six letters, however they are parted.
"""
import hmac
import sys

import shamir

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def check_letter(values, place):
    """Over GF(2^5) with x^5 + x^2 + 1."""
    total = 0
    for value in values:
        total = (total ^ value) << 1
        if total > 31:
            total ^= 0x25
    return total ^ (place + 1)


def read(letters):
    """The 46 bytes of one text of 96 letters."""
    values = [ALPHABET.index(letter) for letter in letters]
    number = 0
    for place in range(16):
        group = values[6 * place : 6 * place + 6]
        if check_letter(group[:5], place) != group[5]:
            sys.exit(f"group {place + 1} is mistyped")
        for value in group[:5]:
            number = number << 5 | value
    data = number.to_bytes(50, "big")
    if hmac.digest(b"evault/paper/v1", data[:46], "sha256")[:4] != data[46:]:
        sys.exit("the whole is not right")
    return data[:46]


def bech32(hrp, data):
    def polymod(values):
        total = 1
        for value in values:
            top = total >> 25
            total = (total & 0x1FFFFFF) << 5 ^ value
            for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
                if top >> i & 1:
                    total ^= generator
        return total

    bits = "".join(f"{byte:08b}" for byte in data)
    fives = [int(bits[i : i + 5].ljust(5, "0"), 2) for i in range(0, len(bits), 5)]
    start = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    total = polymod(start + fives + [0] * 6) ^ 1
    fives += [total >> 5 * (5 - i) & 31 for i in range(6)]
    return (hrp + "1" + "".join(BECH32[five] for five in fives)).upper()


def main():
    letters = "".join(c for c in sys.stdin.read().upper() if c.isalnum())
    letters = letters.replace("O", "0").replace("I", "1").replace("L", "1")
    papers = [read(letters[i : i + 96]) for i in range(0, len(letters), 96)]
    kinds = {paper[0] for paper in papers}
    if kinds == {0x10} and len(papers) == 1:
        secret = papers[0][14:]
    elif kinds == {0x11} and len({(paper[1] >> 4, paper[2:14]) for paper in papers}) == 1:
        needed = (papers[0][1] >> 4) + 1
        if len(papers) != needed:
            sys.exit(f"{needed} shares are needed")
        secret = shamir.join([((paper[1] & 15) + 1, paper[14:]) for paper in papers])
    else:
        sys.exit("neither one recovery key nor shares of one splitting")
    print(bech32("age-secret-key-", secret))


if __name__ == "__main__":
    main()
