#include "format/markup.h"

#include <string.h>
#include <strings.h>

#include "format/utf8.h"

enum state {
	TEXT,
	ENTITY,   /* after & */
	TAG_OPEN, /* after < */
	TAG_NAME,
	TAG_REST,    /* attributes */
	TAG_QUOTED,  /* a value in quotes */
	DECLARATION, /* after <!, up to what tells which */
	COMMENT,     /* up to --> */
	CDATA,       /* text up to ]]> */
	BOGUS,       /* up to > */
};

/* What a tag does to the text. */
enum effect {
	NOTHING,
	SPACE,
	LINE,
	SKIP, /* and what is in the element is left out */
	OPEN, /* what is in the element is text; elsewhere in this document there is none */
};

struct rule {
	const char *name;
	enum effect effect;
};

/* Elements that stand in a line; all others end one. */
static const struct rule html_rules[] = {
	{ "script", SKIP },   { "style", SKIP },      { "template", SKIP },  { "a", NOTHING },
	{ "abbr", NOTHING },  { "acronym", NOTHING }, { "b", NOTHING },      { "bdi", NOTHING },
	{ "bdo", NOTHING },   { "big", NOTHING },     { "cite", NOTHING },   { "code", NOTHING },
	{ "del", NOTHING },   { "dfn", NOTHING },     { "em", NOTHING },     { "font", NOTHING },
	{ "i", NOTHING },     { "ins", NOTHING },     { "kbd", NOTHING },    { "mark", NOTHING },
	{ "q", NOTHING },     { "ruby", NOTHING },    { "s", NOTHING },      { "samp", NOTHING },
	{ "small", NOTHING }, { "span", NOTHING },    { "strike", NOTHING }, { "strong", NOTHING },
	{ "sub", NOTHING },   { "sup", NOTHING },     { "time", NOTHING },   { "tt", NOTHING },
	{ "u", NOTHING },     { "var", NOTHING },     { "wbr", NOTHING },    { "img", SPACE },
	{ "td", SPACE },      { "th", SPACE },        { "input", SPACE },    { "button", SPACE },
	{ "label", SPACE },   { NULL, LINE },
};

/* Names are without their prefix; also for spreadsheets and presentations. */
static const struct rule ooxml_rules[] = {
	{ "t", OPEN },  { "delText", OPEN }, { "tab", SPACE }, { "p", LINE },     { "si", LINE },
	{ "br", LINE }, { "cr", LINE },      { "tc", SPACE },  { NULL, NOTHING },
};

static const struct rule odf_rules[] = {
	{ "p", LINE },          { "h", LINE },           { "line-break", LINE },
	{ "tab", SPACE },       { "s", SPACE },          { "note", LINE },
	{ "annotation", LINE }, { "binary-data", SKIP }, { NULL, NOTHING },
};

static const struct rule xml_rules[] = {
	{ NULL, LINE },
};

static enum effect
effect_of(const struct ev_markup *m)
{
	const struct rule *r = m->kind == EV_MARKUP_HTML    ? html_rules
			       : m->kind == EV_MARKUP_OOXML ? ooxml_rules
			       : m->kind == EV_MARKUP_ODF   ? odf_rules
							    : xml_rules;
	const char *name = m->name, *colon = strchr(m->name, ':');

	if (m->kind != EV_MARKUP_HTML && colon != NULL)
		name = colon + 1;
	for (; r->name != NULL; r++)
		if (m->kind == EV_MARKUP_HTML ? strcasecmp(r->name, name) == 0
					      : strcmp(r->name, name) == 0)
			break;
	return r->effect;
}

void
ev_markup_init(struct ev_markup *m, enum ev_markup_kind kind, struct ev_sink out)
{
	memset(m, 0, sizeof(*m));
	m->kind = kind;
	m->out = out;
	m->state = TEXT;
	m->last = '\n';
	m->in_text = kind != EV_MARKUP_OOXML;
}

static enum evault_status
flush(struct ev_markup *m, struct evault_error *err)
{
	size_t n = m->n_pending;

	m->n_pending = 0;
	return n == 0 ? EVAULT_OK : m->out.write(m->out.ctx, m->pending, n, err);
}

