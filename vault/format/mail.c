#include "format/mail.h"

#include <string.h>
#include <strings.h>

void
ev_mail_init(struct ev_mail *m, struct ev_sink out)
{
	memset(m, 0, sizeof(*m));
	m->out = out;
}

/* ---- headers ------------------------------------------------------------------ */

static struct ev_slice
trimmed(const char *text, size_t len)
{
	while (len > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	return ev_slice_of(text, len);
}

static void
take_type(struct ev_mail *m, struct ev_slice value)
{
	struct ev_slice boundary = ev_mail_parameter(value, "boundary");
	size_t len = 0;

	while (len < value.len && len < sizeof(m->type) - 1 && value.data[len] > ' ' &&
	       value.data[len] != ';')
		len++;
	memcpy(m->type, value.data, len);
	m->type[len] = '\0';
	m->charset = ev_charset_labelled(ev_mail_parameter(value, "charset"));
	if (strncasecmp(m->type, "multipart/", 10) != 0 || m->depth == EV_MAIL_DEPTH_MAX ||
	    boundary.len == 0 || boundary.len > EV_MAIL_BOUNDARY_MAX)
		return;
	memcpy(m->boundaries[m->depth], boundary.data, boundary.len);
	m->boundaries[m->depth++][boundary.len] = '\0';
}

static bool
is_named(struct ev_slice name, const char *text)
{
	return name.len == strlen(text) &&
	       strncasecmp((const char *)name.data, text, name.len) == 0;
}

static enum evault_status
take_header(struct ev_mail *m, struct evault_error *err)
{
	static const char *const shown[] = { "subject", "from", "to", "cc", "sender" };
	const char *colon = memchr(m->header, ':', m->n_header);
	size_t len = colon == NULL ? 0 : (size_t)(colon - m->header), i;
	struct ev_slice name, value;
	enum evault_status rc = EVAULT_OK;

	if (colon == NULL) {
		m->n_header = 0;
		return EVAULT_OK;
	}
	name = trimmed(m->header, len);
	value = trimmed(colon + 1, m->n_header - len - 1);
	m->n_header = 0;
	if (is_named(name, "content-type"))
		take_type(m, value);
	else if (is_named(name, "content-transfer-encoding"))
		m->transfer = ev_transfer_labelled(value);
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]) && !m->is_part; i++) {
		if (!is_named(name, shown[i]))
			continue;
		rc = ev_mail_decode_words(value, m->out, err);
		if (rc == EVAULT_OK)
			rc = m->out.write(m->out.ctx, (const uint8_t *)"\n", 1, err);
	}
	return rc;
}

static void
begin_headers(struct ev_mail *m, bool is_part)
{
	m->in_body = false;
	m->is_part = is_part;
	m->n_header = 0;
	m->type[0] = '\0';
	m->charset = EV_CHARSET_UNKNOWN;
	m->transfer = EV_TRANSFER_PLAIN;
}

static void
begin_body(struct ev_mail *m)
{
	struct ev_sink next = m->out;
	bool html = strcasecmp(m->type, "text/html") == 0;

	m->in_body = true;
	m->is_text = m->type[0] == '\0' || strncasecmp(m->type, "text/", 5) == 0;
	if (strcasecmp(m->type, "message/rfc822") == 0 && m->transfer == EV_TRANSFER_PLAIN)
		begin_headers(m, false);
	ev_markup_init(&m->markup, EV_MARKUP_HTML, m->out);
	if (html)
		next = (struct ev_sink){ ev_markup_write, &m->markup };
	ev_charset_init(&m->decoded, m->charset, next);
	ev_transfer_init(&m->decoder, m->transfer,
			 (struct ev_sink){ ev_charset_write, &m->decoded });
}

