#include "pager.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "glyph.h"
#include "message.h"
#include "terminal.h"

enum {
	ROWS_LEAST = 4 /* on a smaller screen, pages are of no use */
};

/* "q", on whatever keyboard: й is on the same key. */
static bool
wants_end(const char *key)
{
	static const char *const ends[] = { "", "q", "Q", "\xD0\xB9", "\xD0\x99", "\x04", "\x03" };
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(key, ends[i]) == 0)
			return true;
	return false;
}

/* The page is full and something is to follow. */
static void
turn_page(struct pager *p)
{
	unsigned rows, columns;
	char key[16];

	fflush(stdout);
	terminal_ask_key(_("-- more --  Enter: next page, q: end"), key);
	p->ended = wants_end(key);
	p->row = 0;
	/* The window may have another size by now. */
	if (terminal_size(&rows, &columns) && rows >= ROWS_LEAST) {
		p->rows = rows;
		p->columns = columns;
	}
}

/* One character, or a line feed; the last row is the prompt's. */
static void
write_glyph(struct pager *p, const char *at, const struct glyph *g)
{
	if (*at != '\n' && p->column + g->width > p->columns) {
		p->row++;
		p->column = 0;
	}
	if (p->row + 1 >= p->rows) {
		turn_page(p);
		if (p->ended)
			return;
	}
	fwrite(at, 1, g->len, stdout);
	p->column += g->width;
	if (*at == '\n') {
		p->row++;
		p->column = 0;
	}
}

static ssize_t
pager_write(void *cookie, const char *text, size_t len)
{
	struct pager *p = cookie;
	struct glyph g;
	size_t i;

	for (i = 0; i < len && !p->ended; i += g.len) {
		glyph_read(text + i, len - i, p->column, &g);
		write_glyph(p, text + i, &g);
	}
	return ferror(stdout) ? 0 : (ssize_t)len;
}

void
pager_begin(struct pager *p, bool wanted)
{
	cookie_io_functions_t how = { .write = pager_write };

	*p = (struct pager){ .out = stdout };
	if (!wanted || !terminal_size(&p->rows, &p->columns) || p->rows < ROWS_LEAST ||
	    !terminal_can_ask())
		return;
	p->out = fopencookie(p, "w", how);
	if (p->out == NULL) {
		p->out = stdout;
		return;
	}
	/* Whole lines, so that a character does not come in halves. */
	setvbuf(p->out, NULL, _IOLBF, 16384);
}

void
pager_end(struct pager *p)
{
	if (p->out != stdout && p->out != NULL)
		fclose(p->out);
	p->out = stdout;
}

void
pager_bold(struct pager *p, bool on)
{
	const char *term = getenv("TERM");

	if (!terminal_is(stdout) || term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		return;
	fflush(p->out);
	fputs(on ? "\033[1m" : "\033[22m", stdout);
}

bool
pager_is_over(const struct pager *p)
{
	return p->ended || ferror(stdout) != 0;
}
