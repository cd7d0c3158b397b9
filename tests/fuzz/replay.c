/*
 * Runs a fuzz target as an ordinary test: over each file named, and over
 * single-byte mutations of it, some of them cut short, that a fixed generator
 * picks.  A finding is a crash or a sanitizer's report.
 *
 *   fuzz_NAME [-n] FILE…        -n: over the files alone, as they are
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	INPUT_MAX = 1 << 20,
	MUTATIONS = 300,      /* of a file … */
	MUTATIONS_ALL = 4096, /* … and of all together */
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
mutate(const uint8_t *data, size_t size, int mutations, uint32_t *state)
{
	uint8_t *copy = malloc(size + 1);
	int i;

	if (copy == NULL)
		abort();
	for (i = 0; size > 0 && i < mutations; i++) {
		memcpy(copy, data, size);
		copy[next(state) % size] ^= (uint8_t)(1 + next(state) % 255);
		LLVMFuzzerTestOneInput(copy, i % 3 == 0 ? next(state) % (size + 1) : size);
	}
	free(copy);
}

static int
replay(const char *path, int mutations)
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
	mutate(data, size, mutations, &state);
	free(data);
	return 0;
}

int
main(int argc, char **argv)
{
	bool as_they_are = argc > 1 && strcmp(argv[1], "-n") == 0;
	int first = as_they_are ? 2 : 1, mutations = 0, i, bad = 0;

	if (!as_they_are && argc > first)
		mutations = MUTATIONS_ALL / (argc - first);
	if (mutations > MUTATIONS)
		mutations = MUTATIONS;
	LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
	for (i = first; i < argc; i++)
		bad |= replay(argv[i], mutations);
	return bad;
}
