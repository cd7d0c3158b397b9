#include "format/paper.h"

#include <string.h>

#include "format/hash.h"
#include "format/paper_private.h"

enum {
	VERSION = 1,
};

static const char sum_label[] = "evault/paper/v1";
static const char origin_start[] = "evault/";

/* Over all bytes before it. */
static void
checksum(const uint8_t bytes[EV_PAPER_BYTES], uint8_t sum[EV_PAPER_SUM])
{
	struct ev_hash hash;

	ev_hmac((const uint8_t *)sum_label, strlen(sum_label), bytes, EV_PAPER_BYTES - EV_PAPER_SUM,
		&hash);
	memcpy(sum, hash.b, EV_PAPER_SUM);
}

static enum evault_status
parse_origin(const char *origin, uint8_t vault[EV_PAPER_VAULT], struct evault_error *err)
{
	struct ev_slice text = ev_slice_text(origin);
	size_t start = strlen(origin_start);
	struct ev_hash hash;

	if (!ev_slice_starts(text, origin_start) ||
	    !ev_hash_parse(ev_slice_of(text.data + start, text.len - start), &hash))
		return ev_fail(err, EVAULT_E_USAGE, "not the origin of a vault");
	memcpy(vault, hash.b, EV_PAPER_VAULT);
	return EVAULT_OK;
}

enum evault_status
ev_paper_recovery(const struct ev_age_identity *identity, const char *origin,
		  struct ev_paper *paper, struct evault_error *err)
{
	uint8_t vault[EV_PAPER_VAULT];
	enum evault_status rc = parse_origin(origin, vault, err);

	if (rc != EVAULT_OK)
		return rc;
	memset(paper, 0, sizeof(*paper));
	paper->kind = EV_PAPER_RECOVERY;
	paper->threshold = 1;
	paper->number = 1;
	memcpy(paper->vault, vault, sizeof(vault));
	ev_random(paper->set, sizeof(paper->set));
	memcpy(paper->secret, identity->b, sizeof(paper->secret));
	return EVAULT_OK;
}

_Static_assert(sizeof(((struct ev_paper *)0)->secret) == sizeof(struct ev_age_identity),
	       "a paper holds an identity");

enum evault_status
ev_paper_split(const struct ev_age_identity *identity, const char *origin, unsigned k, unsigned n,
	       struct ev_paper *papers, struct evault_error *err)
{
	struct ev_shamir_share *shares = ev_secret_new(EV_SHAMIR_SHARES_MAX * sizeof(*shares));
	uint8_t vault[EV_PAPER_VAULT], set[EV_PAPER_SET];
	enum evault_status rc;
	unsigned i;

	rc = shares != NULL ? parse_origin(origin, vault, err) : ev_fail_nomem(err);
	if (rc != EVAULT_OK)
		goto out;
	rc = ev_shamir_split(identity->b, sizeof(identity->b), k, n, shares, err);
	if (rc != EVAULT_OK)
		goto out;
	ev_random(set, sizeof(set));
	for (i = 0; i < n; i++) {
		memset(&papers[i], 0, sizeof(papers[i]));
		papers[i].kind = EV_PAPER_SHARE;
		papers[i].threshold = k;
		papers[i].number = shares[i].number;
		memcpy(papers[i].vault, vault, sizeof(vault));
		memcpy(papers[i].set, set, sizeof(set));
		memcpy(papers[i].secret, shares[i].value, sizeof(papers[i].secret));
	}
out:
	ev_secret_free(shares);
	return rc;
}

void
ev_paper_text(const struct ev_paper *paper, char out[EV_PAPER_TEXT_SIZE])
{
	uint8_t bytes[EV_PAPER_BYTES], *at = bytes;

	*at++ = (uint8_t)(VERSION << 4 | (unsigned)paper->kind);
	*at++ = (uint8_t)((paper->threshold - 1) << 4 | (paper->number - 1));
	memcpy(at, paper->vault, EV_PAPER_VAULT);
	memcpy(at + EV_PAPER_VAULT, paper->set, EV_PAPER_SET);
	memcpy(bytes + EV_PAPER_HEAD_BYTES, paper->secret, sizeof(paper->secret));
	checksum(bytes, bytes + EV_PAPER_BYTES - EV_PAPER_SUM);
	ev_paper_letters(bytes, out);
	ev_wipe(bytes, sizeof(bytes));
}

void
ev_paper_vault(const struct ev_paper *paper, char out[EV_PAPER_VAULT_SIZE])
{
	ev_hex_encode(paper->vault, sizeof(paper->vault), out);
}

enum evault_status
ev_paper_version(uint8_t first, struct evault_error *err)
{
	if (first >> 4 != VERSION)
		return ev_fail(err, EVAULT_E_VERSION,
			       "this key on paper was made by a newer evault");
	return EVAULT_OK;
}

/* All but the secret. */
static enum evault_status
parse_head(const uint8_t bytes[EV_PAPER_BYTES], struct ev_paper *head, struct evault_error *err)
{
	enum evault_status rc = ev_paper_version(bytes[0], err);
	unsigned kind = bytes[0] & 15, threshold = (bytes[1] >> 4) + 1U,
		 number = (bytes[1] & 15) + 1U;

	if (rc != EVAULT_OK)
		return rc;
	if (kind > EV_PAPER_SHARE || (threshold > 1) != (kind == EV_PAPER_SHARE) ||
	    (number > 1 && kind == EV_PAPER_RECOVERY))
		return ev_fail(err, EVAULT_E_FORMAT,
			       "this key on paper is of a kind that evault does not know");
	memset(head, 0, sizeof(*head));
	head->kind = (enum ev_paper_kind)kind;
	head->threshold = threshold;
	head->number = number;
	memcpy(head->vault, bytes + 2, EV_PAPER_VAULT);
	memcpy(head->set, bytes + 2 + EV_PAPER_VAULT, EV_PAPER_SET);
	return EVAULT_OK;
}

