#include "base/secret.h"
#include "format/merkle.h"
#include "unit.h"

enum {
	LEAVES = 64
};

/* Leaf i is the two bytes of i; their hashes. */
static struct ev_hash leaves[LEAVES + 1];

static void
make_leaves(void)
{
	uint8_t data[2];
	size_t i;

	for (i = 0; i <= LEAVES; i++) {
		ev_put_be16(data, (uint16_t)i);
		ev_merkle_leaf(data, sizeof(data), &leaves[i]);
	}
}

/* ---- the definitions of RFC 6962, word for word --------------------------- */

static size_t
naive_split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

static void
naive_root(const struct ev_hash *d, size_t n, struct ev_hash *out)
{
	struct ev_hash left, right;

	if (n == 0) {
		ev_hash_of("", 0, out);
	} else if (n == 1) {
		*out = d[0];
	} else {
		naive_root(d, naive_split(n), &left);
		naive_root(d + naive_split(n), n - naive_split(n), &right);
		ev_merkle_node(&left, &right, out);
	}
}

static size_t
naive_path(size_t m, const struct ev_hash *d, size_t n, struct ev_hash *out)
{
	size_t k, count;

	if (n == 1)
		return 0;
	k = naive_split(n);
	if (m < k) {
		count = naive_path(m, d, k, out);
		naive_root(d + k, n - k, &out[count]);
	} else {
		count = naive_path(m - k, d + k, n - k, out);
		naive_root(d, k, &out[count]);
	}
	return count + 1;
}

static size_t
naive_subproof(size_t m, const struct ev_hash *d, size_t n, bool whole, struct ev_hash *out)
{
	size_t k, count;

	if (m == n) {
		if (whole)
			return 0;
		naive_root(d, n, &out[0]);
		return 1;
	}
	k = naive_split(n);
	if (m <= k) {
		count = naive_subproof(m, d, k, whole, out);
		naive_root(d + k, n - k, &out[count]);
	} else {
		count = naive_subproof(m - k, d + k, n - k, false, out);
		naive_root(d, k, &out[count]);
	}
	return count + 1;
}

/* Serves `leaves`; E_NOT_FOUND for a subtree that is not whole in *ctx of them. */
static enum evault_status
fetch_leaves(void *ctx, unsigned level, uint64_t index, struct ev_hash *out,
	     struct evault_error *err)
{
	const size_t *size = ctx;

	(void)err;
	if (level > 6 || (index + 1) << level > *size)
		return EVAULT_E_NOT_FOUND;
	naive_root(leaves + (index << level), (size_t)1 << level, out);
	return EVAULT_OK;
}

static bool
same(const struct ev_hash *a, const struct ev_hash *b, size_t n)
{
	return n == 0 || memcmp(a, b, n * sizeof(*a)) == 0;
}

/* ---- roots ------------------------------------------------------------------ */

