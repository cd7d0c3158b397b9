#include "format/bech32.h"

#include <string.h>

static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum {
	CHECKSUM = 6, /* letters */
};

/* Letters for len bytes. */
static size_t
groups(size_t len)
{
	return (len * 8 + 4) / 5;
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_capital(const char *hrp)
{
	while (*hrp != '\0' && !(*hrp >= 'a' && *hrp <= 'z') && !(*hrp >= 'A' && *hrp <= 'Z'))
		hrp++;
	return *hrp >= 'A' && *hrp <= 'Z';
}

/* One step of the BCH code: takes in five bits. */
static uint32_t
polymod(uint32_t sum, uint32_t five)
{
	static const uint32_t generator[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
					       0x2a1462b3 };
	uint32_t top = sum >> 25;
	unsigned i;

	sum = (sum & 0x1ffffff) << 5 ^ five;
	for (i = 0; i < 5; i++)
		sum ^= (top >> i & 1) ? generator[i] : 0;
	return sum;
}

/* The checksum is that of the lower-case form. */
static uint32_t
polymod_hrp(const char *hrp)
{
	uint32_t sum = 1;
	const char *p;

	for (p = hrp; *p != '\0'; p++)
		sum = polymod(sum, (uint32_t)lower(*p) >> 5);
	sum = polymod(sum, 0);
	for (p = hrp; *p != '\0'; p++)
		sum = polymod(sum, (uint32_t)lower(*p) & 31);
	return sum;
}

static char
letter(uint32_t five, bool capital)
{
	char c = alphabet[five & 31];

	return capital && c >= 'a' ? (char)(c - 'a' + 'A') : c;
}

/* The five bits that a letter stands for, or 32 when it is none (or of the other case). */
static uint32_t
letter_value(uint8_t c, bool capital)
{
	uint32_t five;

	for (five = 0; five < 32; five++)
		if ((uint8_t)letter(five, capital) == c)
			return five;
	return 32;
}

/* Group i of five bits, counted from the first; zero bits after the end. */
static uint32_t
five_at(const uint8_t *data, size_t len, size_t i)
{
	size_t byte = i * 5 / 8;
	uint32_t two = (uint32_t)data[byte] << 8 | (byte + 1 < len ? data[byte + 1] : 0U);

	return two >> (11 - i * 5 % 8) & 31;
}

void
ev_bech32_encode(const char *hrp, const uint8_t *data, size_t len, char *out)
{
	bool capital = is_capital(hrp);
	uint32_t sum = polymod_hrp(hrp);
	size_t hrp_len = strlen(hrp), i;

	memcpy(out, hrp, hrp_len);
	out += hrp_len;
	*out++ = '1';
	for (i = 0; i < groups(len); i++) {
		sum = polymod(sum, five_at(data, len, i));
		*out++ = letter(five_at(data, len, i), capital);
	}
	for (i = 0; i < CHECKSUM; i++)
		sum = polymod(sum, 0);
	sum ^= 1;
	for (i = 0; i < CHECKSUM; i++)
		*out++ = letter(sum >> (5 * (CHECKSUM - 1 - i)), capital);
	*out = '\0';
}

/* The letters after "1": their value to `data`, their checksum and slack bits checked. */
static bool
decode_letters(const uint8_t *text, const char *hrp, uint8_t *data, size_t len)
{
	uint32_t sum = polymod_hrp(hrp), acc = 0, five;
	bool capital = is_capital(hrp);
	unsigned bits = 0;
	size_t i, n = 0;

	for (i = 0; i < groups(len) + CHECKSUM; i++) {
		five = letter_value(text[i], capital);
		if (five > 31)
			return false;
		sum = polymod(sum, five);
		if (i >= groups(len))
			continue;
		acc = (acc << 5 | five) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			data[n++] = (uint8_t)(acc >> bits);
		}
	}
	return sum == 1 && (acc & ((1U << bits) - 1)) == 0;
}

bool
ev_bech32_decode(struct ev_slice text, const char *hrp, uint8_t *data, size_t len)
{
	size_t hrp_len = strlen(hrp);

	if (text.len != hrp_len + 1 + groups(len) + CHECKSUM ||
	    memcmp(text.data, hrp, hrp_len) != 0 || text.data[hrp_len] != '1')
		return false;
	if (!decode_letters(text.data + hrp_len + 1, hrp, data, len)) {
		ev_wipe(data, len);
		return false;
	}
	return true;
}
