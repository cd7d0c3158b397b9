/*
 * One page of the full screen: words above, an editor, a bar at the bottom;
 * and the loop that serves it.
 */
#ifndef CLI_PAGE_H
#define CLI_PAGE_H

#include "editor.h"
#include "screen.h"

enum page_event {
	PAGE_KEY,       /* before the editor gets it */
	PAGE_TICK,      /* about once a second */
	PAGE_INTERRUPT, /* SIGINT */
	PAGE_STOPPING,  /* the program is about to be stopped */
	PAGE_ENDING,    /* it must end: fullscreen_signal */
};

enum page_answer {
	PAGE_PASS,  /* a key is for the editor */
	PAGE_TAKEN, /* it is not */
	PAGE_LEAVE, /* the page is done */
};

enum {
	PAGE_BAR_SIZE = 1024
};

struct page {
	const char *above;     /* wrapped over the top rows; the last ones, if they are too many */
	struct editor *editor; /* borrowed */
	bool fixed;            /* its text can be looked at and not changed */
	bool fresh;            /* what was typed before it was seen is not for it */
	enum page_answer (*event)(void *ctx, enum page_event event, const struct key *key);
	/* What the bar says, in at most `columns` if it can: one text to the left, one to the
	 * right. */
	void (*bar)(void *ctx, unsigned columns, char left[PAGE_BAR_SIZE],
		    char right[PAGE_BAR_SIZE]);
	void *ctx;
};

/* Until an event says PAGE_LEAVE.  The full screen has begun.  False: no memory. */
bool page_run(const struct page *page);
/* Forgets what was typed ahead, and wipes it. */
void page_end(void);

#endif