static void
roots_are_those_of_the_ct_test_vectors(void)
{
	static const struct {
		const char *leaf;
		size_t len;
		const char *root; /* of all leaves up to this one */
	} vectors[] = {
		{ "", 0, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d" },
		{ "\x00", 1, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" },
		{ "\x10", 1, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77" },
		{ "\x20\x21", 2,
		  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" },
		{ "\x30\x31", 2,
		  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4" },
		{ "@ABC", 4, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef" },
		{ "PQRSTUVW", 8,
		  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c" },
		{ "`abcdefghijklmno", 16,
		  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328" },
	};
	struct ev_hash leaf, root;
	char hex[EVAULT_HEX_SIZE];
	struct ev_merkle m;
	size_t i;

	ev_merkle_init(&m);
	ev_merkle_root(&m, &root);
	ev_hash_hex(&root, hex);
	CHECK(strcmp(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") == 0);
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		ev_merkle_leaf(vectors[i].leaf, vectors[i].len, &leaf);
		ev_merkle_append(&m, &leaf);
		ev_merkle_root(&m, &root);
		ev_hash_hex(&root, hex);
		CHECK(strcmp(hex, vectors[i].root) == 0);
	}
}

static void
a_leaf_is_not_a_node_of_the_same_bytes(void)
{
	struct ev_hash pair[2], leaf, node;

	memcpy(pair, leaves, sizeof(pair));
	ev_merkle_leaf(pair, sizeof(pair), &leaf);
	ev_merkle_node(&pair[0], &pair[1], &node);
	CHECK(!ev_hash_equal(&leaf, &node));
}

static void
a_leaf_of_65535_bytes_is_hashed_whole(void)
{
	static uint8_t data[1 + 65535];
	struct ev_hash leaf, want;

	memset(data + 1, 'x', sizeof(data) - 1);
	ev_hash_of(data, sizeof(data), &want);
	ev_merkle_leaf(data + 1, sizeof(data) - 1, &leaf);
	CHECK(ev_hash_equal(&leaf, &want));
}

static void
growing_loading_and_the_definition_give_one_root(void)
{
	struct ev_merkle grown, loaded;
	struct ev_hash want, root;
	size_t size;

	ev_merkle_init(&grown);
	for (size = 0; size <= LEAVES; size++) {
		struct ev_merkle_fetch f = { fetch_leaves, &size };

		naive_root(leaves, size, &want);
		ev_merkle_root(&grown, &root);
		CHECK(ev_hash_equal(&root, &want));
		NEED(ev_merkle_root_at(f, size, &root, NULL) == EVAULT_OK);
		CHECK(ev_hash_equal(&root, &want));
		NEED(ev_merkle_load(f, size, &loaded, NULL) == EVAULT_OK);
		CHECK(loaded.size == size && loaded.n == grown.n);
		CHECK(same(loaded.edge, grown.edge, grown.n));
		ev_merkle_append(&grown, &leaves[size]);
		/* What was loaded goes on as what has grown. */
		ev_merkle_append(&loaded, &leaves[size]);
		CHECK(same(loaded.edge, grown.edge, grown.n));
	}
}

static void
a_hash_that_cannot_be_had_fails_what_needs_it(void)
{
	size_t have = 10;
	struct ev_merkle_fetch f = { fetch_leaves, &have };
	struct ev_hash proof[EV_CONSISTENCY_MAX], root;
	struct ev_merkle m;
	size_t n;

	CHECK(ev_merkle_root_at(f, 11, &root, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_merkle_load(f, 16, &m, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_merkle_prove(f, 3, 12, proof, &n, NULL) == EVAULT_E_NOT_FOUND);
	CHECK(ev_merkle_prove_consistency(f, 3, 12, proof, &n, NULL) == EVAULT_E_NOT_FOUND);
}

/* ---- inclusion -------------------------------------------------------------- */

/* Everything but this very proof is refused. */
static void
attack_inclusion(size_t index, size_t size, struct ev_hash *proof, size_t n,
		 const struct ev_hash *root)
{
	struct ev_hash other = *root;
	size_t i;

	other.b[31] ^= 1;
	CHECK(!ev_merkle_verify(index, size, &leaves[index], proof, n, &other));
	CHECK(!ev_merkle_verify(index, size, &leaves[LEAVES], proof, n, root));
	CHECK(n == 0 || !ev_merkle_verify(index, size, &leaves[index], proof, n - 1, root));
	CHECK(!ev_merkle_verify(index, size, &leaves[index], proof, n + 1, root));
	CHECK(n == 0 || !ev_merkle_verify(index, size, &leaves[index], proof + 1, n - 1, root));
	CHECK(!ev_merkle_verify(size, size, &leaves[index], proof, n, root));
	for (i = 0; i < size; i++)
		CHECK(i == index || !ev_merkle_verify(i, size, &leaves[index], proof, n, root));
	for (i = 0; i < n; i++) {
		proof[i].b[i % 32] ^= 0x80;
		CHECK(!ev_merkle_verify(index, size, &leaves[index], proof, n, root));
		proof[i].b[i % 32] ^= 0x80;
	}
}

static void
inclusion_proofs_are_those_of_the_definition_and_verify(void)
{
	struct ev_hash proof[EV_PROOF_MAX + 1], want[EV_PROOF_MAX], root, before, root_before;
	size_t index, size, n, n_want;

	for (size = 1; size <= LEAVES; size++) {
		struct ev_merkle_fetch f = { fetch_leaves, &size };

		naive_root(leaves, size, &root);
		for (index = 0; index < size; index++) {
			memset(proof, 0, sizeof(proof));
			n_want = naive_path(index, leaves, size, want);
			NEED(ev_merkle_prove(f, index, size, proof, &n, NULL) == EVAULT_OK);
			NEED(n == n_want && same(proof, want, n));
			CHECK(ev_merkle_verify(index, size, &leaves[index], proof, n, &root));
			ev_merkle_before(index, size, proof, n, &before);
			naive_root(leaves, index, &root_before);
			CHECK(ev_hash_equal(&before, &root_before));
			attack_inclusion(index, size, proof, n, &root);
		}
		CHECK(ev_merkle_prove(f, size, size, proof, &n, NULL) == EVAULT_E_USAGE);
	}
}

static void
nothing_is_included_in_an_empty_tree(void)
{
	struct ev_hash root, proof[1];

	memset(proof, 0, sizeof(proof));
	ev_merkle_empty(&root);
	CHECK(!ev_merkle_verify(0, 0, &root, NULL, 0, &root));
	CHECK(!ev_merkle_verify(0, 0, &leaves[0], proof, 1, &root));
	CHECK(!ev_merkle_verify(UINT64_MAX, 0, &leaves[0], NULL, 0, &leaves[0]));
}

/* ---- consistency -------------------------------------------------------------- */

static void
attack_consistency(size_t old, size_t size, const struct ev_hash *old_root,
		   const struct ev_hash *root, struct ev_hash *proof, size_t n)
{
	struct ev_hash other = *root;
	size_t i;

	other.b[0] ^= 1;
	CHECK(!ev_merkle_verify_consistency(old, size, old_root, &other, proof, n));
	CHECK(!ev_merkle_verify_consistency(old, size, &other, root, proof, n));
	CHECK(old == size || !ev_merkle_verify_consistency(old, size, root, root, proof, n));
	CHECK(old == size ||
	      !ev_merkle_verify_consistency(old, size, old_root, old_root, proof, n));
	CHECK(old == size || !ev_merkle_verify_consistency(size, old, root, old_root, proof, n));
	CHECK(n == 0 || !ev_merkle_verify_consistency(old, size, old_root, root, proof, n - 1));
	CHECK(n == 0 || !ev_merkle_verify_consistency(old, size, old_root, root, proof, 0));
	CHECK(!ev_merkle_verify_consistency(old, size, old_root, root, proof, n + 1));
	CHECK(n == 0 || !ev_merkle_verify_consistency(old, size, old_root, root, proof + 1, n - 1));
	for (i = 1; i < size; i++)
		CHECK(i == old || !ev_merkle_verify_consistency(i, size, old_root, root, proof, n));
	for (i = 0; i < n; i++) {
		proof[i].b[i % 32] ^= 0x01;
		CHECK(!ev_merkle_verify_consistency(old, size, old_root, root, proof, n));
		proof[i].b[i % 32] ^= 0x01;
	}
}

static void
consistency_proofs_are_those_of_the_definition_and_verify(void)
{
	struct ev_hash proof[EV_CONSISTENCY_MAX + 1], want[EV_CONSISTENCY_MAX], old_root, root;
	size_t old, size, n, n_want;

	for (size = 1; size <= LEAVES; size++) {
		struct ev_merkle_fetch f = { fetch_leaves, &size };

		naive_root(leaves, size, &root);
		for (old = 1; old <= size; old++) {
			memset(proof, 0, sizeof(proof));
			naive_root(leaves, old, &old_root);
			n_want = naive_subproof(old, leaves, size, true, want);
			NEED(ev_merkle_prove_consistency(f, old, size, proof, &n, NULL) ==
			     EVAULT_OK);
			NEED(n == n_want && same(proof, want, n));
			CHECK(ev_merkle_verify_consistency(old, size, &old_root, &root, proof, n));
			attack_consistency(old, size, &old_root, &root, proof, n);
		}
		CHECK(ev_merkle_prove_consistency(f, 0, size, proof, &n, NULL) == EVAULT_E_USAGE);
		CHECK(ev_merkle_prove_consistency(f, size + 1, size, proof, &n, NULL) ==
		      EVAULT_E_USAGE);
	}
}

static void
the_empty_tree_is_consistent_with_any_by_an_empty_proof_alone(void)
{
	struct ev_hash empty;

	ev_merkle_empty(&empty);
	CHECK(ev_merkle_verify_consistency(0, 5, &empty, &leaves[0], NULL, 0));
	CHECK(ev_merkle_verify_consistency(0, 0, &empty, &empty, NULL, 0));
	CHECK(!ev_merkle_verify_consistency(0, 5, &empty, &leaves[0], &leaves[1], 1));
	CHECK(!ev_merkle_verify_consistency(1, 0, &leaves[0], &empty, NULL, 0));
}

/* The hashes are right, but climb past the root of a tree of that size. */
static void
a_proof_that_goes_on_above_the_root_is_refused(void)
{
	struct ev_hash proof[4], root, old_root, above, old_above, extra = leaves[9];

	ev_merkle_node(&extra, &leaves[0], &above);
	CHECK(!ev_merkle_verify(0, 1, &leaves[0], &extra, 1, &above));
	ev_merkle_node(&leaves[0], &extra, &above);
	CHECK(!ev_merkle_verify(0, 1, &leaves[0], &extra, 1, &above));

	proof[0] = leaves[2];
	proof[1] = leaves[3];
	naive_root(leaves, 2, &proof[2]);
	proof[3] = extra;
	naive_root(leaves, 3, &old_root);
	naive_root(leaves, 4, &root);
	CHECK(ev_merkle_verify_consistency(3, 4, &old_root, &root, proof, 3));
	ev_merkle_node(&extra, &old_root, &old_above);
	ev_merkle_node(&extra, &root, &above);
	CHECK(!ev_merkle_verify_consistency(3, 4, &old_above, &above, proof, 4));
}

static void
a_shorter_log_is_never_consistent_even_with_the_same_root(void)
{
	CHECK(!ev_merkle_verify_consistency(2, 1, &leaves[0], &leaves[0], NULL, 0));
	CHECK(!ev_merkle_verify_consistency(UINT64_MAX, 1, &leaves[0], &leaves[0], NULL, 0));
}

/* ---- sizes of 64 bits ---------------------------------------------------------- */

/* A tree whose leaves are all alike: the hash of a level is one hash. */
static enum evault_status
fetch_alike(void *ctx, unsigned level, uint64_t index, struct ev_hash *out,
	    struct evault_error *err)
{
	const struct ev_hash *levels = ctx;

	(void)err;
	if (level > 63 || (level > 0 && index >= UINT64_C(1) << (64 - level)))
		return EVAULT_E_NOT_FOUND;
	*out = levels[level];
	return EVAULT_OK;
}

static void
proofs_hold_in_trees_of_up_to_2_to_the_64_less_one(void)
{
	static const uint64_t sizes[] = { UINT64_MAX,
					  UINT64_MAX - 1,
					  UINT64_C(1) << 63,
					  (UINT64_C(1) << 63) + 1,
					  (UINT64_C(1) << 63) - 1,
					  UINT64_C(0x123456789abcdef0) };
	struct ev_hash levels[64], proof[EV_CONSISTENCY_MAX], root, old_root;
	struct ev_merkle_fetch f = { fetch_alike, levels };
	size_t i, j, n;

	levels[0] = leaves[0];
	for (i = 1; i < 64; i++)
		ev_merkle_node(&levels[i - 1], &levels[i - 1], &levels[i]);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t size = sizes[i];
		uint64_t at[] = { 0, 1, size / 3, size / 2, size - 2, size - 1 };

		NEED(ev_merkle_root_at(f, size, &root, NULL) == EVAULT_OK);
		for (j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			NEED(ev_merkle_prove(f, at[j], size, proof, &n, NULL) == EVAULT_OK);
			CHECK(n <= EV_PROOF_MAX);
			CHECK(ev_merkle_verify(at[j], size, &leaves[0], proof, n, &root));
			CHECK(!ev_merkle_verify(at[j], size, &leaves[1], proof, n, &root));
			CHECK(n == 0 ||
			      !ev_merkle_verify(at[j], size, &leaves[0], proof, n - 1, &root));
			NEED(ev_merkle_root_at(f, at[j] + 1, &old_root, NULL) == EVAULT_OK);
			NEED(ev_merkle_prove_consistency(f, at[j] + 1, size, proof, &n, NULL) ==
			     EVAULT_OK);
			CHECK(n <= EV_CONSISTENCY_MAX);
			CHECK(ev_merkle_verify_consistency(at[j] + 1, size, &old_root, &root, proof,
							   n));
			CHECK(n == 0 || !ev_merkle_verify_consistency(at[j] + 1, size, &old_root,
								      &root, proof, n - 1));
		}
	}
}

int
main(void)
{
	if (ev_secret_start(NULL) != EVAULT_OK)
		return 1;
	make_leaves();
	UNIT_RUN(roots_are_those_of_the_ct_test_vectors);
	UNIT_RUN(a_leaf_is_not_a_node_of_the_same_bytes);
	UNIT_RUN(a_leaf_of_65535_bytes_is_hashed_whole);
	UNIT_RUN(growing_loading_and_the_definition_give_one_root);
	UNIT_RUN(a_hash_that_cannot_be_had_fails_what_needs_it);
	UNIT_RUN(inclusion_proofs_are_those_of_the_definition_and_verify);
	UNIT_RUN(nothing_is_included_in_an_empty_tree);
	UNIT_RUN(consistency_proofs_are_those_of_the_definition_and_verify);
	UNIT_RUN(the_empty_tree_is_consistent_with_any_by_an_empty_proof_alone);
	UNIT_RUN(a_proof_that_goes_on_above_the_root_is_refused);
	UNIT_RUN(a_shorter_log_is_never_consistent_even_with_the_same_root);
	UNIT_RUN(proofs_hold_in_trees_of_up_to_2_to_the_64_less_one);
	return unit_end();
}
