#include <sodium.h>
#include <stdlib.h>

#include "base/secret.h"
#include "format/note.h"
#include "unit.h"

/* The example of signed-note.md. */
#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define TEXT "This is an example message.\n"
#define NAME "example.com/foo"
#define SIGNATURE                                                                                  \
	"Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Ine"  \
	"yaQM="
#define DASH "\xe2\x80\x94 "
#define LINE DASH NAME " " SIGNATURE "\n"
#define NOTE TEXT "\n" LINE

static const uint8_t some_seed[32] = { 1, 2, 3 };

static enum evault_status
parse(const char *text, struct ev_note *note)
{
	return ev_note_parse(ev_slice_text(text), note, NULL);
}

static void
example_of_the_specification_verifies(void)
{
	struct ev_verifier v;
	struct ev_note note;
	char text[EV_NOTE_VKEY_SIZE];

	NEED(ev_verifier_parse(ev_slice_text(VKEY), &v, NULL) == EVAULT_OK);
	CHECK(strcmp(v.name, NAME) == 0);
	CHECK(v.id == 0x530d903a);
	ev_verifier_text(&v, text);
	CHECK(strcmp(text, VKEY) == 0);
	NEED(parse(NOTE, &note) == EVAULT_OK);
	CHECK(ev_slice_is(note.text, TEXT));
	CHECK(note.n_signatures == 1);
	CHECK(note.signatures[0].id == v.id);
	CHECK(ev_slice_is(note.signatures[0].name, NAME));
	CHECK(ev_slice_is(note.signatures[0].bytes, SIGNATURE));
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_OK);
}

static void
every_flipped_bit_of_a_note_is_noticed(void)
{
	uint8_t bytes[sizeof(NOTE) - 1];
	struct ev_verifier v;
	struct ev_note note;
	size_t i;

	NEED(ev_verifier_parse(ev_slice_text(VKEY), &v, NULL) == EVAULT_OK);
	memcpy(bytes, NOTE, sizeof(bytes));
	for (i = 0; i < sizeof(bytes) * 8; i++) {
		bytes[i / 8] ^= (uint8_t)(1U << i % 8);
		CHECK(ev_note_parse(ev_slice_of(bytes, sizeof(bytes)), &note, NULL) != EVAULT_OK ||
		      ev_note_verify(&note, &v, NULL) != EVAULT_OK);
		bytes[i / 8] ^= (uint8_t)(1U << i % 8);
	}
}

static void
every_prefix_of_a_note_is_refused(void)
{
	struct ev_note note;
	size_t len;

	for (len = 0; len < sizeof(NOTE) - 1; len++)
		CHECK(ev_note_parse(ev_slice_of(NOTE, len), &note, NULL) == EVAULT_E_FORMAT);
}

