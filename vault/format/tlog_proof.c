#include "format/tlog_proof.h"

#include <assert.h>
#include <inttypes.h>

static const char proof_head[] = "c2sp.org/tlog-proof@v1";

static void
put_hashes(struct ev_buf *out, const struct ev_hash *hashes, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		ev_base64_encode(out, EV_BASE64_STD, hashes[i].b, sizeof(hashes[i].b));
		ev_buf_puts(out, "\n");
	}
}

enum evault_status
ev_proof_encode(uint64_t index, const struct ev_hash *proof, size_t n,
		struct ev_slice checkpoint_note, struct ev_buf *out, struct evault_error *err)
{
	if (n > EV_PROOF_MAX)
		return ev_fail(err, EVAULT_E_USAGE, "an inclusion proof of more than %d hashes",
			       EV_PROOF_MAX);
	ev_buf_printf(out, "%s\nindex %llu\n", proof_head, (unsigned long long)index);
	put_hashes(out, proof, n);
	ev_buf_puts(out, "\n");
	ev_buf_add(out, checkpoint_note.data, checkpoint_note.len);
	return ev_buf_ask(out, err);
}

/* Passes over an `extra` line if one is there; the cursor turns bad when it is malformed. */
static enum evault_status
skip_extra(struct ev_cursor *c, struct evault_error *err)
{
	struct ev_buf data = EV_BUF_INIT;
	enum evault_status rc;
	struct ev_slice line;
	uint8_t *room;
	size_t len;

	if (c->bad || !ev_slice_starts(ev_slice_of(c->at, c->left), "extra "))
		return EVAULT_OK;
	ev_cursor_expect(c, "extra ");
	line = ev_cursor_line(c);
	room = ev_buf_extend(&data, line.len / 4 * 3);
	rc = ev_buf_ask(&data, err);
	if (rc == EVAULT_OK &&
	    (line.len == 0 || !ev_base64_decode(line, EV_BASE64_STD, room, data.len, &len)))
		c->bad = true;
	ev_buf_release(&data);
	return rc;
}

enum evault_status
ev_proof_parse(struct ev_slice text, struct ev_proof *p, struct evault_error *err)
{
	struct ev_cursor c = ev_cursor_of(text.data, text.len);
	enum evault_status rc;
	struct ev_proof found;
	struct ev_slice line;

	found.n = 0;
	ev_cursor_expect(&c, proof_head);
	ev_cursor_expect(&c, "\n");
	rc = skip_extra(&c, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_cursor_expect(&c, "index ");
	found.index = ev_cursor_decimal(&c, UINT64_MAX);
	ev_cursor_expect(&c, "\n");
	for (line = ev_cursor_line(&c); !c.bad && line.len > 0; line = ev_cursor_line(&c))
		if (found.n == EV_PROOF_MAX || !ev_hash_parse_base64(line, &found.proof[found.n++]))
			c.bad = true;
	if (c.bad || c.left == 0)
		return ev_fail(err, EVAULT_E_FORMAT, "not a tlog-proof");
	found.checkpoint = ev_slice_of(c.at, c.left);
	*p = found;
	return EVAULT_OK;
}

enum evault_status
ev_proof_verify(const struct ev_proof *p, struct ev_slice entry, const struct ev_verifier *log,
		struct ev_checkpoint *c, struct evault_error *err)
{
	struct ev_checkpoint found;
	enum evault_status rc;
	struct ev_hash leaf;

	rc = ev_checkpoint_open(p->checkpoint, log, true, &found, err);
	if (rc != EVAULT_OK)
		return rc;
	ev_merkle_leaf(entry.data, entry.len, &leaf);
	if (!ev_merkle_verify(p->index, found.size, &leaf, p->proof, p->n, &found.root))
		return ev_fail(err, EVAULT_E_DAMAGED,
			       "the proof does not show entry %" PRIu64 " to be in the log",
			       p->index);
	*c = found;
	return EVAULT_OK;
}

/* ---- consistency ------------------------------------------------------- */

static void
put_tree(struct ev_buf *out, const char *word, uint64_t size, const struct ev_hash *root)
{
	char hex[EVAULT_HEX_SIZE];

	ev_hash_hex(root, hex);
	ev_buf_printf(out, "%s %" PRIu64 " %s\n", word, size, hex);
}

/* "<word> <size> <root>" LF; the cursor turns bad when it is not there. */
static void
take_tree(struct ev_cursor *c, const char *word, uint64_t *size, struct ev_hash *root)
{
	ev_cursor_expect(c, word);
	ev_cursor_expect(c, " ");
	*size = ev_cursor_decimal(c, UINT64_MAX);
	ev_cursor_expect(c, " ");
	if (!ev_hash_parse(ev_cursor_line(c), root))
		c->bad = true;
}

void
ev_consistency_encode(struct ev_buf *out, const struct ev_consistency *c)
{
	assert(c->from >= 1 && c->from <= c->to && c->n <= EV_CONSISTENCY_MAX);
	put_tree(out, "from", c->from, &c->from_root);
	put_tree(out, "to", c->to, &c->to_root);
	put_hashes(out, c->proof, c->n);
}

enum evault_status
ev_consistency_parse(struct ev_slice text, struct ev_consistency *c, struct evault_error *err)
{
	struct ev_cursor at = ev_cursor_of(text.data, text.len);
	struct ev_consistency found;

	take_tree(&at, "from", &found.from, &found.from_root);
	take_tree(&at, "to", &found.to, &found.to_root);
	for (found.n = 0; !at.bad && at.left > 0; found.n++)
		if (found.n == EV_CONSISTENCY_MAX ||
		    !ev_hash_parse_base64(ev_cursor_line(&at), &found.proof[found.n]))
			at.bad = true;
	if (!ev_cursor_done(&at) || found.from == 0 || found.from > found.to)
		return ev_fail(err, EVAULT_E_FORMAT, "not a proof of consistency");
	*c = found;
	return EVAULT_OK;
}

bool
ev_consistency_verify(const struct ev_consistency *c)
{
	return ev_merkle_verify_consistency(c->from, c->to, &c->from_root, &c->to_root, c->proof,
					    c->n);
}