static enum evault_status
end_body(struct ev_mail *m, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (!m->in_body || !m->is_text)
		return EVAULT_OK;
	m->is_text = false;
	rc = ev_charset_end(&m->decoded, err);
	if (rc == EVAULT_OK)
		rc = ev_markup_end(&m->markup, err);
	return rc == EVAULT_OK ? m->out.write(m->out.ctx, (const uint8_t *)"\n", 1, err) : rc;
}

/* ---- lines ----------------------------------------------------------------------- */

static size_t
without_end(const struct ev_mail *m)
{
	size_t len = m->n_line;

	while (len > 0 && (m->line[len - 1] == '\n' || m->line[len - 1] == '\r'))
		len--;
	return len;
}

/* "--boundary" or "--boundary--" of this part or one that it is in. */
static bool
is_boundary(struct ev_mail *m, bool *closes)
{
	size_t len = without_end(m), n, i;

	if (m->is_piece || len < 3 || m->line[0] != '-' || m->line[1] != '-')
		return false;
	while (len > 0 && (m->line[len - 1] == ' ' || m->line[len - 1] == '\t'))
		len--;
	for (i = m->depth; i > 0; i--) {
		n = strlen(m->boundaries[i - 1]);
		if (len < n + 2 || memcmp(m->line + 2, m->boundaries[i - 1], n) != 0)
			continue;
		*closes = len == n + 4 && memcmp(m->line + n + 2, "--", 2) == 0;
		if (len == n + 2 || *closes) {
			m->depth = *closes ? i - 1 : i;
			return true;
		}
	}
	return false;
}

static enum evault_status
header_line(struct ev_mail *m, struct evault_error *err)
{
	size_t len = without_end(m), room;
	enum evault_status rc = EVAULT_OK;
	bool goes_on = m->is_piece || (len > 0 && (m->line[0] == ' ' || m->line[0] == '\t'));

	if (!goes_on)
		rc = take_header(m, err);
	if (rc == EVAULT_OK && len == 0 && !m->is_piece) {
		begin_body(m);
		return EVAULT_OK;
	}
	room = EV_MAIL_HEADER_MAX - m->n_header;
	len = len < room ? len : room;
	memcpy(m->header + m->n_header, m->line, len);
	m->n_header += len;
	return rc;
}

static enum evault_status
take_line(struct ev_mail *m, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;
	bool closes = false;

	if (is_boundary(m, &closes)) {
		rc = end_body(m, err);
		begin_headers(m, true);
		m->in_body = closes; /* what follows up to the next boundary is nothing */
		m->is_text = false;
	} else if (!m->in_body) {
		rc = header_line(m, err);
	} else if (m->is_text) {
		rc = ev_transfer_write(&m->decoder, (const uint8_t *)m->line, m->n_line, err);
	}
	m->is_piece = m->n_line > 0 && m->line[m->n_line - 1] != '\n';
	m->n_line = 0;
	return rc;
}

enum evault_status
ev_mail_write(void *ctx, const uint8_t *data, size_t len, struct evault_error *err)
{
	struct ev_mail *m = ctx;
	enum evault_status rc = EVAULT_OK;
	const uint8_t *end;
	size_t n, room;

	while (len > 0 && rc == EVAULT_OK) {
		end = memchr(data, '\n', len);
		n = end == NULL ? len : (size_t)(end - data) + 1;
		room = EV_MAIL_LINE_MAX - m->n_line;
		n = n < room ? n : room;
		memcpy(m->line + m->n_line, data, n);
		m->n_line += n;
		data += n;
		len -= n;
		if (m->line[m->n_line - 1] == '\n' || m->n_line == EV_MAIL_LINE_MAX)
			rc = take_line(m, err);
	}
	return rc;
}

enum evault_status
ev_mail_end(struct ev_mail *m, struct evault_error *err)
{
	enum evault_status rc = EVAULT_OK;

	if (m->n_line > 0)
		rc = take_line(m, err);
	if (rc == EVAULT_OK && !m->in_body)
		rc = take_header(m, err);
	return rc == EVAULT_OK ? end_body(m, err) : rc;
}
