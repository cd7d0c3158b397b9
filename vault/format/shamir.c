#include "format/shamir.h"

#include <string.h>

#include "base/secret.h"

/* a · b, in the same eight steps whatever they are. */
static uint8_t
multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0, left = a, right = b, bit;

	for (bit = 0; bit < 8; bit++) {
		product ^= left & (0U - (right >> bit & 1U));
		left = left << 1 ^ (0x11bU & (0U - (left >> 7 & 1U)));
	}
	return (uint8_t)product;
}

/* 1 / a, which is a^254 since a^255 is 1; of 0, 0. */
static uint8_t
invert(uint8_t a)
{
	uint8_t power = a, result = 1;
	unsigned bit;

	for (bit = 1; bit < 8; bit++) {
		power = multiply(power, power);
		result = multiply(result, power);
	}
	return result;
}

/* Horner's rule, from the highest coefficient down. */
void
ev_shamir_value(const uint8_t *rows, unsigned k, size_t len, uint8_t number, uint8_t *value)
{
	unsigned row;
	size_t i;

	memset(value, 0, len);
	for (row = k; row-- > 0;)
		for (i = 0; i < len; i++)
			value[i] = multiply(value[i], number) ^ rows[row * len + i];
}

enum evault_status
ev_shamir_split(const uint8_t *secret, size_t len, unsigned k, unsigned n,
		struct ev_shamir_share *shares, struct evault_error *err)
{
	uint8_t *rows;
	unsigned i;

	if (len < 1 || len > EV_SHAMIR_SECRET_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "a secret that is split has 1 to %d bytes",
			       EV_SHAMIR_SECRET_MAX);
	if (k < 2 || k > n || n > EV_SHAMIR_SHARES_MAX)
		return ev_fail(err, EVAULT_E_USAGE,
			       "%u of %u shares cannot be: from 2 up to all of them may be needed, "
			       "and there are at most %d",
			       k, n, EV_SHAMIR_SHARES_MAX);
	rows = ev_secret_new(k * len);
	if (rows == NULL)
		return ev_fail_nomem(err);
	memcpy(rows, secret, len);
	/* All of them, the highest one too, may be zero: otherwise fewer shares would tell
	 * something. */
	ev_random(rows + len, (k - 1) * len);
	for (i = 0; i < n; i++) {
		memset(&shares[i], 0, sizeof(shares[i]));
		shares[i].number = (uint8_t)(i + 1);
		ev_shamir_value(rows, k, len, shares[i].number, shares[i].value);
	}
	ev_secret_free(rows);
	return EVAULT_OK;
}

/* Are the numbers in range, and all different? */
static enum evault_status
ask_numbers(const struct ev_shamir_share *shares, unsigned k, struct evault_error *err)
{
	uint32_t seen = 0, one;
	unsigned i;

	for (i = 0; i < k; i++) {
		if (shares[i].number < 1 || shares[i].number > EV_SHAMIR_SHARES_MAX)
			return ev_fail(err, EVAULT_E_USAGE, "there is no share with number %u",
				       (unsigned)shares[i].number);
		one = (uint32_t)1 << shares[i].number;
		if ((seen & one) != 0)
			return ev_fail(err, EVAULT_E_USAGE, "share %u was given twice",
				       (unsigned)shares[i].number);
		seen |= one;
	}
	return EVAULT_OK;
}

/* Lagrange's factor of share i for the value at 0: the product of xj / (xj - xi). */
static uint8_t
factor(const struct ev_shamir_share *shares, unsigned k, unsigned i)
{
	uint8_t above = 1, below = 1;
	unsigned j;

	for (j = 0; j < k; j++) {
		if (j == i)
			continue;
		above = multiply(above, shares[j].number);
		below = multiply(below, shares[j].number ^ shares[i].number);
	}
	return multiply(above, invert(below));
}

enum evault_status
ev_shamir_combine(const struct ev_shamir_share *shares, unsigned k, size_t len, uint8_t *secret,
		  struct evault_error *err)
{
	enum evault_status rc;
	uint8_t weight;
	unsigned i;
	size_t at;

	if (k < 2 || k > EV_SHAMIR_SHARES_MAX || len < 1 || len > EV_SHAMIR_SECRET_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "%u shares of %zu bytes cannot be joined", k,
			       len);
	rc = ask_numbers(shares, k, err);
	if (rc != EVAULT_OK)
		return rc;
	memset(secret, 0, len);
	for (i = 0; i < k; i++) {
		weight = factor(shares, k, i);
		for (at = 0; at < len; at++)
			secret[at] ^= multiply(shares[i].value[at], weight);
	}
	return EVAULT_OK;
}
