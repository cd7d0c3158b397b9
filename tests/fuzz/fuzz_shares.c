/*
 * An identity split into shares, as the input says: how many, how many of
 * them are needed, which come together, what is changed in one; the identity;
 * what the vault is called.
 *
 * As many as are needed give the identity, in any order; one fewer, one twice, or one of
 * another splitting are refused; one that was changed gives another identity.
 * The pages have all that was split, and of the label nothing that a browser would obey.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/paper_page.h"
#include "format/words.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORIGIN "evault/3f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f607"
#define OTHER  "evault/0f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f6073f9a01c2d4e5f607"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

/* k of the n papers, from one on, every `step`-th that is left. */
static void
choose(const struct ev_paper *papers, unsigned n, unsigned k, uint8_t first, uint8_t step,
       struct ev_paper *out)
{
	bool used[EV_SHAMIR_SHARES_MAX] = { false };
	unsigned i, at = first % n;

	for (i = 0; i < k; i++) {
		for (at = (at + step) % n; used[at];)
			at = (at + 1) % n;
		used[at] = true;
		out[i] = papers[at];
	}
}

static void
join(struct ev_paper *chosen, unsigned k, const struct ev_age_identity *identity, uint8_t change)
{
	struct ev_age_identity back;
	struct ev_paper last = chosen[k - 1];

	must(ev_paper_join(chosen, k, &back, NULL) == EVAULT_OK);
	must(memcmp(&back, identity, sizeof(back)) == 0);
	must(ev_paper_join(chosen, k - 1, &back, NULL) == EVAULT_E_USAGE);
	must(ev_paper_fits(chosen, k - 1, &chosen[0], NULL) == EVAULT_E_EXISTS);
	chosen[k - 1] = chosen[0];
	must(ev_paper_join(chosen, k, &back, NULL) != EVAULT_OK);
	chosen[k - 1] = last;
	chosen[k - 1].set[change % EV_PAPER_SET] ^= 1;
	must(ev_paper_fits(chosen, k - 1, &chosen[k - 1], NULL) == EVAULT_E_KEY);
	must(ev_paper_join(chosen, k, &back, NULL) != EVAULT_OK);
	chosen[k - 1] = last;
	chosen[k - 1].secret[change % 32] ^= (uint8_t)(change | 1);
	must(ev_paper_join(chosen, k, &back, NULL) != EVAULT_OK ||
	     memcmp(&back, identity, sizeof(back)) != 0);
}

static bool
has(const struct ev_buf *b, const void *what, size_t len)
{
	return memmem(b->data, b->len, what, len) != NULL;
}

static void
print(const struct ev_paper *papers, unsigned n, struct ev_slice name)
{
	struct ev_buf html = EV_BUF_SECRET_INIT, label = EV_BUF_INIT;
	char text[EV_PAPER_TEXT_SIZE], vault[EV_PAPER_VAULT_SIZE];
	unsigned i;

	ev_buf_add(&label, name.data, name.len);
	must(ev_paper_pages(papers, n, name.len == 0 ? NULL : ev_buf_text(&label), NULL, &html,
			    NULL) == EVAULT_OK);
	for (i = 0; i < n; i++) {
		ev_paper_text(&papers[i], text);
		must(has(&html, text, EV_PAPER_GROUP));
		must(ev_paper_belongs(&papers[i], ORIGIN, NULL) == EVAULT_OK);
		must(ev_paper_belongs(&papers[i], OTHER, NULL) == EVAULT_E_KEY);
	}
	ev_paper_vault(&papers[0], vault);
	must(has(&html, vault, 4));
	must(!has(&html, "<script", 7) && !has(&html, "<img", 4));
	ev_buf_wipe(&html);
	ev_buf_release(&label);
}

/* Words for a passphrase are of their list, and as many as it takes. */
static void
draw(uint8_t bits)
{
	enum ev_words_language language = bits % 2 ? EV_WORDS_ENGLISH : EV_WORDS_RUSSIAN;
	char text[EV_WORDS_PASSPHRASE_SIZE];
	struct ev_cursor c;
	unsigned n = 0;

	bits = (uint8_t)(1 + bits % EV_WORDS_BITS_MAX);
	ev_words_passphrase(language, bits, text);
	c = ev_cursor_of(text, strlen(text) + 1);
	text[strlen(text)] = '-';
	while (c.left > 0) {
		must(ev_words_has(language, ev_cursor_until(&c, '-')));
		n++;
	}
	must(n == (bits + EV_WORDS_BITS - 1U) / EV_WORDS_BITS);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_paper papers[EV_SHAMIR_SHARES_MAX], chosen[EV_SHAMIR_SHARES_MAX];
	struct ev_cursor c = ev_cursor_of(data, size);
	struct ev_age_identity identity = { { 0 } };
	struct ev_slice bytes;
	unsigned k = ev_cursor_u8(&c), n = ev_cursor_u8(&c);
	uint8_t first = ev_cursor_u8(&c), step = ev_cursor_u8(&c), change = ev_cursor_u8(&c);

	must(ev_secret_start(NULL) == EVAULT_OK);
	bytes = ev_cursor_take(&c, c.left < sizeof(identity) ? c.left : sizeof(identity));
	if (bytes.len > 0)
		memcpy(&identity, bytes.data, bytes.len);
	if (ev_paper_split(&identity, ORIGIN, k, n, papers, NULL) != EVAULT_OK) {
		must(k < 2 || k > n || n > EV_SHAMIR_SHARES_MAX);
		k = 2 + k % (EV_SHAMIR_SHARES_MAX - 1);
		n = k + n % (EV_SHAMIR_SHARES_MAX - k + 1);
		must(ev_paper_split(&identity, ORIGIN, k, n, papers, NULL) == EVAULT_OK);
	}
	must(ev_paper_split(&identity, "evault/none", k, n, chosen, NULL) == EVAULT_E_USAGE);
	choose(papers, n, k, first, step, chosen);
	join(chosen, k, &identity, change);
	print(papers, n, ev_cursor_take(&c, c.left));
	must(ev_paper_recovery(&identity, ORIGIN, papers, NULL) == EVAULT_OK);
	print(papers, 1, ev_slice_of(NULL, 0));
	draw(change);
	return 0;
}