static enum evault_status
put(struct ev_markup *m, const void *data, size_t len, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (m->n_pending + len > sizeof(m->pending))
		rc = flush(m, err);
	memcpy(m->pending + m->n_pending, data, len);
	m->n_pending += len;
	m->last = m->pending[m->n_pending - 1];
	return rc;
}

/* One is enough, however many tags ask for it. */
static enum evault_status
put_gap(struct ev_markup *m, const char *gap, struct evault_error *err)
{
	if (m->last == '\n' || m->last == (uint8_t)*gap)
		return EVAULT_OK;
	return put(m, gap, 1, err);
}

static enum evault_status
put_text(struct ev_markup *m, const void *data, size_t len, struct evault_error *err)
{
	if (!m->in_text || m->skipped[0] != '\0')
		return EVAULT_OK;
	return put(m, data, len, err);
}

static bool
is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* ---- tags ---------------------------------------------------------------------- */

static bool
is_end_of_skipped(const struct ev_markup *m)
{
	return m->is_end && strlen(m->skipped) == m->n_name &&
	       strncasecmp(m->name, m->skipped, m->n_name) == 0;
}

static enum evault_status
end_tag(struct ev_markup *m, struct evault_error *err)
{
	enum effect effect;

	m->state = TEXT;
	m->name[m->n_name] = '\0';
	if (m->skipped[0] != '\0') {
		if (is_end_of_skipped(m))
			m->skipped[0] = '\0';
		return EVAULT_OK;
	}
	effect = effect_of(m);
	if (effect == SKIP && !m->is_end && (m->tail[0] != '/' || m->kind == EV_MARKUP_HTML))
		memcpy(m->skipped, m->name, m->n_name + 1);
	if (effect == OPEN)
		m->in_text = !m->is_end && m->tail[0] != '/';
	if (effect == LINE || effect == SKIP)
		return put_gap(m, "\n", err);
	return effect == SPACE ? put_gap(m, " ", err) : EVAULT_OK;
}

/* The first byte after "<"; what begins no tag is text. */
static enum evault_status
open_tag(struct ev_markup *m, uint8_t c, struct evault_error *err)
{
	bool skipping = m->skipped[0] != '\0'; /* then nothing counts but its end */
	enum evault_status rc;

	m->n_name = 0;
	m->tail[0] = 0;
	if (c == '/' && !m->is_end) {
		m->is_end = true;
		return EVAULT_OK;
	}
	if (is_letter(c) && (m->is_end || !skipping)) {
		m->name[m->n_name++] = (char)c;
		m->state = TAG_NAME;
		return EVAULT_OK;
	}
	if (c == '!' && !m->is_end && !skipping) {
		m->state = DECLARATION;
		return EVAULT_OK;
	}
	if ((c == '?' || m->is_end) && !skipping) {
		m->state = c == '>' ? TEXT : BOGUS;
		return EVAULT_OK;
	}
	m->state = c == '<' ? TAG_OPEN : TEXT;
	m->is_end = false;
	rc = put_text(m, "<", 1, err);
	return rc != EVAULT_OK || c == '<' ? rc : put_text(m, &c, 1, err);
}

static enum evault_status
in_tag(struct ev_markup *m, uint8_t c, struct evault_error *err)
{
	if (c == '>')
		return end_tag(m, err);
	if (m->state == TAG_NAME && c > ' ' && c != '/') {
		if (m->n_name < EV_MARKUP_NAME_MAX)
			m->name[m->n_name++] = (char)c;
		return EVAULT_OK;
	}
	if (m->skipped[0] != '\0' && !is_end_of_skipped(m)) {
		m->state = c == '<' ? TAG_OPEN : TEXT;
		m->is_end = false;
		return EVAULT_OK;
	}
	/* A quote begins a value only after "="; elsewhere it is a mistake, and no value. */
	if ((c == '"' || c == '\'') && m->tail[0] == '=') {
		m->quote = c;
		m->state = TAG_QUOTED;
		return EVAULT_OK;
	}
	m->state = TAG_REST;
	if (c > ' ')
		m->tail[0] = c;
	return EVAULT_OK;
}

static bool
is_start_of(const struct ev_markup *m, const char *word)
{
	return m->n_name <= strlen(word) && memcmp(m->name, word, m->n_name) == 0;
}

