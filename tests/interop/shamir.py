"""Shamir's secret sharing over GF(2^8), 0x11b, with tables of logarithms: a second
implementation, to hold ours against.

  shamir.py vector                 the vector in tests/unit/test_shamir.c
  shamir.py split K N HEX          N lines "NUMBER HEX"
  shamir.py join NUMBER:HEX …      the secret in hex
"""
import hashlib
import secrets
import sys

POWER, LOG = [0] * 510, [0] * 256
_x = 1
for _i in range(255):
    POWER[_i] = POWER[_i + 255] = _x
    LOG[_x] = _i
    _x ^= _x << 1  # times 3, which generates the field
    if _x > 255:
        _x ^= 0x11B


def multiply(a, b):
    return POWER[LOG[a] + LOG[b]] if a and b else 0


def divide(a, b):
    return POWER[LOG[a] - LOG[b] + 255] if a else 0


def split(secret, k, n, coefficients):
    """coefficients: k - 1 rows as long as the secret, for x, x^2, …"""
    shares = []
    for x in range(1, n + 1):
        value = bytearray(secret)
        power = 1
        for row in coefficients:
            power = multiply(power, x)
            for at, c in enumerate(row):
                value[at] ^= multiply(c, power)
        shares.append((x, bytes(value)))
    return shares


def join(shares):
    secret = bytearray(len(shares[0][1]))
    for x, value in shares:
        weight = 1
        for other, _ in shares:
            if other != x:
                weight = multiply(weight, divide(other, other ^ x))
        for at, y in enumerate(value):
            secret[at] ^= multiply(y, weight)
    return bytes(secret)


def vector():
    """3 of 5; secret and coefficients are SHA-256 of their names."""
    rows = [hashlib.sha256(name).digest() for name in (b"secret", b"x", b"x^2")]
    shares = split(rows[0], 3, 5, rows[1:])
    assert join(shares[:3]) == join(shares[2:]) == rows[0]
    for row in rows:
        print("row", row.hex())
    return shares


def main(words):
    if words[:1] == ["vector"]:
        shares = vector()
    elif words[:1] == ["split"] and len(words) == 4:
        k, n, secret = int(words[1]), int(words[2]), bytes.fromhex(words[3])
        shares = split(secret, k, n, [secrets.token_bytes(len(secret)) for _ in range(k - 1)])
    elif words[:1] == ["join"] and len(words) > 2:
        parts = (word.split(":") for word in words[1:])
        print(join([(int(x), bytes.fromhex(value)) for x, value in parts]).hex())
        return
    else:
        sys.exit(__doc__)
    for x, value in shares:
        print(x, value.hex())


if __name__ == "__main__":
    main(sys.argv[1:])
