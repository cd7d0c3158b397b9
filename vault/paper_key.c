/* A reader's key for paper: made, named, shown as text and as pages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "format/paper_page.h"

_Static_assert((int)EVAULT_SHARES_MAX == (int)EV_SHAMIR_SHARES_MAX &&
		   (int)EVAULT_PAPER_GROUPS == (int)EV_PAPER_GROUPS &&
		   (int)EVAULT_PAPER_GROUP == (int)EV_PAPER_GROUP &&
		   (int)EVAULT_PAPER_LINE == (int)EV_PAPER_LINE &&
		   (int)EVAULT_PAPER_TEXT_SIZE == (int)EV_PAPER_TEXT_SIZE,
	       "the public header says the same");

/* In locked memory. */
struct evault_paper {
	struct ev_age_identity identity;
	char recipient[EVAULT_RECIPIENT_SIZE];
	unsigned k, n;
	struct ev_paper papers[EV_SHAMIR_SHARES_MAX]; /* n of them, once the vault is known */
};

enum evault_status
evault_paper_new(unsigned k, unsigned n, struct evault_paper **paper, struct evault_error *err)
{
	struct ev_age_recipient recipient;
	struct evault_paper *p;
	enum evault_status rc = ev_secret_start(err);

	if (rc != EVAULT_OK)
		return rc;
	if ((k != 1 || n != 1) && (k < 2 || k > n || n > EV_SHAMIR_SHARES_MAX))
		return ev_fail(err, EVAULT_E_USAGE,
			       "a key is split into at most %d shares, and at least 2 of them open "
			       "the vault",
			       EV_SHAMIR_SHARES_MAX);
	p = ev_secret_new(sizeof(*p));
	if (p == NULL)
		return ev_fail_nomem(err);
	ev_age_identity_make(&p->identity);
	ev_age_identity_recipient(&p->identity, &recipient);
	ev_age_recipient_text(&recipient, p->recipient);
	p->k = k;
	p->n = n;
	*paper = p;
	return EVAULT_OK;
}

void
evault_paper_free(struct evault_paper *paper)
{
	ev_secret_free(paper);
}

const char *
evault_paper_recipient(const struct evault_paper *paper)
{
	return paper->recipient;
}

enum evault_status
evault_paper_for(struct evault_paper *p, const char *origin, struct evault_error *err)
{
	if (p->n == 1)
		return ev_paper_recovery(&p->identity, origin, &p->papers[0], err);
	return ev_paper_split(&p->identity, origin, p->k, p->n, p->papers, err);
}

void
evault_paper_name(const struct evault_paper *p, char out[EVAULT_PAPER_NAME_SIZE])
{
	char set[2 * EV_PAPER_SET + 1];

	ev_hex_encode(p->papers[0].set, EV_PAPER_SET, set);
	if (p->n == 1)
		snprintf(out, EVAULT_PAPER_NAME_SIZE, "recovery");
	else
		snprintf(out, EVAULT_PAPER_NAME_SIZE, "shares %s, %u of %u", set, p->k, p->n);
}

void
evault_paper_text(const struct evault_paper *p, unsigned number, char out[EVAULT_PAPER_TEXT_SIZE])
{
	ev_paper_text(&p->papers[number - 1], out);
}

/* The whole text with the group as it was typed: then its check sum speaks, too. */
enum evault_status
evault_paper_proves(const struct evault_paper *p, unsigned number, unsigned place,
		    const char *typed, struct evault_error *err)
{
	struct ev_buf text = EV_BUF_SECRET_INIT;
	char *own = ev_secret_new(EV_PAPER_TEXT_SIZE);
	struct ev_paper *read = ev_secret_new(sizeof(*read));
	size_t at = place * (size_t)(EV_PAPER_GROUP + 1);
	enum evault_status rc;

	rc = own == NULL || read == NULL ? ev_fail_nomem(err) : EVAULT_OK;
	if (rc != EVAULT_OK)
		goto out;
	evault_paper_text(p, number, own);
	ev_buf_add(&text, own, at);
	ev_buf_puts(&text, typed);
	ev_buf_puts(&text, " ");
	ev_buf_puts(&text, own + at + EV_PAPER_GROUP + 1);
	rc = ev_buf_ask(&text, err);
	if (rc != EVAULT_OK)
		goto out;
	if (ev_paper_group(ev_slice_text(typed), place) != EV_PAPER_RIGHT ||
	    ev_paper_parse(ev_slice_of(text.data, text.len), read, NULL, NULL) != EVAULT_OK ||
	    !ev_equal_ct(read->secret, p->papers[number - 1].secret, sizeof(read->secret)))
		rc = ev_fail(err, EVAULT_E_FORMAT, "that is not group %u of it", place + 1);
out:
	ev_buf_wipe(&text);
	ev_secret_free(own);
	ev_secret_free(read);
	return rc;
}

enum evault_status
evault_paper_pages(const struct evault_paper *p, const char *label, const char *path, int fd,
		   struct evault_error *err)
{
	struct ev_buf html = EV_BUF_SECRET_INIT;
	char today[21];
	struct ev_os_time now;
	enum evault_status rc;

	ev_os_now(&now);
	ev_os_format_time(now.seconds + now.offset, today);
	today[10] = '\0';
	rc = ev_paper_pages(p->papers, p->n, label, today, &html, err);
	if (rc == EVAULT_OK && path != NULL)
		rc = ev_os_write_new(path, ev_slice_of(html.data, html.len), err);
	else if (rc == EVAULT_OK)
		rc = ev_os_write(fd, html.data, html.len, "-", err);
	ev_buf_wipe(&html);
	return rc;
}