/* "--" begins a comment, "[CDATA[" text; all else goes up to ">". */
static void
in_declaration(struct ev_markup *m, uint8_t c)
{
	m->name[m->n_name++] = (char)c;
	memset(m->tail, 0, sizeof(m->tail));
	if (!is_start_of(m, "--") && !is_start_of(m, "[CDATA["))
		m->state = c == '>' ? TEXT : BOGUS;
	else if (is_start_of(m, "--") && m->n_name == strlen("--"))
		m->state = COMMENT;
	else if (m->n_name == strlen("[CDATA["))
		m->state = CDATA;
}

/* Up to `mark` and ">"; true at the end. */
static bool
closes(struct ev_markup *m, uint8_t mark, uint8_t c)
{
	if (c == '>' && m->tail[0] == mark && m->tail[1] == mark)
		return true;
	m->tail[0] = m->tail[1];
	m->tail[1] = c;
	return false;
}

/* ---- character references --------------------------------------------------------- */

static enum evault_status
end_entity(struct ev_markup *m, bool semicolon, struct evault_error *err)
{
	uint32_t point = ev_markup_entity(ev_slice_of(m->name, m->n_name));
	uint8_t bytes[EV_UTF8_MAX];
	enum evault_status rc;

	m->state = TEXT;
	if (point != 0)
		return put_text(m, bytes, ev_utf8_put(point, bytes), err);
	rc = put_text(m, "&", 1, err);
	if (rc == EVAULT_OK)
		rc = put_text(m, m->name, m->n_name, err);
	return rc == EVAULT_OK && semicolon ? put_text(m, ";", 1, err) : rc;
}

static bool
is_entity(uint8_t c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '#';
}

static enum evault_status step(struct ev_markup *m, uint8_t c, struct evault_error *err);

static enum evault_status
in_entity(struct ev_markup *m, uint8_t c, struct evault_error *err)
{
	enum evault_status rc;

	if (is_entity(c) && m->n_name < EV_MARKUP_NAME_MAX) {
		m->name[m->n_name++] = (char)c;
		return EVAULT_OK;
	}
	rc = end_entity(m, c == ';', err);
	return rc == EVAULT_OK && c != ';' ? step(m, c, err) : rc;
}

/* ---- the machine ------------------------------------------------------------------ */

static enum evault_status
in_text(struct ev_markup *m, uint8_t c, struct evault_error *err)
{
	m->n_name = 0;
	if (c == '<') {
		m->is_end = false;
		m->state = TAG_OPEN;
		return EVAULT_OK;
	}
	if (c == '&' && m->skipped[0] == '\0') {
		m->state = ENTITY;
		return EVAULT_OK;
	}
	return put_text(m, &c, 1, err);
}

static enum evault_status
step(struct ev_markup *m, uint8_t c, struct evault_error *err)
{
	switch ((enum state)m->state) {
	case TEXT:
		return in_text(m, c, err);
	case ENTITY:
		return in_entity(m, c, err);
	case TAG_OPEN:
		return open_tag(m, c, err);
	case TAG_NAME:
	case TAG_REST:
		return in_tag(m, c, err);
	case TAG_QUOTED:
		if (c == m->quote) {
			m->tail[0] = 0;
			m->state = TAG_REST;
		}
		return EVAULT_OK;
	case DECLARATION:
		in_declaration(m, c);
		return EVAULT_OK;
	case COMMENT:
		if (closes(m, '-', c))
			m->state = TEXT;
		return EVAULT_OK;
	case CDATA:
		if (!closes(m, ']', c))
			return put_text(m, &c, 1, err);
		m->state = TEXT;
		return EVAULT_OK;
	case BOGUS:
		if (c == '>')
			m->state = TEXT;
		return EVAULT_OK;
	}
	return EVAULT_OK;
}

enum evault_status
ev_markup_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_markup *m = ctx;
	enum evault_status rc = EVAULT_OK;
	size_t i;

	for (i = 0; i < len && rc == EVAULT_OK; i++)
		rc = step(m, data[i], err);
	return rc;
}

enum evault_status
ev_markup_end(struct ev_markup *m, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (m->state == ENTITY)
		rc = end_entity(m, false, err);
	return rc == EVAULT_OK ? flush(m, err) : rc;
}
