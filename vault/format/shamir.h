/*
 * Shamir's secret sharing (A. Shamir, "How to share a secret", Communications
 * of the ACM 22(11), 1979) byte by byte over GF(2^8) with the polynomial
 * x^8 + x^4 + x^3 + x + 1 (0x11b, that of AES, FIPS 197 section 4.2): a byte
 * of the secret is the value at 0 of a polynomial of degree k - 1 whose other
 * coefficients are random; share i has its value at i.  Any k shares give the
 * secret; k - 1 or fewer fit every secret equally well.
 *
 * Constant time in all but k, n, the length and the shares' numbers: no table
 * is indexed by a secret, no branch depends on one.
 *
 * There is no way to see from k shares alone whether they belong together:
 * paper.h adds that.
 */
#ifndef EV_FORMAT_SHAMIR_H
#define EV_FORMAT_SHAMIR_H

#include "base/bytes.h"

enum {
	EV_SHAMIR_SECRET_MAX = 64, /* bytes */
	EV_SHAMIR_SHARES_MAX = 16,
};

/* Lives in locked memory. */
struct ev_shamir_share {
	uint8_t number; /* 1 to EV_SHAMIR_SHARES_MAX: the polynomial's argument */
	uint8_t value[EV_SHAMIR_SECRET_MAX];
};

/*
 * Splits `len` bytes (1 to EV_SHAMIR_SECRET_MAX) into n shares, numbered from
 * 1, any k of which give it back; 2 ≤ k ≤ n ≤ EV_SHAMIR_SHARES_MAX.  The bytes
 * of a share after its first `len` are zero.  E_USAGE for other numbers; E_NOMEM.
 * On failure `shares` is left alone.
 */
enum evault_status ev_shamir_split(const uint8_t *secret, size_t len, unsigned k, unsigned n,
				   struct ev_shamir_share *shares, struct evault_error *err);

/*
 * The secret out of exactly k shares, in any order.  Fewer than the secret was
 * split for, shares of another secret, or altered ones, give other bytes and
 * no error.  E_USAGE when k or len is out of bounds, a number is 0 or too
 * large, or two shares have one number; `secret` is then left alone.
 */
enum evault_status ev_shamir_combine(const struct ev_shamir_share *shares, unsigned k, size_t len,
				     uint8_t *secret, struct evault_error *err);

/*
 * For tests: the values at `number` of the polynomials whose coefficients are
 * `rows`, k rows of `len` bytes; row 0 is the secret.
 */
void ev_shamir_value(const uint8_t *rows, unsigned k, size_t len, uint8_t number, uint8_t *value);

#endif