static void
malformed_notes_are_refused(void)
{
	static const char *const bad[] = {
		/* Where the blank line or the last newline should be. */
		TEXT LINE,
		"\n" LINE,
		LINE,
		TEXT "\n",
		NOTE "\n",
		NOTE "text after",
		NOTE LINE "\n" TEXT,
		/* Control characters, in each place. */
		"a\rb\n\n" LINE,
		"a\tb\n\n" LINE,
		"a\x1b[0m\n\n" LINE,
		TEXT "\r\n\r\n" LINE,
		TEXT "\n" DASH NAME "\x01 " SIGNATURE "\n",
		TEXT "\n" DASH NAME " " SIGNATURE "\r\n",
		/* No UTF-8: a lone byte, overlong, a surrogate, beyond U+10FFFF. */
		"a\xff\n\n" LINE,
		"a\xc0\xaf\n\n" LINE,
		"a\xed\xa0\x80\n\n" LINE,
		"a\xf4\x90\x80\x80\n\n" LINE,
		/* The prefix. */
		TEXT "\n- " NAME " " SIGNATURE "\n",
		TEXT "\n\xe2\x80\x93 " NAME " " SIGNATURE "\n",
		TEXT "\n\xe2\x80\x94" NAME " " SIGNATURE "\n",
		TEXT "\n " DASH NAME " " SIGNATURE "\n",
		/* The name: none, plus, Unicode spaces. */
		TEXT "\n" DASH " " SIGNATURE "\n",
		TEXT "\n" DASH SIGNATURE "\n",
		TEXT "\n" DASH "a+b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xc2\xa0"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xc2\x85"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe1\x9a\x80"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe2\x80\x8a"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe2\x80\xa8"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe2\x80\xa9"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe2\x80\xaf"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe2\x81\x9f"
		     "b " SIGNATURE "\n",
		TEXT "\n" DASH "a\xe3\x80\x80"
		     "b " SIGNATURE "\n",
		/* The base64: none, spaces, no padding, slack bits, the URL alphabet, padding
		   inside. */
		TEXT "\n" DASH NAME "\n",
		TEXT "\n" DASH NAME " \n",
		TEXT "\n" DASH NAME "  " SIGNATURE "\n",
		TEXT "\n" DASH NAME " " SIGNATURE " \n",
		TEXT "\n" DASH NAME " AAAAAAA\n",
		TEXT "\n" DASH NAME " AAAAAAB=\n",
		TEXT "\n" DASH NAME " AAAAAA-=\n",
		TEXT "\n" DASH NAME " AAAAAA==AAAA\n",
		TEXT "\n" DASH NAME " AAAAAAA=AAAA\n",
		/* No more than the key ID. */
		TEXT "\n" DASH NAME " AAAAAA==\n",
		TEXT "\n" DASH NAME " AAAA\n",
	};
	struct ev_note note;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(parse(bad[i], &note) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
}

static void
a_nul_byte_is_a_control_character(void)
{
	struct ev_note note;
	uint8_t bytes[sizeof(NOTE) - 1];

	memcpy(bytes, NOTE, sizeof(bytes));
	bytes[3] = 0;
	CHECK(ev_note_parse(ev_slice_of(bytes, sizeof(bytes)), &note, NULL) == EVAULT_E_FORMAT);
}

static void
unusual_notes_are_taken(void)
{
	struct ev_note note;

	/* Empty lines in the text; the last one separates. */
	NEED(parse("a\n\nb\n\n\n" LINE, &note) == EVAULT_OK);
	CHECK(ev_slice_is(note.text, "a\n\nb\n\n"));
	/* A text that is one empty line, one that looks like a signature, DEL and U+0085 in it. */
	NEED(parse("\n\n" LINE, &note) == EVAULT_OK);
	CHECK(ev_slice_is(note.text, "\n"));
	NEED(parse(NOTE "\n" LINE, &note) == EVAULT_OK);
	CHECK(ev_slice_is(note.text, NOTE));
	CHECK(parse("a\x7f\xc2\x85\n\n" LINE, &note) == EVAULT_OK);
	/* A zero-width space is no space; five bytes are the shortest signature. */
	NEED(parse(TEXT "\n" DASH "a\xe2\x80\x8b"
			"b AAAAAQA=\n",
		   &note) == EVAULT_OK);
	CHECK(note.signatures[0].id == 1);
}

/* A note with `count` signatures of `size` raw bytes each; the bytes differ. */
static void
make_note(struct ev_buf *out, size_t count, size_t size)
{
	uint8_t *raw = calloc(1, size);
	size_t i;

	ev_buf_puts(out, TEXT "\n");
	for (i = 0; raw != NULL && i < count; i++) {
		raw[size - 1] = (uint8_t)i;
		ev_buf_puts(out, DASH "other ");
		ev_base64_encode(out, EV_BASE64_STD, raw, size);
		ev_buf_puts(out, "\n");
	}
	free(raw);
}

static void
long_signatures_of_unknown_kinds_are_taken_when_canonical(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_note note;
	size_t size;

	/* Around the pieces in which they are decoded, and the longest that is in use. */
	for (size = 760; size <= 4600; size += size < 775 ? 1 : 383) {
		ev_buf_clear(&buf);
		make_note(&buf, 2, size);
		CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
		buf.data[buf.len - 2] = '!';
		CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) ==
		      EVAULT_E_FORMAT);
	}
	/* Padding where one piece ends and the next begins. */
	ev_buf_clear(&buf);
	make_note(&buf, 1, 1536);
	buf.data[sizeof(TEXT "\n" DASH "other ") - 1 + 1023] = '=';
	CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&buf);
}

static void
up_to_64_signatures_are_taken_and_65_refused(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_note note;

	make_note(&buf, 64, 68);
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(note.n_signatures == 64);
	ev_buf_clear(&buf);
	make_note(&buf, 65, 68);
	CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_E_FORMAT);
	CHECK(note.n_signatures == 0);
	ev_buf_release(&buf);
}

static void
a_note_of_65536_bytes_is_over_the_limit(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_note note;

	ev_buf_fill(&buf, 'a', EV_NOTE_MAX - strlen("\n\n" LINE));
	ev_buf_puts(&buf, "\n\n" LINE);
	CHECK(buf.len == EV_NOTE_MAX);
	CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	ev_buf_clear(&buf);
	ev_buf_fill(&buf, 'a', EV_NOTE_MAX + 1 - strlen("\n\n" LINE));
	ev_buf_puts(&buf, "\n\n" LINE);
	CHECK(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_E_LIMIT);
	ev_buf_release(&buf);
}

