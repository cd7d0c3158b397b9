#include "secret_screen.h"

#include <signal.h>
#include <string.h>

#include "failure.h"
#include "fullscreen.h"
#include "interrupt.h"
#include "message.h"
#include "progress.h"

/* Lines are long, and a paste is several lines: both as a terminal usually has them. */
#define SETUP "\033[?7h\033[?2004l"
#define CLEAR "\033[H\033[2J\033[3J"

enum {
	WAIT = 1000, /* milliseconds */
	CTRL_C = 3,
	CTRL_D = 4,
	CTRL_Z = 26,
	ESCAPE = 27,
};

/* In locked memory. */
struct secret_screen {
	char input[4096]; /* that came and was not used yet: a paste has several lines */
	size_t at, len;
};

struct asking {
	struct secret_screen *screen;
	const char *text, *question;
	char *out;
	size_t size, len;
};

enum evault_status
secret_screen_begin(struct secret_screen **screen, struct evault_error *err)
{
	struct secret_screen *s = guarded_new(GUARDED_KEY, sizeof(*s));
	enum evault_status rc;

	if (s == NULL)
		return failure_set(err, EVAULT_E_NOMEM, _("out of memory"));
	progress_hide();
	rc = fullscreen_begin(err);
	if (rc != EVAULT_OK) {
		guarded_free(s);
		return rc;
	}
	fullscreen_write(SETUP, strlen(SETUP));
	*screen = s;
	return EVAULT_OK;
}

void
secret_screen_end(struct secret_screen *screen)
{
	if (screen == NULL)
		return;
	fullscreen_end();
	guarded_free(screen);
}

static void
put(const char *text)
{
	fullscreen_write(text, strlen(text));
}

static void
put_line(const struct asking *a)
{
	put("\r\033[K");
	put(a->question);
	fullscreen_write(a->out, a->len);
}

/* Bytes of the line that fit into the columns, up to the end of a word where there is one. */
static size_t
fitting(const char *line, size_t len, unsigned columns)
{
	size_t i, space = 0;
	unsigned n = 0;

	for (i = 0; i < len; i++) {
		if (((unsigned char)line[i] & 0xC0) == 0x80)
			continue;
		if (n++ == columns)
			return space > 0 ? space : i;
		if (line[i] == ' ')
			space = i + 1;
	}
	return len;
}

static void
draw(const struct asking *a)
{
	const char *at = a->text, *end;
	unsigned rows, columns;
	size_t n;

	fullscreen_size(&rows, &columns);
	put(CLEAR);
	while ((end = strchr(at, '\n')) != NULL) {
		do {
			n = fitting(at, (size_t)(end - at), columns);
			fullscreen_write(at, n);
			put("\r\n");
			at += n;
		} while (at < end);
		at = end + 1;
	}
	put(at);
	put_line(a);
}

/* The last character goes, with all its bytes. */
static void
erase(struct asking *a)
{
	while (a->len > 0 && ((unsigned char)a->out[a->len - 1] & 0xC0) == 0x80)
		a->len--;
	if (a->len > 0)
		a->len--;
	explicit_bzero(a->out + a->len, a->size - a->len);
	put_line(a);
}

/* True when the line is complete. */
static bool
take(struct asking *a, unsigned char c, bool *left)
{
	if (c == '\r' || c == '\n')
		return true;
	if (c == CTRL_C)
		interrupt_later(SIGINT);
	*left = c == CTRL_C || (c == CTRL_D && a->len == 0);
	if (c == '\b' || c == 0x7F) {
		erase(a);
	} else if (c == CTRL_Z) {
		fullscreen_stop();
		put(SETUP);
		draw(a);
	} else if (c == ESCAPE) {
		a->screen->at = a->screen->len; /* some other key: it sends a sequence */
	} else if (c >= 0x20 && a->len + 1 < a->size) {
		a->out[a->len++] = (char)c;
		fullscreen_write((const char *)&c, 1);
	}
	return *left;
}

/* Waits until there is something typed; serves signals meanwhile.  False: one asks to end. */
static bool
wait_for_input(struct asking *a)
{
	struct secret_screen *s = a->screen;

	explicit_bzero(s->input, sizeof(s->input));
	s->at = s->len = 0;
	while (s->len == 0) {
		switch (fullscreen_wait(WAIT, s->input, sizeof(s->input), &s->len)) {
		case FULLSCREEN_RESIZED:
			put(SETUP);
			draw(a);
			break;
		case FULLSCREEN_STOP:
			fullscreen_stop();
			put(SETUP);
			draw(a);
			break;
		case FULLSCREEN_INTERRUPT:
			interrupt_later(SIGINT);
			return false;
		case FULLSCREEN_ENDING:
			interrupt_later(fullscreen_signal());
			return false;
		case FULLSCREEN_INPUT:
		case FULLSCREEN_NOTHING:
			break;
		}
	}
	return true;
}

enum evault_status
secret_screen_ask(struct secret_screen *screen, const char *text, const char *question, char *out,
		  size_t size, struct evault_error *err)
{
	struct asking a = { screen, text, question, out, size, 0 };
	bool done = false, left = false;

	memset(out, 0, size);
	draw(&a);
	while (!done) {
		if (screen->at == screen->len && !wait_for_input(&a)) {
			left = true;
			break;
		}
		done = take(&a, (unsigned char)screen->input[screen->at++], &left);
	}
	put(CLEAR);
	if (left)
		return failure_set(err, EVAULT_E_CANCELLED, _("left; nothing was changed"));
	return EVAULT_OK;
}
