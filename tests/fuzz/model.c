#include "model.h"

bool
is_about(const struct said *s, uint64_t index)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->about[i] == index)
			return true;
	return false;
}

const struct said *
said_at(const struct model *m, uint64_t index)
{
	size_t i;

	for (i = 0; i < m->n_said; i++)
		if (m->said[i].index == index)
			return &m->said[i];
	return NULL;
}

bool
takes_back(const struct model *m, const struct said *s)
{
	const struct said *other;
	size_t i;

	for (i = 0; i < s->n && s->retracts; i++) {
		other = said_at(m, s->about[i]);
		if (other != NULL && other->retracts)
			return true;
	}
	return false;
}

static bool
is_taken_back(const struct model *m, uint64_t index)
{
	size_t i;

	for (i = 0; i < m->n_said; i++)
		if (m->said[i].retracts && is_about(&m->said[i], index))
			return true;
	return false;
}

bool
is_retracted(const struct model *m, uint64_t index)
{
	size_t i;

	for (i = 0; i < m->n_said; i++)
		if (m->said[i].retracts && is_about(&m->said[i], index) &&
		    !is_taken_back(m, m->said[i].index))
			return true;
	return false;
}

uint8_t
holds(const struct model *m, const struct item *item, unsigned *of_tags)
{
	uint8_t latest = item->case_;
	size_t i;

	*of_tags = item->tags;
	for (i = 0; i < m->n_said; i++) {
		if (m->said[i].retracts || !is_about(&m->said[i], item->index) ||
		    is_retracted(m, m->said[i].index))
			continue;
		*of_tags |= m->said[i].tags;
		if (m->said[i].case_ != NONE)
			latest = m->said[i].case_;
	}
	return latest == NO_CASE_ANY_MORE ? NONE : latest;
}

const struct item *
item_at(const struct model *m, uint64_t index)
{
	size_t i;

	for (i = 0; i < m->n_items; i++)
		if (m->items[i].index == index)
			return &m->items[i];
	return NULL;
}
