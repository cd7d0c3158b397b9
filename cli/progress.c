#include "progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "format.h"
#include "interrupt.h"
#include "terminal.h"

enum {
	REDRAW_MS = 100,
	LINE_MAX_WIDTH = 200,
	BAR_WIDTH = 20
};

/* The state of the one line that a process has on its terminal. */
static struct {
	bool active, drawn;
	struct evault_progress total;
	uint64_t began, last; /* in ms of the monotonic clock */
} bar;

static uint64_t
now_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
progress_begin(const struct evault_progress *total)
{
	memset(&bar, 0, sizeof(bar));
	bar.active = terminal_is(stderr);
	if (total != NULL)
		bar.total = *total;
}

void
progress_hide(void)
{
	if (!bar.drawn)
		return;
	fprintf(stderr, "\r%*s\r", terminal_width() - 1, "");
	fflush(stderr);
	bar.drawn = false;
}

void
progress_end(void)
{
	progress_hide();
	bar.active = false;
}

/* "[#####     ]  25%  ", or nothing where the end is not known. */
static void
put_bar(char *line, size_t size, uint64_t done, uint64_t total)
{
	unsigned percent, filled;

	line[0] = '\0';
	if (total == 0)
		return;
	if (done > total)
		done = total;
	percent = (unsigned)((double)done / (double)total * 100);
	filled = percent * BAR_WIDTH / 100;
	snprintf(line, size, "[%.*s%*s] %3u%%  ", (int)filled, "####################",
		 (int)(BAR_WIDTH - filled), "", percent);
}

static void
draw(const struct evault_progress *p, uint64_t total, uint64_t ms)
{
	char head[64], done[FORMAT_SIZE], all[FORMAT_SIZE], rate[FORMAT_SIZE], left[FORMAT_SIZE];
	char line[LINE_MAX_WIDTH] = "";
	int width = terminal_width() - 1; /* in the last column some terminals wrap */
	double per_ms = ms == 0 ? 0 : (double)p->bytes_done / (double)ms;
	int n;

	put_bar(head, sizeof(head), p->bytes_done, total);
	format_bytes(p->bytes_done, done);
	format_bytes((uint64_t)(per_ms * 1000), rate);
	n = snprintf(line, sizeof(line), "%s%s", head, done);
	if (total > 0)
		n +=
		    snprintf(line + n, sizeof(line) - (size_t)n, " / %s", format_bytes(total, all));
	n += snprintf(line + n, sizeof(line) - (size_t)n, "  %s/s", rate);
	if (total > p->bytes_done && per_ms > 0 && ms > 1000)
		snprintf(line + n, sizeof(line) - (size_t)n, "  -%s",
			 format_duration(
			     (uint64_t)((double)(total - p->bytes_done) / per_ms / 1000), left));
	if (width > LINE_MAX_WIDTH - 1)
		width = LINE_MAX_WIDTH - 1;
	fprintf(stderr, "\r%-*.*s", width, width, line);
	fflush(stderr);
	bar.drawn = true;
}

static void
redraw(const struct evault_progress *progress)
{
	uint64_t now, total;

	if (!bar.active)
		return;
	now = now_ms();
	if (bar.began == 0) /* not at progress_begin: a passphrase may have been asked since */
		bar.began = now;
	if (now - bar.last < REDRAW_MS)
		return;
	bar.last = now;
	total = progress->bytes_total != 0 ? progress->bytes_total : bar.total.bytes_total;
	draw(progress, total, now - bar.began);
}

bool
progress_show(void *ctx, const struct evault_progress *progress)
{
	(void)ctx;
	redraw(progress);
	return interrupt_asked();
}
