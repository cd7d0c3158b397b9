#include "format/shamir.h"

#include "base/secret.h"
#include "unit.h"

enum {
	LEN = EV_SHAMIR_SECRET_MAX,
};

/* From tests/interop/shamir.py vector: 3 of 5. */
static const char vector_rows[3][65] = {
	"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
	"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
	"5b029881cc5d477a4a820b1c0e64e624919e22ac8d02cfec5da7281c503d08f6",
};
static const char vector_values[5][65] = {
	"5dcb8390006654ddc03374d45f4d8257e42dc7d06c5cf5c1fddd46703700e22c",
	"065277e5133edf98ba29d7587f4d87e744087c3248127cc6c9bf5c2591e712b7",
	"7021f926684528a6f1c9a0ed8a8553361dc5512f552c77f1963df32e53c052c0",
	"58471688e522490943b858288b197c096394c0110fb287f50d5575fcfcb21990",
	"2e34984b9e59be3708582f9d7ed1a8d83a59ed0c128c8cc252d7daf73e9559e7",
};

static void
shares_are_those_of_the_other_implementation(void)
{
	struct ev_shamir_share shares[5];
	uint8_t rows[3][32], expected[32], secret[32];
	unsigned i;

	for (i = 0; i < 3; i++)
		NEED(ev_hex_decode(ev_slice_text(vector_rows[i]), rows[i], 32));
	for (i = 0; i < 5; i++) {
		shares[i].number = (uint8_t)(i + 1);
		ev_shamir_value(rows[0], 3, 32, shares[i].number, shares[i].value);
		NEED(ev_hex_decode(ev_slice_text(vector_values[i]), expected, 32));
		CHECK(memcmp(shares[i].value, expected, 32) == 0);
	}
	CHECK(ev_shamir_combine(shares + 2, 3, 32, secret, NULL) == EVAULT_OK);
	CHECK(memcmp(secret, rows[0], 32) == 0);
}

/*
 * Two shares (a, x) and (b, y) of one byte, and all 256 values of a third,
 * 64 in a call: true when each secret comes out exactly once.
 */
static bool
pair_fits_every_secret_once(uint8_t a, uint8_t x, uint8_t b, uint8_t y, uint8_t c)
{
	struct ev_shamir_share shares[3] = { { .number = a }, { .number = b }, { .number = c } };
	uint8_t secrets[LEN];
	bool seen[256] = { false };
	unsigned first, i, n = 0;

	memset(shares[0].value, x, LEN);
	memset(shares[1].value, y, LEN);
	for (first = 0; first < 256; first += LEN) {
		for (i = 0; i < LEN; i++)
			shares[2].value[i] = (uint8_t)(first + i);
		if (ev_shamir_combine(shares, 3, LEN, secrets, NULL) != EVAULT_OK)
			return false;
		for (i = 0; i < LEN; i++) {
			n += !seen[secrets[i]];
			seen[secrets[i]] = true;
		}
	}
	return n == 256;
}

/* Every pair of values of shares 1 and 2. */
static void
every_pair_fits_each_secret_through_exactly_one_third_share(void)
{
	unsigned x, y, good = 0;

	for (x = 0; x < 256; x++)
		for (y = 0; y < 256; y++)
			good += pair_fits_every_secret_once(1, (uint8_t)x, 2, (uint8_t)y, 3);
	CHECK(good == 65536);
}

/* And of every other three of 16 shares: every value of one, some of the other. */
static void
so_does_every_pair_of_other_numbers(void)
{
	unsigned x, a, b, c, tried = 0, good = 0;

	for (a = 1; a <= EV_SHAMIR_SHARES_MAX; a++)
		for (b = 1; b < a; b++)
			for (c = 1; c < b; c++)
				for (x = 0; x < 256; x += 5, tried++)
					good += pair_fits_every_secret_once(
					    (uint8_t)a, (uint8_t)x, (uint8_t)c,
					    (uint8_t)(x * 7 + a), (uint8_t)b);
	CHECK(tried == 560 * 52 && good == tried);
}

/* Where the coefficients are even, so is the pair of shares: it tells nothing of the secret. */
static void
every_pair_of_shares_comes_of_one_choice_of_coefficients(void)
{
	static bool seen[65536];
	uint8_t rows[3][LEN], one[LEN], two[LEN];
	unsigned secret, first, x, i, n;

	for (secret = 0; secret < 256; secret += 51) {
		memset(seen, 0, sizeof(seen));
		n = 0;
		memset(rows[0], (int)secret, LEN);
		for (first = 0; first < 65536; first += LEN) {
			memset(rows[1], (int)(first >> 8), LEN);
			for (i = 0; i < LEN; i++)
				rows[2][i] = (uint8_t)(first + i);
			ev_shamir_value(rows[0], 3, LEN, 2, one);
			ev_shamir_value(rows[0], 3, LEN, 5, two);
			for (i = 0; i < LEN; i++) {
				x = (unsigned)one[i] << 8 | two[i];
				n += !seen[x];
				seen[x] = true;
			}
		}
		CHECK(n == 65536);
	}
}

/* Combines the shares whose bits are set, in descending order. */
static bool
subset_gives(const struct ev_shamir_share *shares, unsigned n, unsigned subset, size_t len,
	     const uint8_t *secret)
{
	struct ev_shamir_share chosen[EV_SHAMIR_SHARES_MAX];
	uint8_t back[LEN];
	unsigned i, k = 0;

	for (i = n; i-- > 0;)
		if ((subset >> i & 1) != 0)
			chosen[k++] = shares[i];
	return ev_shamir_combine(chosen, k, len, back, NULL) == EVAULT_OK &&
	       memcmp(back, secret, len) == 0;
}

