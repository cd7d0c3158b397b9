#include "format/bech32.h"

#include "unit.h"

/* From the specification of age. */
static const char identity[] =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
static const char recipient[] = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

static void
encode_gives_the_identity_of_the_specification(void)
{
	char text[EV_BECH32_SIZE(15, 32)];
	uint8_t data[32];

	memset(data, 0x42, sizeof(data));
	ev_bech32_encode("AGE-SECRET-KEY-", data, sizeof(data), text);
	CHECK(strcmp(text, identity) == 0);
	CHECK(strlen(text) + 1 == sizeof(text));
}

static void
decode_gives_back_what_was_encoded_at_every_length(void)
{
	char text[EV_BECH32_SIZE(3, 70)];
	uint8_t data[70], back[70];
	size_t len;

	for (len = 0; len < sizeof(data); len++)
		data[len] = (uint8_t)(len * 37 + 11);
	for (len = 0; len <= sizeof(data); len++) {
		ev_bech32_encode("age", data, len, text);
		CHECK(strlen(text) + 1 == EV_BECH32_SIZE(3, len));
		CHECK(ev_bech32_decode(ev_slice_text(text), "age", back, len));
		CHECK(memcmp(data, back, len) == 0);
		CHECK(!ev_bech32_decode(ev_slice_text(text), "agf", back, len));
		CHECK(!ev_bech32_decode(ev_slice_text(text), "age", back, len + 1));
	}
}

static void
decode_refuses_every_changed_character(void)
{
	static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l1-QPZRY";
	char text[sizeof(recipient)];
	uint8_t data[32];
	size_t i, j;

	CHECK(ev_bech32_decode(ev_slice_text(recipient), "age", data, sizeof(data)));
	for (i = 0; i < sizeof(recipient) - 1; i++) {
		for (j = 0; j < sizeof(letters) - 1; j++) {
			memcpy(text, recipient, sizeof(text));
			text[i] = letters[j];
			CHECK(letters[j] == recipient[i] ||
			      !ev_bech32_decode(ev_slice_text(text), "age", data, sizeof(data)));
		}
	}
}

static void
decode_refuses_every_other_length(void)
{
	uint8_t data[32];
	size_t len;

	for (len = 0; len < sizeof(recipient) - 1; len++)
		CHECK(!ev_bech32_decode(ev_slice_of(recipient, len), "age", data, sizeof(data)));
	CHECK(!ev_bech32_decode(ev_slice_of(recipient, sizeof(recipient)), "age", data,
				sizeof(data)));
}

static void
decode_refuses_another_case_than_that_of_the_hrp(void)
{
	char text[sizeof(identity)];
	uint8_t data[32];
	size_t i;

	for (i = 0; i < sizeof(identity); i++)
		text[i] = identity[i] >= 'A' && identity[i] <= 'Z' ? (char)(identity[i] + 32)
								   : identity[i];
	CHECK(ev_bech32_decode(ev_slice_text(identity), "AGE-SECRET-KEY-", data, sizeof(data)));
	CHECK(ev_bech32_decode(ev_slice_text(text), "age-secret-key-", data, sizeof(data)));
	CHECK(!ev_bech32_decode(ev_slice_text(text), "AGE-SECRET-KEY-", data, sizeof(data)));
	memcpy(text, identity, sizeof("AGE-SECRET-KEY-") - 1);
	CHECK(!ev_bech32_decode(ev_slice_text(text), "AGE-SECRET-KEY-", data, sizeof(data)));
}

/* All four have a right checksum; two of them have a slack bit set. */
static void
decode_refuses_slack_bits_that_are_set(void)
{
	uint8_t data[1];

	CHECK(ev_bech32_decode(ev_slice_text("age1qqpexly5"), "age", data, 1) && data[0] == 0);
	CHECK(!ev_bech32_decode(ev_slice_text("age1qpu0j2ex"), "age", data, 1));
	CHECK(!ev_bech32_decode(ev_slice_text("age1qzju8uhe"), "age", data, 1));
	CHECK(ev_bech32_decode(ev_slice_text("age1qywnyetw"), "age", data, 1) && data[0] == 1);
}

int
main(void)
{
	UNIT_RUN(encode_gives_the_identity_of_the_specification);
	UNIT_RUN(decode_gives_back_what_was_encoded_at_every_length);
	UNIT_RUN(decode_refuses_every_changed_character);
	UNIT_RUN(decode_refuses_every_other_length);
	UNIT_RUN(decode_refuses_another_case_than_that_of_the_hrp);
	UNIT_RUN(decode_refuses_slack_bits_that_are_set);
	return unit_end();
}
