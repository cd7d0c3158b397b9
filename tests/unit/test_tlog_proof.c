#include "format/tlog_proof.h"

#include "base/secret.h"
#include "entry_keys.h"
#include "unit.h"

/* The text of the example in tlog-checkpoint.md. */
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
#define TEXT "example.com/behind-the-sofa\n20852163\n" ROOT "\n"

enum {
	LEAVES = 9
};
static const struct ev_signing_seed log_seed = { { 3 } }, other_seed = { { 4 } };

static struct ev_slice
all(const struct ev_buf *buf)
{
	return ev_slice_of(buf->data, buf->len);
}

/* ---- a small log --------------------------------------------------------------- */

static struct ev_slice
entry_number(size_t i)
{
	static const char text[LEAVES + 1] = "abcdefghi";

	return ev_slice_of(text + i, 1);
}

/* RFC 6962's MTH, as it is written there. */
static struct ev_hash
mth(size_t from, size_t n)
{
	struct ev_hash left, right, out;
	size_t k = 1;

	if (n == 1) {
		ev_merkle_leaf(entry_number(from).data, 1, &out);
		return out;
	}
	while (k * 2 < n)
		k *= 2;
	left = mth(from, k);
	right = mth(from + k, n - k);
	ev_merkle_node(&left, &right, &out);
	return out;
}

static enum evault_status
fetch(void *ctx, unsigned level, uint64_t index, struct ev_hash *out, struct evault_error *err)
{
	(void)ctx;
	(void)err;
	*out = mth((size_t)index << level, (size_t)1 << level);
	return EVAULT_OK;
}
static const struct ev_merkle_fetch leaves = { fetch, NULL };

/* A proof of entry `index` in the signed tree of `size`. */
static struct ev_buf
proof_text(uint64_t index, uint64_t size)
{
	struct ev_buf note = EV_BUF_INIT, text = EV_BUF_INIT;
	struct ev_checkpoint c = { .size = size, .root = mth(0, (size_t)size) };
	struct ev_verifier log = log_of(&log_seed);
	struct ev_hash proof[EV_PROOF_MAX];
	size_t n;

	memcpy(c.origin, log.name, sizeof(c.origin));
	CHECK(ev_checkpoint_sign(&c, &log, &log_seed, &note, NULL) == EVAULT_OK);
	CHECK(ev_merkle_prove(leaves, index, size, proof, &n, NULL) == EVAULT_OK);
	CHECK(ev_proof_encode(index, proof, n, all(&note), &text, NULL) == EVAULT_OK);
	ev_buf_release(&note);
	return text;
}

/* ---- tlog-proof ---------------------------------------------------------------- */

#define HEAD "c2sp.org/tlog-proof@v1\n"

static void
the_proof_of_the_specification_is_read(void)
{
	static const char text[] = HEAD "extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6\n"
					"index 73894\n"
					"gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n"
					"B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=\n"
					"\n" TEXT "\nand so on\n";
	struct ev_proof p;

	NEED(ev_proof_parse(ev_slice_text(text), &p, NULL) == EVAULT_OK);
	CHECK(p.index == 73894);
	CHECK(p.n == 2);
	CHECK(p.proof[0].b[0] == 0x81 && p.proof[1].b[31] == 0x60);
	CHECK(ev_slice_is(p.checkpoint, TEXT "\nand so on\n"));
}

static void
proofs_of_0_to_64_hashes_come_back_as_encoded(void)
{
	struct ev_slice note = ev_slice_text("the note\n");
	struct ev_hash proof[EV_PROOF_MAX + 1];
	struct ev_buf text = EV_BUF_INIT;
	struct ev_proof p;
	size_t n;

	for (n = 0; n <= EV_PROOF_MAX; n++)
		memset(proof[n].b, (int)n, 32);
	for (n = 0; n <= EV_PROOF_MAX; n++) {
		ev_buf_clear(&text);
		NEED(ev_proof_encode(UINT64_MAX - n, proof, n, note, &text, NULL) == EVAULT_OK);
		NEED(ev_proof_parse(all(&text), &p, NULL) == EVAULT_OK);
		CHECK(p.index == UINT64_MAX - n && p.n == n);
		CHECK(n == 0 || memcmp(p.proof, proof, n * sizeof(proof[0])) == 0);
		CHECK(ev_slice_equal(p.checkpoint, note));
	}
	ev_buf_clear(&text);
	CHECK(ev_proof_encode(0, proof, EV_PROOF_MAX + 1, note, &text, NULL) == EVAULT_E_USAGE);
	ev_buf_release(&text);
}

