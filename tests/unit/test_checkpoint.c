#include "base/secret.h"
#include "format/checkpoint.h"
#include "unit.h"

#define ORIGIN "evault/3f9a01c7d2be4a6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7"
/* The text of the example in tlog-checkpoint.md. */
#define SIZE "20852163\n"
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define TEXT "example.com/behind-the-sofa\n" SIZE ROOT "\n"

static void
party(const char *name, uint8_t first, struct ev_verifier *v, struct ev_signing_seed *seed)
{
	uint8_t key[32];

	memset(seed, 0, sizeof(*seed));
	seed->b[0] = first;
	ev_signing_seed_public(seed, key);
	CHECK(ev_verifier_init(v, name, key));
}

static void
sample(struct ev_checkpoint *c)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->origin, ORIGIN, sizeof(ORIGIN));
	c->size = 70000;
	memset(c->root.b, 0x5a, sizeof(c->root.b));
}

static struct ev_slice
all(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

static void
text_of_the_specification_is_read_and_written_alike(void)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_checkpoint c;

	NEED(ev_checkpoint_parse(ev_slice_text(TEXT), &c, NULL) == EVAULT_OK);
	CHECK(strcmp(c.origin, "example.com/behind-the-sofa") == 0);
	CHECK(c.size == 20852163);
	CHECK(c.root.b[0] == 0x0a && c.root.b[1] == 0xc5 && c.root.b[31] == 0x62);
	ev_checkpoint_text(&c, &text);
	CHECK(ev_slice_is(all(&text), TEXT));
	ev_buf_release(&text);
}

