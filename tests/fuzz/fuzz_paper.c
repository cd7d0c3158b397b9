/*
 * Keys on paper: whatever is typed, what is taken prints as a text that is
 * taken again and says the same; one wrong letter in it is located.
 */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "format/paper.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
need(bool good)
{
	if (!good)
		abort();
}

/* Bytes as a paper, right or not. */
static void
fill(struct ev_paper *paper, const uint8_t *data, size_t size)
{
	uint8_t bytes[EV_PAPER_VAULT + EV_PAPER_SET + 32] = { 0 };

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	memset(paper, 0, sizeof(*paper));
	paper->kind = (enum ev_paper_kind)(size & 1);
	paper->threshold = (size & 1) != 0 ? (unsigned)(2 + size % 15) : 1;
	paper->number = (size & 1) != 0 ? (unsigned)(1 + size % 16) : 1;
	memcpy(paper->vault, bytes, EV_PAPER_VAULT);
	memcpy(paper->set, bytes + EV_PAPER_VAULT, EV_PAPER_SET);
	memcpy(paper->secret, bytes + EV_PAPER_VAULT + EV_PAPER_SET, 32);
}

static void
round_trip(const struct ev_paper *paper, size_t change)
{
	struct ev_paper back, left_alone;
	char text[EV_PAPER_TEXT_SIZE];
	size_t at = change / EV_PAPER_GROUP % EV_PAPER_GROUPS * (EV_PAPER_GROUP + 1) +
		    change % EV_PAPER_GROUP;
	uint32_t wrong = 1;

	ev_paper_text(paper, text);
	memset(&back, 0, sizeof(back));
	need(ev_paper_parse(ev_slice_text(text), &back, &wrong, NULL) == EVAULT_OK && wrong == 0);
	need(memcmp(&back, paper, sizeof(back)) == 0);
	left_alone = back;
	text[at] = text[at] == 'A' ? 'B' : 'A';
	need(ev_paper_parse(ev_slice_text(text), &back, &wrong, NULL) != EVAULT_OK);
	need(wrong == (uint32_t)1 << (at / (EV_PAPER_GROUP + 1)));
	need(memcmp(&back, &left_alone, sizeof(back)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_age_identity identity;
	struct ev_paper paper;
	uint32_t wrong;
	unsigned place;

	need(ev_secret_start(NULL) == EVAULT_OK);
	memset(&paper, 0, sizeof(paper));
	if (ev_paper_parse(ev_slice_of(data, size), &paper, &wrong, NULL) == EVAULT_OK) {
		need(wrong == 0);
		round_trip(&paper, size);
		if (paper.kind == EV_PAPER_RECOVERY)
			need(ev_paper_join(&paper, 1, &identity, NULL) == EVAULT_OK);
	}
	(void)ev_paper_parse_head(ev_slice_of(data, size), &paper, NULL, NULL);
	for (place = 0; place < EV_PAPER_GROUPS; place++)
		(void)ev_paper_group(ev_slice_of(data, size < 20 ? size : 20), place);
	fill(&paper, data, size);
	round_trip(&paper, size);
	return 0;
}