static void
a_proof_of_65_hashes_is_refused(void)
{
	struct ev_buf text = EV_BUF_INIT;
	struct ev_proof p;
	size_t i;

	ev_buf_puts(&text, HEAD "index 0\n");
	for (i = 0; i < EV_PROOF_MAX + 1; i++)
		ev_buf_puts(&text, ROOT "\n");
	ev_buf_puts(&text, "\nnote\n");
	CHECK(ev_proof_parse(all(&text), &p, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&text);
}

static void
malformed_proofs_are_refused(void)
{
	static const char *const bad[] = {
		"",
		"c2sp.org/tlog-proof@v1",
		HEAD,
		"c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
		" " HEAD "index 0\n\nnote\n",
		"c2sp.org/tlog-proof@v1\r\nindex 0\n\nnote\n",
		HEAD "\nindex 0\n\nnote\n",
		HEAD "index 0\n",
		HEAD "index 0\n\n",
		HEAD "index 0\nnote\n",
		HEAD "index 0\n" ROOT "\n",
		HEAD "index 0\n" ROOT "\n\n",
		HEAD "index 0\n" ROOT "\nnote\n",
		HEAD "index 00\n\nnote\n",
		HEAD "index 01\n\nnote\n",
		HEAD "index -1\n\nnote\n",
		HEAD "index  1\n\nnote\n",
		HEAD "index 1 \n\nnote\n",
		HEAD "index \n\nnote\n",
		HEAD "index 18446744073709551616\n\nnote\n",
		HEAD "Index 1\n\nnote\n",
		HEAD "index 0\n" ROOT " \n\nnote\n",
		HEAD "index 0\n " ROOT "\n\nnote\n",
		HEAD "index 0\nAAAA\n\nnote\n",
		HEAD "index 0\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n\nnote\n",
		HEAD "extra\nindex 0\n\nnote\n",
		HEAD "extra \nindex 0\n\nnote\n",
		HEAD "extra A\nindex 0\n\nnote\n",
		HEAD "extra AB==\nindex 0\n\nnote\n",
		HEAD "extra AAAA \nindex 0\n\nnote\n",
		HEAD "extra AAAA\nextra AAAA\nindex 0\n\nnote\n",
		HEAD "index 0\nextra AAAA\n\nnote\n",
		HEAD "extra AAAA",
	};
	struct ev_proof p;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(ev_proof_parse(ev_slice_text(bad[i]), &p, NULL) == EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
	CHECK(ev_proof_parse(ev_slice_text(HEAD "extra AAA=\nindex 0\n\nnote\n"), &p, NULL) ==
	      EVAULT_OK);
}

static void
every_entry_verifies_in_every_tree_that_has_it_and_no_other_does(void)
{
	struct ev_verifier log = log_of(&log_seed);
	uint64_t size, index, other;
	struct ev_checkpoint c;
	struct ev_proof p;

	for (size = 1; size <= LEAVES; size++) {
		for (index = 0; index < size; index++) {
			struct ev_buf text = proof_text(index, size);

			NEED(ev_proof_parse(all(&text), &p, NULL) == EVAULT_OK);
			for (other = 0; other < LEAVES; other++)
				CHECK(ev_proof_verify(&p, entry_number(other), &log, &c, NULL) ==
				      (other == index ? EVAULT_OK : EVAULT_E_DAMAGED));
			CHECK(ev_proof_verify(&p, entry_number(index), &log, &c, NULL) == 0 &&
			      c.size == size);
			ev_buf_release(&text);
		}
	}
}

static void
a_proof_is_good_for_its_log_index_and_hashes_alone(void)
{
	struct ev_verifier log = log_of(&log_seed), other = log_of(&other_seed);
	struct ev_buf text = proof_text(3, 7);
	struct ev_proof p, bad;
	struct ev_checkpoint c = { .size = 77 };

	NEED(ev_proof_parse(all(&text), &p, NULL) == EVAULT_OK);
	CHECK(ev_proof_verify(&p, entry_number(3), &other, &c, NULL) == EVAULT_E_KEY);
	bad = p;
	bad.index = 2;
	CHECK(ev_proof_verify(&bad, entry_number(3), &log, &c, NULL) == EVAULT_E_DAMAGED);
	bad.index = 7;
	CHECK(ev_proof_verify(&bad, entry_number(3), &log, &c, NULL) == EVAULT_E_DAMAGED);
	bad = p;
	bad.n--;
	CHECK(ev_proof_verify(&bad, entry_number(3), &log, &c, NULL) == EVAULT_E_DAMAGED);
	bad = p;
	bad.proof[1].b[0] ^= 1;
	CHECK(ev_proof_verify(&bad, entry_number(3), &log, &c, NULL) == EVAULT_E_DAMAGED);
	bad = p;
	bad.checkpoint.len--;
	CHECK(ev_proof_verify(&bad, entry_number(3), &log, &c, NULL) == EVAULT_E_FORMAT);
	CHECK(c.size == 77);
	ev_buf_release(&text);
}

/* ---- consistency --------------------------------------------------------------- */

static struct ev_consistency
consistency_of(uint64_t from, uint64_t to)
{
	struct ev_consistency c = { .from = from,
				    .to = to,
				    .from_root = mth(0, (size_t)from),
				    .to_root = mth(0, (size_t)to) };

	CHECK(ev_merkle_prove_consistency(leaves, from, to, c.proof, &c.n, NULL) == EVAULT_OK);
	return c;
}

static void
the_text_of_a_consistency_proof_is_as_written_down(void)
{
	struct ev_consistency c = { .from = 1, .to = 2, .n = 1 };
	struct ev_buf text = EV_BUF_INIT;

	c.from_root.b[0] = 0x12;
	c.to_root.b[31] = 0xab;
	c.proof[0].b[31] = 1;
	ev_consistency_encode(&text, &c);
	CHECK(ev_slice_is(all(&text),
			  "from 1 1200000000000000000000000000000000000000000000000000"
			  "000000000000\n"
			  "to 2 00000000000000000000000000000000000000000000000000000000"
			  "000000ab\n"
			  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=\n"));
	ev_buf_release(&text);
}

static void
consistency_comes_back_and_verifies_and_nothing_else_does(void)
{
	struct ev_consistency c, again;
	struct ev_buf text = EV_BUF_INIT;
	uint64_t from, to;

	for (to = 1; to <= LEAVES; to++) {
		for (from = 1; from <= to; from++) {
			c = consistency_of(from, to);
			ev_buf_clear(&text);
			ev_consistency_encode(&text, &c);
			NEED(ev_consistency_parse(all(&text), &again, NULL) == EVAULT_OK);
			CHECK(again.from == from && again.to == to && again.n == c.n);
			CHECK(ev_consistency_verify(&again));
			again.to_root.b[5] ^= 1;
			CHECK(!ev_consistency_verify(&again));
			again.to_root.b[5] ^= 1;
			again.from_root.b[5] ^= 1;
			CHECK(!ev_consistency_verify(&again));
		}
	}
	ev_buf_release(&text);
}

#define H64  "1200000000000000000000000000000000000000000000000000000000000000"
#define FROM "from 1 " H64 "\n"
#define TO   "to 2 " H64 "\n"

static void
malformed_consistency_is_refused(void)
{
	static const char *const bad[] = {
		"",
		FROM,
		TO FROM,
		"from 0 " H64 "\n" TO,
		"from 01 " H64 "\n" TO,
		"from 3 " H64 "\n" TO,
		"from  1 " H64 "\n" TO,
		"from 1 " H64 " \n" TO,
		"from 1\n" TO,
		"From 1 " H64 "\n" TO,
		"from 18446744073709551616 " H64 "\nto 18446744073709551616 " H64 "\n",
		FROM TO "\n",
		FROM TO ROOT,
		FROM TO ROOT "\n\n",
		FROM TO ROOT "\r\n",
		FROM TO "AAAA\n",
		FROM "\n" TO,
	};
	struct ev_buf text = EV_BUF_INIT;
	struct ev_consistency c;
	size_t i;

	CHECK(ev_consistency_parse(ev_slice_text(FROM TO), &c, NULL) == EVAULT_OK && c.n == 0);
	CHECK(ev_consistency_parse(ev_slice_text(FROM TO ROOT "\n"), &c, NULL) == EVAULT_OK);
	CHECK(c.n == 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!CHECK(ev_consistency_parse(ev_slice_text(bad[i]), &c, NULL) ==
			   EVAULT_E_FORMAT))
			printf("# number %zu\n", i);
	ev_buf_puts(&text, FROM TO);
	for (i = 0; i < EV_CONSISTENCY_MAX; i++)
		ev_buf_puts(&text, ROOT "\n");
	CHECK(ev_consistency_parse(all(&text), &c, NULL) == EVAULT_OK);
	ev_buf_puts(&text, ROOT "\n");
	CHECK(ev_consistency_parse(all(&text), &c, NULL) == EVAULT_E_FORMAT);
	ev_buf_release(&text);
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	UNIT_RUN(the_proof_of_the_specification_is_read);
	UNIT_RUN(proofs_of_0_to_64_hashes_come_back_as_encoded);
	UNIT_RUN(a_proof_of_65_hashes_is_refused);
	UNIT_RUN(malformed_proofs_are_refused);
	UNIT_RUN(every_entry_verifies_in_every_tree_that_has_it_and_no_other_does);
	UNIT_RUN(a_proof_is_good_for_its_log_index_and_hashes_alone);
	UNIT_RUN(the_text_of_a_consistency_proof_is_as_written_down);
	UNIT_RUN(consistency_comes_back_and_verifies_and_nothing_else_does);
	UNIT_RUN(malformed_consistency_is_refused);
	return unit_end();
}