static void
every_other_form_of_text_is_refused(void)
{
	static const char *const bad[] = {
		"",
		"\n",
		"a\n",
		"a\n1\n",
		"a\n1\n\n",
		"a\n1\n" ROOT,
		"\n1\n" ROOT "\n",
		ORIGIN "0\n1\n" ROOT "\n",
		"a\tb\n1\n" ROOT "\n",
		"a\xff\n1\n" ROOT "\n",
		"a\r\n1\r\n" ROOT "\r\n",
		/* The size. */
		"a\n01\n" ROOT "\n",
		"a\n+1\n" ROOT "\n",
		"a\n-1\n" ROOT "\n",
		"a\n 1\n" ROOT "\n",
		"a\n1 \n" ROOT "\n",
		"a\n0x1\n" ROOT "\n",
		"a\n\n" ROOT "\n",
		"a\n18446744073709551616\n" ROOT "\n",
		"a\n99999999999999999999999999\n" ROOT "\n",
		"a\n0\n" ROOT "\n",
		"a\n00\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
		/* The root: slack bits, padding, 31 and 33 bytes, hex. */
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom_Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1\n" ROOT " \n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2IA\n",
		"a\n1\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n",
		/* Extension lines, empty lines. */
		TEXT "extension\n",
		TEXT "\n",
		"\n" TEXT,
	};
	struct ev_checkpoint c;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(ev_checkpoint_parse(ev_slice_text(bad[i]), &c, NULL) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
	CHECK(ev_checkpoint_parse(ev_slice_of("a\0b\n1\n" ROOT "\n", 6 + 44 + 1), &c, NULL) ==
	      EVAULT_E_FORMAT);
}

static void
the_least_and_the_greatest_checkpoint_are_taken(void)
{
	struct ev_checkpoint c;

	CHECK(ev_checkpoint_parse(
		  ev_slice_text("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"), &c,
		  NULL) == EVAULT_OK);
	CHECK(c.size == 0);
	CHECK(ev_checkpoint_parse(ev_slice_text(ORIGIN "\n18446744073709551615\n" ROOT "\n"), &c,
				  NULL) == EVAULT_OK);
	CHECK(c.size == UINT64_MAX);
	CHECK(strcmp(c.origin, ORIGIN) == 0);
}

static void
a_signed_checkpoint_opens_with_the_key_of_its_log_alone(void)
{
	struct ev_signing_seed seed, other_seed;
	struct ev_verifier log, other, same_name;
	struct ev_buf note = EV_BUF_INIT;
	struct ev_checkpoint c, got;

	sample(&c);
	party(ORIGIN, 1, &log, &seed);
	party("other", 1, &other, &other_seed);
	party(ORIGIN, 2, &same_name, &other_seed);
	NEED(ev_checkpoint_sign(&c, &log, &seed, &note, NULL) == EVAULT_OK);
	NEED(ev_checkpoint_open(all(&note), &log, false, &got, NULL) == EVAULT_OK);
	CHECK(memcmp(&got, &c, sizeof(c)) == 0);
	NEED(ev_checkpoint_open(all(&note), &log, true, &got, NULL) == EVAULT_OK);
	CHECK(ev_checkpoint_open(all(&note), &other, false, &got, NULL) == EVAULT_E_KEY);
	CHECK(ev_checkpoint_open(all(&note), &same_name, false, &got, NULL) == EVAULT_E_KEY);
	CHECK(ev_checkpoint_sign(&c, &other, &seed, &note, NULL) == EVAULT_E_USAGE);
	ev_buf_clear(&note);
	CHECK(ev_checkpoint_sign(&c, &log, &other_seed, &note, NULL) == EVAULT_E_KEY);
	ev_buf_release(&note);
}

static void
every_flipped_bit_and_every_prefix_is_refused(void)
{
	struct ev_buf note = EV_BUF_INIT;
	struct ev_checkpoint c, got;
	struct ev_signing_seed seed;
	struct ev_verifier log;
	size_t i;

	sample(&c);
	party(ORIGIN, 1, &log, &seed);
	NEED(ev_checkpoint_sign(&c, &log, &seed, &note, NULL) == EVAULT_OK);
	for (i = 0; i < note.len * 8; i++) {
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
		CHECK(ev_checkpoint_open(all(&note), &log, false, &got, NULL) != EVAULT_OK);
		CHECK(ev_checkpoint_open(all(&note), &log, true, &got, NULL) != EVAULT_OK);
		note.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	for (i = 0; i < note.len; i++)
		CHECK(ev_checkpoint_open(ev_slice_of(note.data, i), &log, true, &got, NULL) ==
		      EVAULT_E_FORMAT);
	ev_buf_release(&note);
}

static void
cosignatures_are_taken_only_where_they_are_expected(void)
{
	struct ev_signing_seed seed, witness_seed;
	struct ev_verifier log, witness;
	struct ev_buf note = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_checkpoint c, got;

	sample(&c);
	party(ORIGIN, 1, &log, &seed);
	party("witness.example", 2, &witness, &witness_seed);
	ev_checkpoint_text(&c, &text);
	NEED(ev_checkpoint_sign(&c, &log, &seed, &note, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&note, all(&text), &witness, &witness_seed, NULL) == EVAULT_OK);
	CHECK(ev_checkpoint_open(all(&note), &log, false, &got, NULL) == EVAULT_E_FORMAT);
	CHECK(ev_checkpoint_open(all(&note), &log, true, &got, NULL) == EVAULT_OK);
	/* The log's own twice is one too many as well. */
	ev_buf_clear(&note);
	NEED(ev_checkpoint_sign(&c, &log, &seed, &note, NULL) == EVAULT_OK);
	NEED(ev_note_sign(&note, all(&text), &log, &seed, NULL) == EVAULT_OK);
	CHECK(ev_checkpoint_open(all(&note), &log, false, &got, NULL) == EVAULT_E_FORMAT);
	/* A witness alone does not make a checkpoint. */
	ev_buf_clear(&note);
	ev_note_begin(&note, all(&text));
	NEED(ev_note_sign(&note, all(&text), &witness, &witness_seed, NULL) == EVAULT_OK);
	CHECK(ev_checkpoint_open(all(&note), &log, true, &got, NULL) == EVAULT_E_KEY);
	ev_buf_release(&note);
	ev_buf_release(&text);
}

/* Signs any text with the log's key, and opens that as a checkpoint. */
static enum evault_status
open_signed(const char *text, struct ev_checkpoint *got)
{
	struct ev_buf note = EV_BUF_INIT;
	struct ev_signing_seed seed;
	struct ev_verifier log;
	enum evault_status rc;

	party(ORIGIN, 1, &log, &seed);
	ev_note_begin(&note, ev_slice_text(text));
	CHECK(ev_note_sign(&note, ev_slice_text(text), &log, &seed, NULL) == EVAULT_OK);
	rc = ev_checkpoint_open(all(&note), &log, false, got, NULL);
	ev_buf_release(&note);
	return rc;
}

static void
what_the_log_key_signed_is_still_read_strictly(void)
{
	struct ev_checkpoint c;

	CHECK(open_signed(ORIGIN "\n1\n" ROOT "\n", &c) == EVAULT_OK);
	CHECK(open_signed(ORIGIN "\n01\n" ROOT "\n", &c) == EVAULT_E_FORMAT);
	CHECK(open_signed(ORIGIN "\n1\n" ROOT "\nextension\n", &c) == EVAULT_E_FORMAT);
	CHECK(open_signed("example.com/other\n1\n" ROOT "\n", &c) == EVAULT_E_KEY);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(text_of_the_specification_is_read_and_written_alike);
	UNIT_RUN(every_other_form_of_text_is_refused);
	UNIT_RUN(the_least_and_the_greatest_checkpoint_are_taken);
	UNIT_RUN(a_signed_checkpoint_opens_with_the_key_of_its_log_alone);
	UNIT_RUN(every_flipped_bit_and_every_prefix_is_refused);
	UNIT_RUN(cosignatures_are_taken_only_where_they_are_expected);
	UNIT_RUN(what_the_log_key_signed_is_still_read_strictly);
	return unit_end();
}
