#include "page.h"

#include <string.h>
#include <time.h>

#include "fullscreen.h"

enum {
	TICK = 1000,      /* milliseconds */
	ESCAPE_WAIT = 60, /* after which an Escape is a key of its own */
	INPUT_SIZE = 16384,
};

/* What the terminal sent: for this page, or typed ahead for the next.  One terminal, one input. */
static struct input {
	struct keys keys;
	size_t at, len;
	char bytes[INPUT_SIZE];
} * input;

struct running {
	const struct page *page;
	struct screen now, before;
	bool known; /* `before` is what the terminal shows */
	struct guarded out;
	bool done;
	time_t ticked;
};

/* ---- drawing ------------------------------------------------------------------------- */

static unsigned
draw_bar(struct running *r)
{
	char left[PAGE_BAR_SIZE] = "", right[PAGE_BAR_SIZE] = "";
	struct screen *s = &r->now;
	unsigned used, rows = 1, width, most = s->rows - 1;

	r->page->bar(r->page->ctx, s->columns, left, right);
	used = glyph_columns(left, strlen(left));
	width = glyph_columns(right, strlen(right));
	if (used > s->columns) {
		rows = screen_rows_of(s, left, strlen(left));
		rows = rows > most ? most : rows;
		screen_wrapped(s, s->rows - rows, rows, left, strlen(left), STYLE_BAR);
		return rows;
	}
	screen_text(s, s->rows - 1, 0, left, strlen(left), STYLE_BAR);
	if (used + width + 2 <= s->columns)
		screen_text(s, s->rows - 1, s->columns - width, right, strlen(right), STYLE_BAR);
	screen_bar(s, s->rows - 1, STYLE_BAR);
	return rows;
}

/* The last rows of what stands above, if there is no room for all. */
static unsigned
draw_above(struct running *r, unsigned room)
{
	const char *text = r->page->above;
	struct rows rows = { 0 };
	size_t skip = 0, len = strlen(text);
	unsigned drawn = 0;

	if (len == 0 || room == 0 || !rows_wrap(&rows, text, len, r->now.columns))
		return 0;
	if (rows.n > room)
		skip = rows.starts[rows.n - room];
	drawn = screen_wrapped(&r->now, 0, room, text + skip, len - skip, STYLE_BOLD);
	rows_release(&rows);
	return drawn;
}

static void
draw(struct running *r)
{
	unsigned bar, above, room;

	screen_clear(&r->now);
	bar = draw_bar(r);
	room = r->now.rows - bar;
	above = draw_above(r, room > 1 ? room - 1 : 0);
	if (bar < r->now.rows) {
		editor_resize(r->page->editor, r->now.columns, room - above);
		editor_draw(r->page->editor, &r->now, above);
	}
	r->out.len = 0;
	if (screen_update(r->known ? &r->before : NULL, &r->now, &r->out))
		fullscreen_write(r->out.data, r->out.len);
	memcpy(r->before.cells, r->now.cells, r->now.size);
	r->known = true;
}

/* False when there is no memory: the old size stays. */
static bool
fit(struct running *r)
{
	struct screen now = { 0 }, before = { 0 };
	unsigned rows, columns;

	fullscreen_size(&rows, &columns);
	r->known = false;
	if (!screen_init(&now, rows, columns) || !screen_init(&before, rows, columns)) {
		screen_release(&now);
		return false;
	}
	screen_release(&r->now);
	screen_release(&r->before);
	r->now = now;
	r->before = before;
	return true;
}

/* ---- events -------------------------------------------------------------------------- */

static bool
changes_text(const struct key *key)
{
	return key->kind == KEY_TEXT || key->kind == KEY_ENTER || key->kind == KEY_BACKSPACE ||
	       key->kind == KEY_DELETE;
}

static void
tell(struct running *r, enum page_event event)
{
	r->done = r->done || r->page->event(r->page->ctx, event, NULL) == PAGE_LEAVE;
}

static void
stop(struct running *r)
{
	tell(r, PAGE_STOPPING);
	fullscreen_stop();
	fit(r);
}

static bool
on_key(void *ctx, const struct key *key)
{
	struct running *r = ctx;
	enum page_answer answer;

	if (key->kind == KEY_CTRL && key->letter == 'Z') {
		stop(r);
		return true;
	}
	if (key->kind == KEY_CTRL && key->letter == 'L')
		r->known = false;
	answer = r->page->event(r->page->ctx, PAGE_KEY, key);
	r->done = answer == PAGE_LEAVE;
	if (answer == PAGE_PASS && !(r->page->fixed && changes_text(key)))
		editor_key(r->page->editor, key);
	return !r->done;
}

static void
take_input(struct running *r)
{
	size_t n =
	    keys_feed(&input->keys, input->bytes + input->at, input->len - input->at, on_key, r);

	explicit_bzero(input->bytes + input->at, n);
	input->at += n;
}

/* What was typed by somebody who had not seen this page. */
static void
drop_input(void)
{
	size_t got;

	while (fullscreen_wait(0, input->bytes, INPUT_SIZE, &got) == FULLSCREEN_INPUT)
		;
	explicit_bzero(input, sizeof(*input));
}

static void
tick(struct running *r)
{
	struct timespec now = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == r->ticked)
		return;
	r->ticked = now.tv_sec;
	tell(r, PAGE_TICK);
}

/* Waits for something and serves it.  True when there may be more at once: draw later. */
static bool
serve(struct running *r, bool at_once)
{
	bool pending = keys_pending(&input->keys);
	enum fullscreen_event event = FULLSCREEN_INPUT;

	if (input->at == input->len) {
		input->at = 0;
		event = fullscreen_wait(at_once   ? 0
					: pending ? ESCAPE_WAIT
						  : TICK,
					input->bytes, INPUT_SIZE, &input->len);
	}
	switch (event) {
	case FULLSCREEN_INPUT:
		take_input(r);
		return true;
	case FULLSCREEN_NOTHING:
		if (pending && !at_once)
			keys_flush(&input->keys, on_key, r);
		break;
	case FULLSCREEN_RESIZED:
		fit(r);
		break;
	case FULLSCREEN_INTERRUPT:
		tell(r, PAGE_INTERRUPT);
		break;
	case FULLSCREEN_STOP:
		stop(r);
		break;
	case FULLSCREEN_ENDING:
		tell(r, PAGE_ENDING);
		break;
	}
	return false;
}

bool
page_run(const struct page *page)
{
	struct running r = { .page = page, .out.kind = GUARDED_TEXT };
	bool good;

	if (input == NULL)
		input = guarded_new(GUARDED_TEXT, sizeof(*input));
	good = input != NULL && fit(&r);
	if (good && page->fresh)
		drop_input();
	while (good && !r.done) {
		draw(&r);
		if (serve(&r, false))
			while (!r.done && serve(&r, true))
				tick(&r);
		tick(&r);
	}
	screen_release(&r.now);
	screen_release(&r.before);
	guarded_release(&r.out);
	return good;
}

void
page_end(void)
{
	guarded_free(input);
	input = NULL;
}