static void
malformed_verifier_keys_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"++",
		NAME,
		NAME "+530d903a",
		NAME "+530d903a+",
		"+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		/* Another ID, another name, another key under the same ID. */
		NAME "+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		"example.com/fop+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		NAME "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2l",
		/* Hex: capitals, seven, nine digits. */
		NAME "+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		NAME "+530d903+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		NAME "+0530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		/* Base64: one byte more or less, other types, spaces, a newline. */
		NAME "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U0=",
		NAME "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2kAA==",
		NAME "+530d903a+BOkyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		NAME "+530d903a+ekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
		VKEY " ",
		VKEY "\n",
		" " VKEY,
		VKEY "+",
	};
	struct ev_verifier v;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(ev_verifier_parse(ev_slice_text(bad[i]), &v, NULL) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
}

static void
names_of_keys_have_255_bytes_and_no_spaces_or_plus(void)
{
	static const char *const bad[] = {
		"",      " ",         "a b", "a+b",          "a\nb",        "a\x1f",
		"a\xff", "a\xc2\xa0", "\t",  "\xe2\x80\x80", "\xe3\x80\x80"
	};
	char name[258], text[EV_NOTE_VKEY_SIZE];
	struct ev_verifier v, again;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ev_verifier_init(&v, bad[i], some_seed));
	memset(name, 'n', sizeof(name));
	name[256] = '\0';
	CHECK(!ev_verifier_init(&v, name, some_seed));
	name[255] = '\0';
	NEED(ev_verifier_init(&v, name, some_seed));
	ev_verifier_text(&v, text);
	CHECK(strlen(text) == EV_NOTE_VKEY_SIZE - 1);
	NEED(ev_verifier_parse(ev_slice_text(text), &again, NULL) == EVAULT_OK);
	CHECK(ev_verifier_equal(&v, &again));
	CHECK(ev_verifier_init(&v, "\xd0\x93\xd2\xaf\xd0\xbb/\xe4\xb8\xad", some_seed));
	CHECK(!ev_verifier_equal(&v, &again));
}

static void
signer(const char *name, uint8_t first, struct ev_verifier *v, struct ev_signing_seed *seed)
{
	uint8_t key[32];

	memcpy(seed->b, some_seed, sizeof(seed->b));
	seed->b[0] = first;
	ev_signing_seed_public(seed, key);
	CHECK(ev_verifier_init(v, name, key));
}

static void
public_key_is_that_of_rfc_8032_test_1(void)
{
	static const char secret[] = "9d61b19deffd5a60ba844af492ec2cc4"
				     "4449c5697b326919703bac031cae7f60";
	static const char public[] = "d75a980182b10ab7d54bfed3c964073a"
				     "0ee172f3daa62325af021a68f707511a";
	struct ev_signing_seed seed;
	uint8_t key[32], want[32];

	NEED(ev_hex_decode(ev_slice_text(secret), seed.b, 32));
	NEED(ev_hex_decode(ev_slice_text(public), want, 32));
	ev_signing_seed_public(&seed, key);
	CHECK(memcmp(key, want, 32) == 0);
}

static void
two_seeds_made_differ(void)
{
	struct ev_signing_seed a, b;

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	ev_signing_seed_make(&a);
	ev_signing_seed_make(&b);
	CHECK(memcmp(a.b, b.b, 32) != 0);
}

static void
a_signed_note_verifies_by_each_signer_and_no_other(void)
{
	struct ev_signing_seed seed_a, seed_b, seed_c;
	struct ev_verifier a, b, c, renamed;
	struct ev_slice text = ev_slice_text(TEXT);
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_note note;

	signer("a", 1, &a, &seed_a);
	signer("b", 2, &b, &seed_b);
	signer("c", 3, &c, &seed_c);
	signer("a2", 1, &renamed, &seed_a);
	ev_note_begin(&buf, text);
	NEED(ev_note_sign(&buf, text, &a, &seed_a, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&buf, text, &b, &seed_b, NULL) == EVAULT_OK);
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(note.n_signatures == 2);
	CHECK(ev_slice_is(note.text, TEXT));
	CHECK(ev_note_verify(&note, &a, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &b, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &c, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_note_verify(&note, &renamed, NULL) == EVAULT_E_NOT_FOUND);
	/* Same name and ID, another key: what a collision of IDs would be. */
	memcpy(renamed.name, a.name, sizeof(a.name));
	renamed.id = a.id;
	memcpy(renamed.key, c.key, 32);
	CHECK(ev_note_verify(&note, &renamed, NULL) == EVAULT_E_DAMAGED);
	ev_buf_release(&buf);
}

static void
one_bad_signature_of_two_by_a_key_is_damage(void)
{
	struct ev_slice text = ev_slice_text(TEXT);
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_signing_seed seed;
	struct ev_verifier a;
	struct ev_note note;

	signer("a", 1, &a, &seed);
	ev_note_begin(&buf, text);
	NEED(ev_note_sign(&buf, text, &a, &seed, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&buf, text, &a, &seed, NULL) == EVAULT_OK);
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &a, NULL) == EVAULT_OK);
	buf.data[buf.len - 20] ^=
	    buf.data[buf.len - 20] == 'A' ? 'A' ^ 'B' : 'A' ^ buf.data[buf.len - 20];
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &a, NULL) == EVAULT_E_DAMAGED);
	ev_buf_release(&buf);
}

