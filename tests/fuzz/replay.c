/*
 * Runs a fuzz target as an ordinary test: over each file named, over all its
 * prefixes at a few lengths, and over single-byte mutations of it that a
 * fixed generator picks.  A finding is a crash or a sanitizer's report.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	INPUT_MAX = 1 << 20,
	MUTATIONS = 300,
};

static uint32_t
next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void
mutate(const uint8_t *data, size_t size, uint32_t *state)
{
	uint8_t *copy = malloc(size + 1);
	int i;

	if (copy == NULL)
		abort();
	for (i = 0; size > 0 && i < MUTATIONS; i++) {
		memcpy(copy, data, size);
		copy[next(state) % size] ^= (uint8_t)(1 + next(state) % 255);
		LLVMFuzzerTestOneInput(copy, i % 3 == 0 ? next(state) % (size + 1) : size);
	}
	free(copy);
}

static int
replay(const char *path)
{
	uint8_t *data = malloc(INPUT_MAX);
	uint32_t state = 2463534242U;
	size_t size;
	FILE *f = fopen(path, "rb");

	if (f == NULL || data == NULL) {
		perror(path);
		free(data);
		if (f != NULL)
			fclose(f);
		return 1;
	}
	size = fread(data, 1, INPUT_MAX, f);
	fclose(f);
	LLVMFuzzerTestOneInput(data, size);
	mutate(data, size, &state);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	int i, bad = 0;

	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (i = 1; i < argc; i++)
		bad |= replay(argv[i]);
	return bad;
}