enum evault_status
ev_paper_parse(struct ev_slice typed, struct ev_paper *paper, uint32_t *wrong,
	       struct evault_error *err)
{
	uint8_t bytes[EV_PAPER_BYTES] = { 0 }, sum[EV_PAPER_SUM];
	enum evault_status rc;

	rc = ev_paper_bytes(typed, EV_PAPER_GROUPS, bytes, wrong, err);
	if (rc != EVAULT_OK)
		goto out;
	checksum(bytes, sum);
	if (!ev_equal_ct(sum, bytes + EV_PAPER_BYTES - EV_PAPER_SUM, EV_PAPER_SUM)) {
		rc = ev_fail(err, EVAULT_E_FORMAT,
			     "each group looks right, and yet the whole is not: some group has two "
			     "wrong letters, so compare them all");
		goto out;
	}
	rc = parse_head(bytes, paper, err);
	if (rc == EVAULT_OK)
		memcpy(paper->secret, bytes + EV_PAPER_HEAD_BYTES, sizeof(paper->secret));
out:
	ev_wipe(bytes, sizeof(bytes));
	return rc;
}

enum evault_status
ev_paper_parse_head(struct ev_slice typed, struct ev_paper *paper, uint32_t *wrong,
		    struct evault_error *err)
{
	uint8_t bytes[EV_PAPER_BYTES] = { 0 };
	enum evault_status rc = ev_paper_bytes(typed, EV_PAPER_HEAD, bytes, wrong, err);

	if (rc == EVAULT_OK)
		rc = parse_head(bytes, paper, err);
	ev_wipe(bytes, sizeof(bytes));
	return rc;
}

/* Says that `paper` is not of `vault`. */
static enum evault_status
refuse_vault(const struct ev_paper *paper, const uint8_t vault[EV_PAPER_VAULT],
	     struct evault_error *err)
{
	char its[EV_PAPER_VAULT_SIZE], ours[EV_PAPER_VAULT_SIZE];

	ev_paper_vault(paper, its);
	ev_hex_encode(vault, EV_PAPER_VAULT, ours);
	if (paper->kind == EV_PAPER_RECOVERY)
		return ev_fail(err, EVAULT_E_KEY,
			       "this recovery key is of another vault: of %s, and not of %s", its,
			       ours);
	return ev_fail(err, EVAULT_E_KEY, "this share is of another vault: of %s, and not of %s",
		       its, ours);
}

enum evault_status
ev_paper_belongs(const struct ev_paper *paper, const char *origin, struct evault_error *err)
{
	uint8_t vault[EV_PAPER_VAULT];
	enum evault_status rc = parse_origin(origin, vault, err);

	if (rc == EVAULT_OK && memcmp(vault, paper->vault, sizeof(vault)) != 0)
		rc = refuse_vault(paper, vault, err);
	return rc;
}

enum evault_status
ev_paper_fits(const struct ev_paper *there, size_t n, const struct ev_paper *next,
	      struct evault_error *err)
{
	size_t i;

	if (next->kind != EV_PAPER_SHARE)
		return ev_fail(err, EVAULT_E_USAGE,
			       "this is a whole recovery key, and no share of one");
	for (i = 0; i < n; i++) {
		if (memcmp(there[i].vault, next->vault, EV_PAPER_VAULT) != 0)
			return refuse_vault(next, there[i].vault, err);
		if (memcmp(there[i].set, next->set, EV_PAPER_SET) != 0 ||
		    there[i].threshold != next->threshold)
			return ev_fail(err, EVAULT_E_KEY,
				       "this share is of the same vault, but of a foreign set: of "
				       "another splitting than the first");
		if (there[i].number == next->number)
			return ev_fail(err, EVAULT_E_EXISTS, "share %u was given already",
				       next->number);
	}
	return EVAULT_OK;
}

/* Shares that all fit. */
static enum evault_status
join_shares(const struct ev_paper *papers, size_t n, struct ev_age_identity *identity,
	    struct evault_error *err)
{
	struct ev_shamir_share *shares = ev_secret_new(EV_SHAMIR_SHARES_MAX * sizeof(*shares));
	enum evault_status rc;
	size_t i;

	if (shares == NULL)
		return ev_fail_nomem(err);
	for (i = 0; i < n; i++) {
		shares[i].number = (uint8_t)papers[i].number;
		memcpy(shares[i].value, papers[i].secret, sizeof(papers[i].secret));
	}
	rc = ev_shamir_combine(shares, (unsigned)n, sizeof(identity->b), identity->b, err);
	ev_secret_free(shares);
	return rc;
}

enum evault_status
ev_paper_join(const struct ev_paper *papers, size_t n, struct ev_age_identity *identity,
	      struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	size_t i;

	if (n == 1 && papers[0].kind == EV_PAPER_RECOVERY) {
		memcpy(identity->b, papers[0].secret, sizeof(identity->b));
		return EVAULT_OK;
	}
	for (i = 0; i < n && rc == EVAULT_OK; i++)
		rc = ev_paper_fits(papers, i, &papers[i], err);
	if (rc != EVAULT_OK)
		return rc;
	if (n == 0 || n != papers[0].threshold)
		return ev_fail(err, EVAULT_E_USAGE, "%u shares are needed, and %zu were given",
			       n == 0 ? 2 : papers[0].threshold, n);
	return join_shares(papers, n, identity, err);
}