static void
a_signature_of_another_length_by_a_known_key_is_damage(void)
{
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_verifier v;
	struct ev_note note;

	NEED(ev_verifier_parse(ev_slice_text(VKEY), &v, NULL) == EVAULT_OK);
	/* The ID of the key, and one byte; then a byte after a whole signature. */
	NEED(parse(TEXT "\n" DASH NAME " Uw2QOgA=\n", &note) == EVAULT_OK);
	CHECK(note.signatures[0].id == v.id);
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_E_DAMAGED);
	ev_buf_puts(&buf, NOTE);
	memcpy(buf.data + buf.len - 2, "A\n", 2);
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_E_DAMAGED);
	ev_buf_release(&buf);
}

static void
a_key_of_small_order_verifies_nothing(void)
{
	/* The neutral element as key, and R = B, S = 1 as signature: SB = R + hA for any text. */
	static const char basepoint[] = "58666666666666666666666666666666"
					"66666666666666666666666666666666";
	uint8_t raw[EV_NOTE_SIGNATURE] = { 0 }, neutral[32] = { 1 };
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_verifier v;
	struct ev_note note;

	NEED(ev_verifier_init(&v, "a", neutral));
	NEED(ev_hex_decode(ev_slice_text(basepoint), raw + 4, 32));
	raw[4 + 32] = 1;
	ev_put_be32(raw, v.id);
	ev_buf_puts(&buf, TEXT "\n" DASH "a ");
	ev_base64_encode(&buf, EV_BASE64_STD, raw, sizeof(raw));
	ev_buf_puts(&buf, "\n");
	NEED(ev_note_parse(ev_slice_of(buf.data, buf.len), &note, NULL) == EVAULT_OK);
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_E_DAMAGED);
	ev_buf_release(&buf);
}

static void
signing_refuses_what_parsing_would(void)
{
	static const char *const bad[] = { "", "no newline", "a\rb\n", "a\xff\n" };
	struct ev_buf buf = EV_BUF_INIT;
	struct ev_signing_seed seed, other;
	struct ev_verifier a, b;
	struct ev_slice text;
	size_t i;

	signer("a", 1, &a, &seed);
	signer("b", 2, &b, &other);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(ev_note_sign(&buf, ev_slice_text(bad[i]), &a, &seed, NULL) ==
		      EVAULT_E_FORMAT);
	CHECK(ev_note_sign(&buf, ev_slice_text(TEXT), &a, &other, NULL) == EVAULT_E_KEY);
	CHECK(buf.len == 0);
	ev_buf_fill(&buf, 'a', EV_NOTE_MAX - 98);
	buf.data[buf.len - 1] = '\n';
	text = ev_slice_of(buf.data, buf.len);
	ev_buf_puts(&buf, "\n");
	CHECK(ev_note_sign(&buf, text, &a, &seed, NULL) == EVAULT_E_LIMIT);
	ev_buf_release(&buf);
}

static void
key_that_was_derived_signs_the_same_for_its_own_signer_alone(void)
{
	struct ev_buf one = EV_BUF_INIT, other = EV_BUF_INIT;
	struct ev_signing_seed seed;
	struct ev_signing_key key;
	struct ev_verifier a, b;

	signer("b", 2, &b, &seed);
	signer("a", 1, &a, &seed);
	ev_signing_seed_key(&seed, &key);
	NEED(ev_note_sign(&one, ev_slice_text(TEXT), &a, &seed, NULL) == EVAULT_OK);
	NEED(ev_note_sign_with(&other, ev_slice_text(TEXT), &a, &key, NULL) == EVAULT_OK);
	CHECK(ev_slice_equal(ev_slice_of(one.data, one.len), ev_slice_of(other.data, other.len)));
	CHECK(ev_note_sign_with(&other, ev_slice_text(TEXT), &b, &key, NULL) == EVAULT_E_KEY);
	/* As it is when all secrets were wiped. */
	memset(&key, 0, sizeof(key));
	CHECK(ev_note_sign_with(&other, ev_slice_text(TEXT), &a, &key, NULL) == EVAULT_E_KEY);
	CHECK(other.len == one.len);
	ev_buf_release(&one);
	ev_buf_release(&other);
}