static unsigned
count(unsigned bits)
{
	unsigned n = 0;

	for (; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

static void
every_three_of_five_recover_and_no_fewer_do(void)
{
	struct ev_shamir_share shares[5];
	uint8_t secret[32];
	unsigned subset, recovered = 0;

	ev_random(secret, sizeof(secret));
	NEED(ev_shamir_split(secret, sizeof(secret), 3, 5, shares, NULL) == EVAULT_OK);
	for (subset = 0; subset < 32; subset++) {
		if (count(subset) == 3)
			recovered += subset_gives(shares, 5, subset, sizeof(secret), secret);
		else if (count(subset) == 2)
			CHECK(!subset_gives(shares, 5, subset, sizeof(secret), secret));
	}
	CHECK(recovered == 10);
}

static void
every_threshold_recovers_with_the_last_shares_at_every_length(void)
{
	struct ev_shamir_share shares[EV_SHAMIR_SHARES_MAX];
	uint8_t secret[LEN], back[LEN];
	unsigned k, n;
	size_t len;

	ev_random(secret, sizeof(secret));
	for (n = 2; n <= EV_SHAMIR_SHARES_MAX; n++) {
		for (k = 2; k <= n; k++) {
			len = 1 + (n * 17 + k) % LEN;
			CHECK(ev_shamir_split(secret, len, k, n, shares, NULL) == EVAULT_OK);
			CHECK(ev_shamir_combine(shares + n - k, k, len, back, NULL) == EVAULT_OK);
			CHECK(memcmp(back, secret, len) == 0);
			CHECK(len == LEN || shares[0].value[len] == 0);
		}
	}
}

static void
splitting_twice_gives_other_shares(void)
{
	struct ev_shamir_share one[2], other[2];
	uint8_t secret[32] = { 1, 2, 3 };

	NEED(ev_shamir_split(secret, sizeof(secret), 2, 2, one, NULL) == EVAULT_OK);
	NEED(ev_shamir_split(secret, sizeof(secret), 2, 2, other, NULL) == EVAULT_OK);
	CHECK(memcmp(one[0].value, other[0].value, 32) != 0);
	CHECK(memcmp(one[1].value, other[1].value, 32) != 0);
	CHECK(memcmp(one[0].value, secret, 32) != 0);
}

/* The highest coefficient may be zero, so a share of 2 of 2 equals the secret now and then. */
static void
no_value_of_a_share_is_left_out(void)
{
	struct ev_shamir_share shares[2];
	uint8_t secret[LEN] = { 0 };
	unsigned tries, i, equal = 0;

	for (tries = 0; tries < 200; tries++) {
		NEED(ev_shamir_split(secret, LEN, 2, 2, shares, NULL) == EVAULT_OK);
		for (i = 0; i < LEN; i++)
			equal += shares[0].value[i] == 0;
	}
	CHECK(equal > 10 && equal < 120); /* 50 of 12,800 are expected */
}

static void
wrong_numbers_are_refused(void)
{
	struct ev_shamir_share shares[EV_SHAMIR_SHARES_MAX + 1];
	uint8_t secret[LEN + 1] = { 0 };

	CHECK(ev_shamir_split(secret, 32, 1, 5, shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_split(secret, 32, 0, 0, shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_split(secret, 32, 6, 5, shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_split(secret, 32, 3, 17, shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_split(secret, 0, 3, 5, shares, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_split(secret, LEN + 1, 3, 5, shares, NULL) == EVAULT_E_USAGE);
	NEED(ev_shamir_split(secret, LEN, 16, 16, shares, NULL) == EVAULT_OK);
	CHECK(ev_shamir_combine(shares, 1, LEN, secret, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_combine(shares, 17, LEN, secret, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_combine(shares, 16, 0, secret, NULL) == EVAULT_E_USAGE);
	CHECK(ev_shamir_combine(shares, 16, LEN + 1, secret, NULL) == EVAULT_E_USAGE);
}

static void
shares_with_one_number_or_an_impossible_one_are_refused(void)
{
	struct ev_shamir_share shares[3];
	struct evault_error err;
	uint8_t secret[32] = { 0 }, back[32];

	memset(back, 0x55, sizeof(back));
	NEED(ev_shamir_split(secret, 32, 3, 3, shares, NULL) == EVAULT_OK);
	shares[2].number = 1;
	CHECK(ev_shamir_combine(shares, 3, 32, back, &err) == EVAULT_E_USAGE);
	CHECK(strcmp(err.text, "share 1 was given twice") == 0);
	shares[2].number = 0;
	CHECK(ev_shamir_combine(shares, 3, 32, back, NULL) == EVAULT_E_USAGE);
	shares[2].number = 17;
	CHECK(ev_shamir_combine(shares, 3, 32, back, NULL) == EVAULT_E_USAGE);
	CHECK(back[0] == 0x55 && back[31] == 0x55);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 2;
	UNIT_RUN(shares_are_those_of_the_other_implementation);
	UNIT_RUN(every_pair_fits_each_secret_through_exactly_one_third_share);
	UNIT_RUN(so_does_every_pair_of_other_numbers);
	UNIT_RUN(every_pair_of_shares_comes_of_one_choice_of_coefficients);
	UNIT_RUN(every_three_of_five_recover_and_no_fewer_do);
	UNIT_RUN(every_threshold_recovers_with_the_last_shares_at_every_length);
	UNIT_RUN(splitting_twice_gives_other_shares);
	UNIT_RUN(no_value_of_a_share_is_left_out);
	UNIT_RUN(wrong_numbers_are_refused);
	UNIT_RUN(shares_with_one_number_or_an_impossible_one_are_refused);
	return unit_end();
}