/* The example, and two notes whose signature, or text, is not the one that was looked at. */
static void
what_is_known_holds_for_the_same_key_text_and_signature_alone(void)
{
	static const char other_text[] = "T" NOTE;
	struct ev_verifier v, other;
	struct ev_note note, altered;
	struct ev_note_known known;
	char bytes[sizeof(NOTE)] = NOTE;

	NEED(ev_verifier_parse(ev_slice_text(VKEY), &v, NULL) == EVAULT_OK);
	NEED(parse(NOTE, &note) == EVAULT_OK && note.known == NULL);
	ev_note_look(&note, &v, &known);
	CHECK(known.fits);
	note.known = &known;
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_OK);
	other = v; /* by the same name and ID */
	other.key[3] ^= 1;
	CHECK(ev_note_verify(&note, &other, NULL) == EVAULT_E_DAMAGED);
	NEED(parse(other_text, &altered) == EVAULT_OK);
	altered.known = &known;
	CHECK(ev_note_verify(&altered, &v, NULL) == EVAULT_E_DAMAGED);
	bytes[sizeof(TEXT DASH NAME) + 40] ^= 1; /* within the signature */
	NEED(parse(bytes, &altered) == EVAULT_OK);
	altered.known = &known;
	CHECK(ev_note_verify(&altered, &v, NULL) == EVAULT_E_DAMAGED);
}

static void
look_at_what_does_not_verify_says_nothing(void)
{
	struct ev_note_known known = { .fits = true };
	struct ev_verifier v, other;
	struct ev_note note;

	NEED(ev_verifier_parse(ev_slice_text(VKEY), &v, NULL) == EVAULT_OK);
	NEED(parse("T" NOTE, &note) == EVAULT_OK);
	ev_note_look(&note, &v, &known);
	CHECK(!known.fits);
	note.known = &known;
	CHECK(ev_note_verify(&note, &v, NULL) == EVAULT_E_DAMAGED);
	/* By nobody of that name. */
	other = v;
	other.id ^= 1;
	NEED(parse(NOTE, &note) == EVAULT_OK);
	ev_note_look(&note, &other, &known);
	CHECK(!known.fits);
	/* Too short for one of Ed25519. */
	NEED(parse(TEXT "\n" DASH NAME " Uw2QOkn8\n", &note) == EVAULT_OK);
	ev_note_look(&note, &v, &known);
	CHECK(!known.fits);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(example_of_the_specification_verifies);
	UNIT_RUN(every_flipped_bit_of_a_note_is_noticed);
	UNIT_RUN(every_prefix_of_a_note_is_refused);
	UNIT_RUN(malformed_notes_are_refused);
	UNIT_RUN(a_nul_byte_is_a_control_character);
	UNIT_RUN(unusual_notes_are_taken);
	UNIT_RUN(long_signatures_of_unknown_kinds_are_taken_when_canonical);
	UNIT_RUN(up_to_64_signatures_are_taken_and_65_refused);
	UNIT_RUN(a_note_of_65536_bytes_is_over_the_limit);
	UNIT_RUN(malformed_verifier_keys_are_refused);
	UNIT_RUN(names_of_keys_have_255_bytes_and_no_spaces_or_plus);
	UNIT_RUN(public_key_is_that_of_rfc_8032_test_1);
	UNIT_RUN(two_seeds_made_differ);
	UNIT_RUN(a_signed_note_verifies_by_each_signer_and_no_other);
	UNIT_RUN(one_bad_signature_of_two_by_a_key_is_damage);
	UNIT_RUN(a_signature_of_another_length_by_a_known_key_is_damage);
	UNIT_RUN(a_key_of_small_order_verifies_nothing);
	UNIT_RUN(signing_refuses_what_parsing_would);
	UNIT_RUN(key_that_was_derived_signs_the_same_for_its_own_signer_alone);
	UNIT_RUN(what_is_known_holds_for_the_same_key_text_and_signature_alone);
	UNIT_RUN(look_at_what_does_not_verify_says_nothing);
	return unit_end();
}
